"""The processes of a measurement: workers, Postfix's sink, and what they used of the machine."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from bench.mail.place import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.mail.place import MailPlace

_TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def workers(place: MailPlace, port: int, options: dict[str, Any], processes: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run `send_bulletins` with `options` (fields of `EngineOptions`) and a relay at `port`; end it as its operator would."""
    url = f"smtp://127.0.0.1:{port}?tls=none"
    with (place.directory / "workers.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.mail.worker", json.dumps(options), "--processes", str(processes)],
            cwd=ROOT,
            env=place.environment(SMTP_URL=url, BULLETIN_SMTP_URL=url),
            stderr=log,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


@contextlib.contextmanager
def smtp_sink() -> Iterator[tuple[int, int]]:
    """Run Postfix's sink, which takes everything and keeps nothing; yield its port and its process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def children(pid: int) -> list[int]:
    """Return the processes that `pid` started and that still are; none when it has ended."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def peak_memory(pid: int) -> int:
    """Return the most that a process has had in memory, in kB; 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def processor_time(pid: int) -> float:
    """Return the seconds of processor time of a process, of its children, and of those that have ended."""
    return sum(_times(pid)) + sum(sum(_times(child)[:2]) for child in children(pid))


def _times(pid: int) -> list[float]:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return []
    return [int(ticks) / _TICKS for ticks in fields[11:15]]
