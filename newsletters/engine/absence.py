"""What the first worker finds after a time without any: nobody else was there to say that mail was waiting."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import DatabaseError

from newsletters.choices import AlarmKind
from newsletters.engine.sentences import sentence
from newsletters.queue_health import is_queue_stuck
from newsletters.services.alarms import raise_alarm

if TYPE_CHECKING:
    import datetime as dt

logger = logging.getLogger("avow.newsletters")


def report_absence(at: dt.datetime) -> bool:
    """Raise the alarm when mail has been due and no worker lives; return whether that was so.

    For a worker that is to stay, before it says that it lives. Raises nothing: sending is more urgent than saying so.
    """
    try:
        if not is_queue_stuck(at=at):
            return False
        raise_alarm(kind=AlarmKind.WORKER, sentence=sentence("absent"), at=at)
    except DatabaseError as error:
        logger.warning("Whether mail had to wait could not be found out (%s).", type(error).__name__)
        return False
    return True
