"""Messages a second, in turns on one sink: the engine, and three ways to send that record less or wait more."""

from __future__ import annotations

import multiprocessing
import smtplib
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection

from bench.mail.fill import add_subscribers, freeze, parts
from bench.mail.processes import children, peak_memory, processor_time, smtp_sink, workers
from bench.rows import Row, at_least, at_most
from core.mail.content import resolve
from newsletters.smtp import Accepted, Envelope, Server, Tls, content_of, open_connection, send_all

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from bench.mail.place import MailPlace
    from newsletters.models import Topic

_VALUES = {
    "unsubscribe_url": "https://policies.example/u/" + "x" * 44 + "/",
    "preferences_url": "https://policies.example/p/",
}
_FEW = 2_000


def measure(place: MailPlace, options: argparse.Namespace) -> Iterator[Row]:
    """Send in turns by four ways, then one mailing of `large`, and yield what was found."""
    topic = add_subscribers(options.messages)
    rates: dict[str, list[float]] = {"engine": [], "bare": [], "django": [], "smtplib": []}
    runs = []
    with smtp_sink() as (port, sink_pid):

        def engine(name: str, topic: Topic) -> float:
            runs.append(_engine(place, options, topic, f"bench:{name}:{time.time_ns()}", port, sink_pid))
            return runs[-1].rate

        turns: dict[str, Callable[[], float]] = {
            "engine": lambda: engine("round", topic),
            "bare": lambda: _bare(place, options, port),
            "django": lambda: _django(port),
            "smtplib": lambda: _smtplib(port),
        }
        for number in range(options.rounds):
            for name in list(turns) if number % 2 == 0 else reversed(turns):
                rates[name].append(turns[name]())
                print(f"round {number + 1}: {name} {rates[name][-1]:,.0f}/s", flush=True)
        yield from _rows(rates, runs)
        small = max(run.peak for run in runs)
        engine("large", add_subscribers(options.large))
    large = runs[-1]
    yield Row(f"the same, of {options.large:,}", f"{large.rate:,.0f} /s")
    yield at_most("memory of a worker", large.peak / 1024, 150, unit="MB")
    name = f"growth from {options.messages:,} to {options.large:,}"
    yield at_most(name, max(0.0, (large.peak - small) / 1024), 5, unit="MB")


@dataclass(frozen=True, slots=True)
class _Run:
    """One mailing sent: messages a second, start-up left out, and what it took.

    `peak` is the memory of the largest worker in kB, `costs` the processor time of a message in microseconds, by spender.
    """

    rate: float
    peak: int
    costs: dict[str, float]


def _rows(rates: dict[str, list[float]], runs: list[_Run]) -> Iterator[Row]:
    def ratio(other: str) -> float:
        return statistics.median(ours / theirs for ours, theirs in zip(rates["engine"], rates[other], strict=True))

    medians = {name: statistics.median(values) for name, values in rates.items()}
    yield at_least("durable personalised messages/s", medians["engine"], 1000, unit="/s")
    yield at_least(
        "against a bare pipelining client with the same intents", ratio("bare"), 0.6, note=f"{medians['bare']:,.0f}/s"
    )
    yield at_least("against EmailMultiAlternatives", ratio("django"), 3, note=f"{medians['django']:,.0f}/s")
    yield at_least("against smtplib with a ready body (goal)", ratio("smtplib"), 1, note=f"{medians['smtplib']:,.0f}/s")
    for who in runs[0].costs:
        spent = statistics.median(run.costs[who] for run in runs)
        yield Row(f"processor time of a message: {who}", f"{spent:,.0f} µs")


def _engine(place: MailPlace, options: argparse.Namespace, topic: Topic, key: str, port: int, sink_pid: int) -> _Run:
    mailing, count, _seconds = freeze(topic, key)
    watched = {"PostgreSQL": place.cluster.pid() or 0, "sink": sink_pid}
    before = {who: processor_time(pid) for who, pid in watched.items()}
    peak, spent = 0, 0.0
    engine = {"connections": options.connections, "once": True, "poll": 0.2}
    with workers(place, port, engine, options.processes) as process:
        while process.poll() is None:
            peak = max(peak, *(peak_memory(child) for child in children(process.pid)), 0)
            spent = max(spent, processor_time(process.pid))
            time.sleep(0.1)
    costs = {"workers": spent} | {who: processor_time(pid) - before[who] for who, pid in watched.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state = 'accepted'), extract(epoch FROM max(ended_at) - min(intent_at))"
            " FROM newsletters_delivery WHERE mailing_id = %s",
            [mailing.pk],
        )
        accepted, took = cursor.fetchone()
    if accepted != count:
        msg = f"Only {accepted} of {count} messages were accepted."
        raise RuntimeError(msg)
    return _Run(accepted / float(took), peak, {who: seconds / count * 1e6 for who, seconds in costs.items()})


def _bare(place: MailPlace, options: argparse.Namespace, port: int) -> float:
    """A pipelining client on as many connections, with a ready body and one committed intent for each message."""
    with place.connect() as database:
        database.execute("DROP TABLE IF EXISTS bench_intent")
        database.execute("CREATE TABLE bench_intent (id bigint PRIMARY KEY, state text NOT NULL)")
    workers = options.processes * options.connections
    each = options.messages // workers
    context = multiprocessing.get_context("fork")
    connection.close()
    began = time.monotonic()
    processes = [
        context.Process(target=_bare_connection, args=(place, port, number * each, each)) for number in range(workers)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return workers * each / (time.monotonic() - began)


def _bare_connection(place: MailPlace, port: int, first: int, count: int) -> None:
    content = content_of(_ready_message())
    with place.connect() as database:
        database.execute("SET synchronous_commit = on")
        last: list[int] = []

        def intend(number: int) -> bool:
            database.execute(
                "WITH done AS (UPDATE bench_intent SET state = 'accepted' WHERE id = ANY(%s))"
                " INSERT INTO bench_intent VALUES (%s, 'inflight')",
                [last, number],
                prepare=True,
            )
            last.clear()
            return True

        client = open_connection(Server("127.0.0.1", port, tls=Tls.NONE))
        numbers = range(first + 1, first + count + 1)
        messages = ((Envelope(number, "b@policies.example", f"r{number}@d.example"), content) for number in numbers)
        for outcome in send_all(client, messages, before_content=intend):
            last += [outcome.key] if isinstance(outcome, Accepted) else []
        client.drop()


def _django(port: int) -> float:
    """Django's own way over one open connection, a message of its own for each reader."""
    backend = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host="127.0.0.1",
        port=port,
        use_tls=False,
        username="",
        password="",
    )
    html, text = parts("zh-hant")
    backend.open()
    began = time.monotonic()
    for number in range(_FEW):
        values = {name: f"{url}{number}" for name, url in _VALUES.items()}
        message = EmailMultiAlternatives(
            "本署最新消息",
            resolve(text, values),
            "bulletins@policies.example",
            [f"r{number}@d.example"],
            connection=backend,
        )
        message.attach_alternative(resolve(html, values), "text/html")
        message.send()
    rate: float = _FEW / (time.monotonic() - began)
    backend.close()
    return rate


def _smtplib(port: int) -> float:
    """A bare loop over a ready body, which records nothing."""
    body = _ready_message()
    with smtplib.SMTP("127.0.0.1", port) as client:
        began = time.monotonic()
        for number in range(_FEW):
            client.sendmail("b@policies.example", [f"r{number}@d.example"], body)
        return _FEW / (time.monotonic() - began)


def _ready_message() -> bytes:
    html, text = parts("zh-hant")
    message = EmailMultiAlternatives("本署最新消息", resolve(text, _VALUES), "b@policies.example", ["r@d.example"])
    message.attach_alternative(resolve(html, _VALUES), "text/html")
    return message.message().as_bytes(linesep="\r\n")
