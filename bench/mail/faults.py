"""Break everything while mail is sent, and compare the database with what the relay took.

0 lost unnoticed: what the database calls accepted was taken. 0 duplicates: nothing was taken twice. What nobody can know
is uncertain, is listed, and is no more than the breaks can account for.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.mail.place import ROOT
from bench.mail.processes import children
from bench.mail.sink import Faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.mail.place import MailPlace

#: Short enough to watch; in production a lease lasts a minute.
QUICK = {
    "lease": 4,
    "poll": 0.2,
    "reap": 1,
    "heartbeat": 1,
    "first_retry": 0.5,
    "destination_pause": 0.5,
    "timeouts": {"connect": 5, "greeting": 5, "reply": 2, "final": 2, "write": 2},
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: how much is sent by how many, and how often what is killed."""

    messages: int = 5_000
    processes: int = 2
    connections: int = 4
    kills: int = 10
    crashes: int = 1
    faults: Faults = field(default_factory=Faults)
    mutant: bool = False
    seed: int = 1
    seconds: float = 300.0


@dataclass
class Outcome:
    """What came of a run. `bound` is how many may be uncertain."""

    messages: int = 0
    states: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    lost: int = 0
    duplicates: int = 0
    unlisted: int = 0
    kills: int = 0
    crashes: int = 0
    bound: int = 0
    seconds: float = 0.0

    @property
    def faults(self) -> list[str]:
        """What must not be, in words."""
        uncertain = self.states["uncertain"]
        open_states = self.states["ready"] + self.states["claimed"] + self.states["inflight"]
        found = {
            f"{self.lost} messages are called accepted and never arrived": self.lost,
            f"{self.duplicates} messages arrived twice": self.duplicates,
            f"{self.unlisted} messages arrived and are called neither accepted nor uncertain": self.unlisted,
            f"{open_states} messages were left over": open_states,
            f"{uncertain} messages are uncertain, {self.bound} may be": max(0, uncertain - self.bound),
            "the states do not add up": abs(self.messages - sum(self.states.values())),
        }
        return [words for words, count in found.items() if count]

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        return (
            f"{self.messages} messages in {self.seconds:.0f} s with {self.kills} kills and {self.crashes} database "
            f"crashes: {states}; {self.taken} taken, {self.lost} lost unnoticed, {self.duplicates} twice"
        )


@contextmanager
def sink(record: Path, faults: Faults, *, seed: int = 1) -> Iterator[int]:
    """Run a recording sink; yield its port."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "bench.mail.sink", "--record", str(record), "--seed", str(seed),
            "--faults", json.dumps(dataclasses.asdict(faults)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101 -- piped above
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def run(place: MailPlace, plan: Plan, mailing: int) -> Outcome:
    """Send a frozen mailing while things break, and return what came of it."""
    chance = random.Random(plan.seed)
    record = place.directory / f"record-{mailing}"
    record.touch()
    outcome = Outcome(messages=_count(place, mailing))
    began = time.monotonic()
    with sink(record, plan.faults, seed=plan.seed) as port:
        runner = _Runner(place, plan, port)
        try:
            while not runner.is_done() and time.monotonic() - began < plan.seconds:
                time.sleep(chance.uniform(0.05, 0.4))
                breaks = outcome.kills + outcome.crashes
                progress = _progress(record) / max(1, outcome.messages)
                # Spread over the run, so that they meet work.
                if breaks < (plan.kills + plan.crashes) * min(1.0, progress * 1.25 + 0.05):
                    runner.break_something(chance, outcome)
        finally:
            runner.end()
    outcome.seconds = time.monotonic() - began
    compare(place, mailing, record, outcome)
    relay_breaks = plan.faults.drop_after + plan.faults.swallow + plan.faults.truncate + plan.faults.stall
    by_relay = (
        int(outcome.messages * (relay_breaks + plan.faults.busy) * 2) + 5 if relay_breaks + plan.faults.busy else 0
    )
    connections = plan.connections + 1
    outcome.bound = (outcome.kills + outcome.crashes * plan.processes) * connections + by_relay
    return outcome


def compare(place: MailPlace, mailing: int, record: Path, outcome: Outcome) -> None:
    """Hold the rows against the record."""
    taken = Counter(record.read_text().split())
    with place.connect() as connection:
        rows = connection.execute(
            "SELECT address, state FROM newsletters_delivery WHERE mailing_id = %s", [mailing]
        ).fetchall()
    outcome.states = Counter(state for _address, state in rows)
    outcome.taken = sum(taken.values())
    outcome.lost = sum(state == "accepted" and not taken[address] for address, state in rows)
    outcome.duplicates = sum(count - 1 for count in taken.values() if count > 1)
    outcome.unlisted = sum(bool(taken[address]) and state not in {"accepted", "uncertain"} for address, state in rows)


class _Runner:
    """The supervisor of the workers, started again whenever it was killed."""

    def __init__(self, place: MailPlace, plan: Plan, port: int) -> None:
        self._place, self._plan = place, plan
        self._environment = place.environment(
            SMTP_URL=f"smtp://127.0.0.1:{port}?tls=none", BULLETIN_SMTP_URL=f"smtp://127.0.0.1:{port}?tls=none"
        )
        self._process = self._start()

    def is_done(self) -> bool:
        if self._process.poll() is None:
            return False
        if self._process.returncode == 0:
            return True
        self._process = self._start()
        return False

    def break_something(self, chance: random.Random, outcome: Outcome) -> None:
        left = {
            "crash": self._plan.crashes - outcome.crashes,
            "kill": self._plan.kills - outcome.kills,
        }
        what = chance.choices(list(left), list(left.values()))[0]
        if what == "crash":
            self._place.crash_database()
            outcome.crashes += 1
        else:
            outcome.kills += self._kill(chance)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)

    def _kill(self, chance: random.Random) -> int:
        """Kill a worker, or now and then their supervisor, whose workers then end by themselves; count the workers."""
        workers = children(self._process.pid)
        if not workers:
            return 0
        victim = self._process.pid if chance.random() < 0.1 else chance.choice(workers)
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            return 0
        if victim != self._process.pid:
            return 1
        self._process.wait()
        return len(workers)

    def _start(self) -> subprocess.Popen[bytes]:
        options = QUICK | {"connections": self._plan.connections, "once": True, "until_empty": True}
        return subprocess.Popen(
            [
                sys.executable, "-m", "bench.mail.worker", json.dumps(options),
                "--processes", str(self._plan.processes), *(["--mutant"] if self._plan.mutant else []),
            ],
            cwd=ROOT,
            env=self._environment,
            stderr=(self._place.directory / "workers.log").open("ab"),
        )  # fmt: skip


def _progress(record: Path) -> int:
    with record.open("rb") as file:
        return file.read().count(b"\n")


def _count(place: MailPlace, mailing: int) -> int:
    with place.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM newsletters_delivery WHERE mailing_id = %s", [mailing]
        ).fetchone()
    return int(row[0]) if row else 0
