"""`make demo`, whole: from nothing to a served site and back to nothing running."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from cms.embedded.cluster import Cluster
from cms.embedded.places import find_places
from scripts import demo

PATIENCE = 180


@pytest.fixture
def environment():
    # pytest's own temporary directories are closed to everybody else, and root's cluster runs as nobody.
    directory = Path(tempfile.mkdtemp(prefix="avow-test-", dir="/var/tmp"))
    directory.chmod(0o755)
    dropped = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    yield {
        **{name: value for name, value in os.environ.items() if name not in dropped},
        "AVOW_EMBEDDED_DIR": str(directory / "cluster"),
        "AVOW_DEMO_PASSWORD": "a-password-of-the-test",
        "AVOW_OUTBOX": str(directory / "outbox"),
    }
    Cluster(find_places({"AVOW_EMBEDDED_DIR": str(directory / "cluster")})).stop()
    shutil.rmtree(directory)


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(environment, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.demo", *arguments],
        cwd=demo.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until_it_answers(url, process):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 -- our own address
                return response.status, response.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            assert process.poll() is None, process.stdout.read()
            time.sleep(0.2)
    return pytest.fail(f"{url} did not answer")


def test_serves_a_site_and_stops_cleanly_and_can_be_run_again(environment, port):
    for _ in range(2):
        process = run(environment, "--port", str(port))
        try:
            for path, words in (("/en/", "Privacy"), ("/zh-hant/", "隱私"), ("/outbox/", "Outbox")):
                status, page = wait_until_it_answers(f"http://127.0.0.1:{port}{path}", process)
                assert status == 200
                assert words in page
            # From a fresh shell, while the site is being served.
            other = subprocess.run(
                [sys.executable, "manage.py", "verify_editions"],
                cwd=demo.ROOT,
                env=environment,
                capture_output=True,
                text=True,
            )
            assert other.returncode == 0, other.stdout + other.stderr
        finally:
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        assert f"http://127.0.0.1:{port}/zh-hant/" in output
        assert f"http://127.0.0.1:{port}/outbox/" in output
        assert "mail worker" not in output
        assert Cluster(find_places(environment)).pid() is None


def test_says_so_when_the_port_is_taken(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = run(environment, "--port", str(port))
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output == (
        f"Port {port} cannot be used (Address already in use). Choose another: make demo PORT={port + 1}\n"
    )


def test_never_empties_a_database_that_was_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example.gov/avow")
    with pytest.raises(demo.RefusedError, match="Empty that one yourself"):
        demo.reset()
