"""Keep a program running beside another: `python -m scripts.companion PROGRAM…`, ended by the end of standard input.

The demo's web server starts it with a pipe, which ends with the server however that ends; so no worker is left behind.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: A program that ends sooner than this did not work.
SECONDS_TO_COUNT_AS_RUNNING = 10.0
_ATTEMPTS = 3
_SECONDS_TO_END = 20
_GLANCE = 0.2


def keep_running(command: list[str]) -> int:
    """Run the program again whenever it ends; return 1 when it never lasts, 0 when standard input ends."""
    failures = 0
    while failures < _ATTEMPTS:
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        if not _watch(process):
            return 0
        failures = failures + 1 if time.monotonic() - began < SECONDS_TO_COUNT_AS_RUNNING else 0
        say(f"The mail worker ended by itself ({process.returncode}).")
    say("It is not started again, and mail waits: see what it said, and start “manage.py send_bulletins”.")
    return 1


def _watch(process: subprocess.Popen[bytes]) -> bool:
    """Return True when the process has ended; end it and return False when standard input does."""
    while process.poll() is None:
        ready, _writable, _broken = select.select([sys.stdin], [], [], _GLANCE)
        if ready and not os.read(sys.stdin.fileno(), 4096):
            _end(process)
            return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def mail_worker(root: Path) -> Iterator[None]:
    """Have a mail worker run beside what happens inside."""
    command = [sys.executable, "-m", "scripts.companion", sys.executable, "manage.py", "send_bulletins"]
    companion = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        assert companion.stdin is not None  # noqa: S101 -- it was asked for
        companion.stdin.close()
        companion.wait()


if __name__ == "__main__":
    # Ctrl-C reaches the whole group; the worker hears it too, and the end of the pipe is what ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(keep_running(sys.argv[1:]))
