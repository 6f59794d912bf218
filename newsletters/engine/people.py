"""What a worker tells people, and the chores: all that goes through Django's ORM, in one thread that may wait."""

from __future__ import annotations

import datetime as dt
import logging
import queue
from functools import partial
from typing import TYPE_CHECKING

from django.db import connections
from django.utils import timezone

from newsletters.choices import AlarmKind, Lane, MailingState
from newsletters.engine.relays import is_lasting
from newsletters.engine.sentences import relay_reason, sentence, without_addresses
from newsletters.errors import MailingRefused
from newsletters.models import Destination, Mailing
from newsletters.services.alarms import raise_alarm
from newsletters.services.mailings import pause_mailing

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.engine.housekeeping import Housekeeper
    from newsletters.engine.relays import Relay
    from newsletters.smtp import SmtpError

logger = logging.getLogger("avow.newsletters")

_LOOK_SECONDS = 1.0


class Errands:
    """Does what the loop of a worker asks for, and the chores when they are due, in the thread that calls `run`."""

    def __init__(self, housekeeper: Housekeeper) -> None:
        self._housekeeper = housekeeper
        self._waiting: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()

    def run(self) -> None:
        while True:
            try:
                errand = self._waiting.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                errand = self._keep_house
            if errand is None:
                break
            try:
                errand()
            except Exception as error:  # noqa: BLE001 -- the next errand must be done all the same
                # The words of an error may hold an address.
                logger.error("An errand was not done: %s.", type(error).__name__)
                connections.close_all()
        self._housekeeper.resign()
        connections.close_all()

    def stop(self) -> None:
        self._waiting.put(None)

    def relay_failed(self, relay: Relay, error: SmtpError) -> None:
        self._waiting.put(partial(_relay_failed, relay, error))

    def mailing_failed(self, mailing_id: int, reason: str, detail: str) -> None:
        self._waiting.put(partial(_mailing_failed, mailing_id, reason, detail))

    def destination_failed(self, name: str, seconds: float, detail: str) -> None:
        self._waiting.put(partial(_destination_failed, name, seconds, detail))

    def _keep_house(self) -> None:
        self._housekeeper.run_due(timezone.now())


def _relay_failed(relay: Relay, error: SmtpError) -> None:
    """Raise the alarm; where waiting cannot help, pause what the relay would send, with a sentence for editors."""
    reason = relay_reason(error)
    raise_alarm(kind=AlarmKind.RELAY, sentence=sentence(reason, f"{relay.name}: {error}"), at=timezone.now())
    if not is_lasting(error):
        return
    stopped = Mailing.objects.filter(state=MailingState.SENDING, lane__in=list(relay.lanes)).order_by("pk")
    for mailing in stopped.exclude(lane=Lane.TRANSACTIONAL):
        _pause(mailing, sentence(reason, str(error)))


def _mailing_failed(mailing_id: int, reason: str, detail: str) -> None:
    mailing = Mailing.objects.get(pk=mailing_id)
    raise_alarm(kind=AlarmKind.RELAY, sentence=sentence(reason, detail), at=timezone.now())
    if mailing.lane != Lane.TRANSACTIONAL:
        _pause(mailing, sentence(reason, detail))


def _pause(mailing: Mailing, reason: str) -> None:
    try:
        pause_mailing(mailing=mailing, reason=reason)
    except MailingRefused:
        return  # paused or cancelled already


def _destination_failed(name: str, seconds: float, detail: str) -> None:
    """Close the destination for all workers; the longer of two closings stands."""
    until = timezone.now() + dt.timedelta(seconds=seconds)
    reason = without_addresses(detail)[:500]
    _row, is_new = Destination.objects.get_or_create(
        name=name[:255], defaults={"closed_until": until, "closed_reason": reason}
    )
    if not is_new:
        Destination.objects.filter(name=name[:255]).exclude(closed_until__gt=until).update(
            closed_until=until, closed_reason=reason
        )
