"""Make, start, stop and delete one cluster. The callers hold the start lock."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import sql

from cms.embedded.errors import EmbeddedDatabaseError
from cms.embedded.places import SOCKET_NAME, make_directories, own_directory
from cms.embedded.programs import find_programs

if TYPE_CHECKING:
    from cms.embedded.places import Places

ROLE = "avow"
DATABASE = "avow"
START_SECONDS = 60.0
# From this major version PostgreSQL brings its own C.UTF-8, the same on every machine.
BUILTIN_LOCALE_SINCE = 17


class Cluster:
    """One PostgreSQL cluster on a Unix socket, with the places and the account it runs under."""

    def __init__(self, places: Places) -> None:
        self.places = places

    @property
    def url(self) -> str:
        """The cluster's main database as a libpq URL; its host is the socket's directory."""
        return f"postgresql://{ROLE}@{quote(str(self.places.socket), safe='')}/{DATABASE}"

    def is_made(self) -> bool:
        return (self.places.data / "PG_VERSION").is_file()

    def answers(self) -> bool:
        """Tell whether the server takes a connection now."""
        if not (self.places.socket / SOCKET_NAME).exists():
            return False
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def pid(self) -> int | None:
        """Return the process id of this cluster's running server; a stale or foreign postmaster.pid counts for nothing."""
        try:
            pid = int((self.places.data / "postmaster.pid").read_text().split("\n", 1)[0])
            # The server works in its data directory, so a reused process id does not deceive us.
            working_directory = Path(f"/proc/{pid}/cwd").readlink()
        except (OSError, ValueError):
            return None
        return pid if working_directory == self.places.data.resolve() else None

    def start(self) -> None:
        """Bring the cluster to where it answers: make it if need be, recover from a crash, reuse what runs."""
        make_directories(self.places)
        if self.answers():
            return
        programs = find_programs(self.places)
        if not self.is_made():
            self._make(programs)
        self._require_same_major(programs)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                msg = f"The embedded PostgreSQL did not start within {START_SECONDS:.0f} seconds. {self._log_tail()}"
                raise EmbeddedDatabaseError(msg)
            if self.pid() is None:
                self._launch(programs, last_try=time.monotonic() > deadline - START_SECONDS / 2)
            else:
                time.sleep(0.1)  # it is still recovering, or still going down
        self._create_database()

    def stop(self) -> None:
        """Stop the server, breaking off what is connected; do nothing when none runs."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        deadline = time.monotonic() + START_SECONDS
        while self.pid() == pid:
            if time.monotonic() > deadline:
                msg = f"The embedded PostgreSQL (process {pid}) did not stop. {self._log_tail()}"
                raise EmbeddedDatabaseError(msg)
            time.sleep(0.02)

    def delete(self) -> None:
        """Stop the server and delete all data of the cluster."""
        self.stop()
        for directory in (self.places.data, self.places.data.with_name("data.new")):
            if directory.exists():
                shutil.rmtree(directory)

    def _connect(self, dbname: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.places.socket),
            port=5432,
            user=ROLE,
            dbname=dbname,
            connect_timeout=10,
            autocommit=True,
        )

    def _make(self, programs: Path) -> None:
        # Made beside and renamed, so that a half-made cluster is never taken for one.
        half = self.places.data.with_name("data.new")
        shutil.rmtree(half, ignore_errors=True)
        own_directory(half, mode=0o700, account=self.places.account)
        locale = ["--locale=C.UTF-8"]
        if _major_of(programs) >= BUILTIN_LOCALE_SINCE:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # Trust is confined by the socket's directory, which only its owner and root can enter.
        result = self._run(
            [
                str(programs / "initdb"), f"--pgdata={half}", f"--username={ROLE}", "--auth=trust",
                "--encoding=UTF8", *locale, "--no-instructions", "--no-sync",
            ],
        )  # fmt: skip
        if result.returncode != 0:
            msg = f"The embedded PostgreSQL could not be made: {_one_line(result.stdout)}"
            raise EmbeddedDatabaseError(msg)
        half.rename(self.places.data)

    def _require_same_major(self, programs: Path) -> None:
        made_by = int((self.places.data / "PG_VERSION").read_text())
        major = _major_of(programs)
        if made_by != major:
            msg = (
                f"The embedded database in {self.places.data} was made by PostgreSQL {made_by}, and the one at hand is "
                f"{major}. Start afresh with 'python -m cms.embedded reset' (it deletes the embedded data), or install "
                f"PostgreSQL {made_by} and set DATABASE_URL."
            )
            raise EmbeddedDatabaseError(msg)

    def _launch(self, programs: Path, *, last_try: bool) -> None:
        # Left by a server that was killed; its process id may belong to some other process of the same account by now.
        (self.places.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (self.places.socket / name).unlink(missing_ok=True)
        directories = '"{}"'.format(str(self.places.socket).replace('"', '""'))
        options = {
            "listen_addresses": "",
            "unix_socket_directories": directories,
            "unix_socket_permissions": "0700",
            "max_connections": "200",
        }
        result = self._run(
            [
                str(programs / "pg_ctl"), "start", f"--pgdata={self.places.data}", f"--log={self.places.log}",
                "--wait", "--silent", f"--timeout={START_SECONDS:.0f}",
                "--options=" + " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items()),
            ],
        )  # fmt: skip
        if result.returncode != 0 and self.pid() is None:
            if last_try:
                msg = f"The embedded PostgreSQL did not start: {_one_line(result.stdout)} {self._log_tail()}"
                raise EmbeddedDatabaseError(msg)
            # Children of a server that was killed hold its shared memory for a moment.
            time.sleep(0.5)

    def _create_database(self) -> None:
        with self._connect() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        account = self.places.account
        return subprocess.run(  # noqa: S603 -- programs that find_programs vouches for
            command,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )

    def _log_tail(self) -> str:
        try:
            lines = self.places.log.read_text(errors="replace").splitlines()[-3:]
        except OSError:
            return ""
        return f"The end of {self.places.log}: {_one_line(' / '.join(lines))}"


def _major_of(programs: Path) -> int:
    version = subprocess.run(  # noqa: S603 -- programs that find_programs vouches for
        [str(programs / "postgres"), "--version"], check=True, capture_output=True, text=True
    ).stdout
    found = re.search(r"\d+", version)
    if found is None:
        msg = f"{programs / 'postgres'} does not say its version."
        raise EmbeddedDatabaseError(msg)
    return int(found[0])


def _one_line(text: str) -> str:
    return " ".join(text.split())
