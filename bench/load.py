"""Loading servers with wrk, in turns, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
from dataclasses import dataclass, field

from bench.serve import HOST


class LoadError(Exception):
    """wrk is missing, or what it was answered does not count."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked, over how many connections."""

    name: str
    port: int
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    connections: int = 8


def require_wrk() -> None:
    """Raise `LoadError` where wrk is not installed."""
    if shutil.which("wrk") is None:
        msg = "wrk is not installed: apt-get install wrk"
        raise LoadError(msg)


def command(subject: Subject, *, seconds: int) -> list[str]:
    """Return the command that loads `subject` for some seconds."""
    headers = {"Accept-Encoding": "gzip", "X-Forwarded-Proto": "https", **subject.headers}
    return [
        "wrk", "--threads", "1", "--connections", str(subject.connections), "--duration", f"{seconds}s",
        *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}")),
        f"http://{HOST}:{subject.port}{subject.path}",
    ]  # fmt: skip


def run(subject: Subject, *, seconds: int) -> float:
    """Return requests per second; raise `LoadError` when any answer was an error."""
    done = subprocess.run(command(subject, seconds=seconds), check=True, capture_output=True, text=True)
    return read_rate(done.stdout)


def read_rate(output: str) -> float:
    """Return the requests per second that wrk reports."""
    if "Non-2xx or 3xx responses" in output:
        msg = f"Some answers were errors:\n{output}"
        raise LoadError(msg)
    found = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    if found is None or float(found[1]) == 0:
        msg = f"wrk reports no rate:\n{output}"
        raise LoadError(msg)
    return float(found[1])


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests per second of each subject, round by round."""

    rounds: list[dict[str, float]]

    def median(self, name: str) -> float:
        return statistics.median(rates[name] for rates in self.rounds)

    def ratio(self, name: str, to: str) -> float:
        """Return the median over the rounds of the ratio of two subjects in the same round."""
        return statistics.median(rates[name] / rates[to] for rates in self.rounds)

    def spread(self, name: str, to: str) -> str:
        """Return the smallest and the largest of those ratios."""
        ratios = [rates[name] / rates[to] for rates in self.rounds]
        return f"{min(ratios):.2f}–{max(ratios):.2f}"


def alternate(subjects: list[Subject], *, rounds: int, seconds: int) -> Rates:
    """Load the subjects in turns; every other round goes backwards, so that none always follows the same one."""
    for subject in subjects:
        run(subject, seconds=1)
    found = []
    for number in range(rounds):
        turn = subjects if number % 2 == 0 else subjects[::-1]
        found.append({subject.name: run(subject, seconds=seconds) for subject in turn})
    return Rates(found)
