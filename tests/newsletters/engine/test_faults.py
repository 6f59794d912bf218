"""The harness of faults in its short form: workers and PostgreSQL are killed while the relay misbehaves."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run_harness(directory, *arguments):
    command = [sys.executable, "-m", "bench.mail", "--keep", str(directory), "faults", *arguments]
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)


@pytest.fixture(scope="module")
def place():
    """A directory whose cluster the runs share, each of which leaves it stopped; the server's account can enter it."""
    with tempfile.TemporaryDirectory(prefix="avow-harness-") as directory:
        yield directory


def test_loses_and_doubles_nothing(place):
    relay = '{"greylist": 0.05, "temporary": 0.02, "permanent": 0.02, "drop_before": 0.002, "drop_after": 0.002, "busy": 0.001}'
    done = run_harness(
        place, "--messages", "3000", "--kills", "6", "--crashes", "1", "--seconds", "200", "--relay", relay
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost unnoticed, 0 twice" in done.stdout


def test_catches_a_worker_that_records_before_it_sends(place):
    done = run_harness(place, "--messages", "3000", "--kills", "8", "--crashes", "0", "--seconds", "120", "--mutant")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "are called accepted and never arrived" in done.stdout
