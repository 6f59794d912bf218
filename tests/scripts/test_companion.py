"""A program kept running beside another, and ended with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts import companion

ROOT = Path(__file__).resolve().parents[2]
#: Writes its number into a file, and waits to be ended.
WAITS = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(60)"
ENDS = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); sys.exit(3)"


@pytest.fixture
def start(tmp_path):
    """Start the companion of a program; return it, and what tells the numbers of the program's processes."""
    numbers = tmp_path / "numbers"
    started = []

    def begin(program):
        command = [sys.executable, "-m", "scripts.companion", sys.executable, "-c", program, str(numbers)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        return process, lambda: [int(line) for line in numbers.read_text().split()] if numbers.exists() else []

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdin.close()
        process.stderr.close()


def until(condition):
    end = time.monotonic() + 30
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def lives(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


class TestCompanion:
    def test_ends_the_program_when_its_pipe_ends(self, start):
        process, numbers = start(WAITS)
        number = until(numbers)[0]
        process.stdin.close()
        assert process.wait(30) == 0
        assert not lives(number)

    def test_an_interrupt_leaves_the_end_to_the_pipe(self, start):
        process, numbers = start(WAITS)
        number = until(numbers)[0]
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        assert lives(number)

    def test_starts_a_program_that_ended_again_and_says_so(self, start):
        process, numbers = start(WAITS)
        os.kill(until(numbers)[0], signal.SIGKILL)
        until(lambda: len(numbers()) == 2)
        assert b"ended by itself (-9)" in process.stderr.readline()

    def test_gives_up_on_a_program_that_never_lasts(self, start):
        process, numbers = start(ENDS)
        assert process.wait(30) == 1
        assert len(numbers()) == 3
        assert b"It is not started again" in process.stderr.read()

    def test_a_worker_ends_with_what_it_was_started_for(self, tmp_path, monkeypatch):
        (tmp_path / "manage.py").write_text(WAITS.replace("sys.argv[1]", "'numbers'"))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        with companion.mail_worker(tmp_path):
            until(lambda: (tmp_path / "numbers").exists() and (tmp_path / "numbers").read_text())
            number = int((tmp_path / "numbers").read_text())
            assert lives(number)
        assert not lives(number)
