"""Who has to wait for whom: confirmations behind a million bulletins, everybody behind one slow destination, a pause."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from bench.mail.faults import sink
from bench.mail.fill import add_subscribers, freeze
from bench.mail.processes import children, peak_memory, smtp_sink, workers
from bench.mail.sink import Faults
from bench.rows import Row, at_least, at_most
from newsletters.choices import DeliveryState, Lane
from newsletters.models import Delivery, Subscriber
from newsletters.services.freeze import freeze_mailing
from newsletters.services.mailings import cancel_mailing, pause_mailing, resume_mailing
from newsletters.services.system_mail import queue_system_mail

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from bench.mail.place import MailPlace
    from newsletters.models import Mailing

_PROBE_SECONDS = 0.1
_SETTLED_SECONDS = 2.5
_PAUSES = 5
_SLOW = "d0.example"
_PATIENCE = 300.0


def measure_backlog(place: MailPlace, options: argparse.Namespace) -> Iterator[Row]:
    """Freeze a long mailing, and measure confirmations and pauses while it is sent."""
    topic = add_subscribers(options.backlog)
    mailing, count, seconds = freeze(topic, f"bench:backlog:{time.time_ns()}")
    yield at_most(f"freezing {count:,}", seconds, 30, unit="s")
    began = time.monotonic()
    again = freeze_mailing(mailing=mailing, at=timezone.now())
    yield at_most("added by freezing it again", again, 0, unit="", note=f"{time.monotonic() - began:.1f} s")
    with (
        smtp_sink() as (port, _pid),
        workers(place, port, {"connections": options.connections}, options.processes) as run,
    ):
        _wait_until(lambda: _ended(mailing) > 0)
        waits = _confirmations(options.probes)
        sent = _ended(mailing)
        yield at_most(
            f"confirmation until its 250, p99 of {len(waits)}",
            waits[int(len(waits) * 0.99)],
            5,
            unit="s",
            note=f"median {statistics.median(waits):.2f} s, worst {waits[-1]:.2f}; {count - sent:,} waiting behind",
        )
        pauses = [_pause(mailing) for _ in range(_PAUSES)]
        yield at_most(
            f"from the pause to the last message, worst of {_PAUSES}",
            max(last for last, _intents in pauses),
            2,
            unit="s",
        )
        yield at_most("intents after the pause", sum(intents for _last, intents in pauses), 0, unit="")
        peak = max((peak_memory(child) for child in children(run.pid)), default=0)
        yield at_most(f"memory of a worker, {count:,} waiting", peak / 1024, 150, unit="MB")
    pause_mailing(mailing=mailing, reason="measured")


def measure_slow_destination(place: MailPlace, options: argparse.Namespace) -> Iterator[Row]:
    """Send the same mailing with and without one destination of twenty that takes a second for each message."""
    topic = add_subscribers(options.messages)
    ratios, rates = [], []
    for number in range(options.rounds):
        order = (0.0, 1.0) if number % 2 == 0 else (1.0, 0.0)
        found = {seconds: _rate_of_others(place, options, topic, seconds) for seconds in order}
        rates.append(found[1.0])
        ratios.append(found[1.0] / found[0.0])
    yield at_least(
        "speed of the others beside a destination at 1 s a message",
        statistics.median(ratios),
        0.9,
        note=f"{statistics.median(rates):,.0f}/s; rounds {min(ratios):.2f}–{max(ratios):.2f}",
    )


def _confirmations(probes: int) -> list[float]:
    """Queue confirmations as sign-ups do, one after the other; return how long each took, in order of size."""
    numbers = []
    subscribers = list(Subscriber.objects.order_by("pk")[:probes])
    for subscriber in subscribers:
        delivery = queue_system_mail(
            message="confirm", subscriber=subscriber, reference=subscriber.pk, at=timezone.now()
        )
        numbers.append(delivery.pk)
        time.sleep(_PROBE_SECONDS)
    mine = Delivery.objects.filter(pk__in=numbers)
    _wait_until(lambda: mine.filter(state=DeliveryState.ACCEPTED).count() == len(numbers))
    return sorted(
        (ended - created).total_seconds() for created, ended in mine.values_list("created_at", "ended_at") if ended
    )


def _pause(mailing: Mailing) -> tuple[float, int]:
    """Pause and resume; return after how many seconds the last message ended, and how many were begun after the pause."""
    pause_mailing(mailing=mailing, reason="measured")
    committed = timezone.now()
    time.sleep(_SETTLED_SECONDS)
    after = Delivery.objects.filter(mailing=mailing, ended_at__gt=committed).order_by("-ended_at")
    last = after.values_list("ended_at", flat=True).first()
    intents = Delivery.objects.filter(mailing=mailing, intent_at__gt=committed).count()
    resume_mailing(mailing=mailing)
    time.sleep(1.0)
    return ((last - committed).total_seconds() if last else 0.0), intents


def _rate_of_others(place: MailPlace, options: argparse.Namespace, topic: Any, slow_seconds: float) -> float:
    mailing, _count, _seconds = freeze(topic, f"bench:slow:{time.time_ns()}")
    others = Delivery.objects.filter(mailing=mailing).exclude(destination=_SLOW)
    record = place.directory / f"record-{mailing.pk}"
    faults = Faults(slow_domain=f"@{_SLOW}", slow_seconds=slow_seconds) if slow_seconds else Faults()
    with sink(record, faults) as port, workers(place, port, {"connections": options.connections}, options.processes):
        _wait_until(lambda: not others.exclude(state=DeliveryState.ACCEPTED).exists())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), extract(epoch FROM max(ended_at) - min(intent_at)) FROM newsletters_delivery"
            " WHERE mailing_id = %s AND destination <> %s",
            [mailing.pk, _SLOW],
        )
        count, seconds = cursor.fetchone()
    if slow_seconds:
        cancel_mailing(mailing=mailing, at=timezone.now())
    return count / float(seconds)


def _ended(mailing: Mailing) -> int:
    return Delivery.objects.filter(mailing=mailing, lane=Lane.BULLETIN, state=DeliveryState.ACCEPTED).count()


def _wait_until(is_so: Any) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_so():
        if time.monotonic() > end:
            msg = "The workers did not come to an end."
            raise RuntimeError(msg)
        time.sleep(0.1)
