"""What a measurement reads of processes, held against processes whose use is known."""

import subprocess
import sys
from contextlib import contextmanager

from bench.mail.processes import children, peak_memory, processor_time

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
SAY = "print(1, flush=True)\ninput()\n"


@contextmanager
def running(code):
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        process.stdout.readline()
        yield process
    finally:
        process.communicate("\n")


def test_counts_the_time_of_a_process_and_of_its_children_that_ended():
    with running(BURN + SAY) as process:
        assert processor_time(process.pid) >= 0.25
    waited_for = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n"
    with running(waited_for + SAY) as process:
        assert processor_time(process.pid) >= 0.25


def test_counts_the_time_of_children_that_are_still_there():
    started = f"import subprocess, sys\np = subprocess.Popen([sys.executable, '-c', {(BURN + SAY)!r}], stdin=subprocess.PIPE)\n"
    with running(started + "input()\n") as process:
        (child,) = children(process.pid)
        assert processor_time(process.pid) >= processor_time(child) >= 0.25


def test_knows_the_peak_and_not_only_what_is_held_now():
    with running("data = bytearray(60_000_000)\ndel data\n" + SAY) as process:
        assert peak_memory(process.pid) > 60_000_000 / 1024


def test_has_nothing_to_say_of_who_has_gone():
    with running(SAY) as process:
        pass
    assert (children(process.pid), peak_memory(process.pid), processor_time(process.pid)) == ([], 0, 0)
