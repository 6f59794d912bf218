"""From what became of a message to the row that is written, and to what else must be done about it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from newsletters.choices import Lane
from newsletters.engine.compose import BodyError
from newsletters.engine.ledger import Result
from newsletters.engine.relays import is_lasting
from newsletters.engine.verdicts import Scope, Strikes, judge, retry_delay
from newsletters.smtp import Accepted, Refused, Uncertain

if TYPE_CHECKING:
    from newsletters.engine.compose import RecipientError
    from newsletters.engine.options import EngineOptions
    from newsletters.engine.relays import Relay
    from newsletters.engine.rows import ClaimedRow
    from newsletters.smtp import Outcome, SmtpError

#: So many refusals in a row, without a success between them, are held against the destination, or the mailing.
_DESTINATION_STRIKES = 5
_MAILING_STRIKES = 3
_UNCERTAIN_STRIKES = 10
_LONGEST_PAUSE = 600.0
#: System mail is awaited by somebody.
_SYSTEM_FIRST_RETRY = 15.0
_UNSENT_FIRST_RETRY = 1.0


class _Loop(Protocol):
    def stop_mailing(self, mailing_id: int) -> None: ...
    def close_destination(self, name: str, seconds: float) -> None: ...


class _People(Protocol):
    def relay_failed(self, relay: Relay, error: SmtpError) -> None: ...
    def mailing_failed(self, mailing_id: int, reason: str, detail: str) -> None: ...
    def destination_failed(self, name: str, seconds: float, detail: str) -> None: ...


class Judge:
    """Judges for one worker, and remembers what comes in series."""

    def __init__(self, loop: _Loop, people: _People, options: EngineOptions) -> None:
        self._loop = loop
        self._people = people
        self._options = options
        self._destinations = Strikes.up_to(_DESTINATION_STRIKES)
        self._mailings = Strikes.up_to(_MAILING_STRIKES)
        self._uncertain = Strikes.up_to(_UNCERTAIN_STRIKES)
        self._pauses: dict[str, float] = {}

    def result(self, relay: Relay, row: ClaimedRow, outcome: Outcome) -> Result:
        """Return what to write of `outcome`, and do what follows from it for others."""
        if isinstance(outcome, Accepted):
            relay.accepted()
            self._uncertain.clear(relay.name)
            self._destinations.clear(row.destination)
            self._pauses.pop(row.destination, None)
            self._mailings.clear(str(row.mailing_id))
            reply = outcome.reply
            return Result(row.id, row.token, "accepted", code=reply.code, enhanced=reply.enhanced, reply=reply.text)
        if isinstance(outcome, Refused):
            return self._refused(relay, row, outcome)
        if isinstance(outcome, Uncertain):
            if self._uncertain.add(relay.name):
                # A relay that always breaks off behind the dot would make all of a mailing uncertain.
                self._stop_mailing(row, "uncertain", str(outcome.error))
            return Result(row.id, row.token, "uncertain", reply=str(outcome.error))
        # It did not leave. That says little about the message; but one that always ends its connection must wait longer.
        return Result(row.id, row.token, "ready", delay=retry_delay(row.attempt, first=_UNSENT_FIRST_RETRY))

    def unwritable(self, row: ClaimedRow, error: RecipientError | BodyError) -> Result:
        """Return what to write of a message that could not be composed."""
        if isinstance(error, BodyError):
            self._stop_mailing(row, "body", str(error))
            return Result(row.id, row.token, "ready", tried=0, delay=60.0)
        return Result(row.id, row.token, "rejected", tried=0, reply=str(error))

    def relay_failed(self, relay: Relay, error: SmtpError) -> None:
        """Leave a relay alone for a while that could not be opened, or broke off; tell people when that goes on."""
        now = time.monotonic()
        if now < relay.not_before:
            return  # several connections fail together: that is one failure
        relay.failed(now, error)
        if is_lasting(error) or relay.is_alarming:
            self._people.relay_failed(relay, error)

    def _refused(self, relay: Relay, row: ClaimedRow, refused: Refused) -> Result:
        verdict, reply = judge(refused), refused.reply
        if verdict.scope is Scope.RELAY:
            relay.slow_down(time.monotonic())
        elif verdict.scope is Scope.DESTINATION and not verdict.is_permanent:
            self._strike_destination(row, str(reply))
        elif verdict.scope is Scope.MAILING:
            self._stop_mailing(row, "sender", str(reply))
        elif verdict.scope is Scope.DOUBTFUL and self._mailings.add(str(row.mailing_id)):
            self._stop_mailing(row, "policy", str(reply))
        state, delay = self._next_state(verdict.scope, row, is_permanent=verdict.is_permanent)
        return Result(row.id, row.token, state, delay=delay, code=reply.code, enhanced=reply.enhanced, reply=reply.text)

    def _next_state(self, scope: Scope, row: ClaimedRow, *, is_permanent: bool) -> tuple[str, float]:
        again = "ready", self._delay(row)
        if not is_permanent:
            return ("rejected", 0.0) if row.age > self._options.max_age.total_seconds() else again
        if scope is Scope.MAILING and row.lane != Lane.TRANSACTIONAL:
            return again  # the mailing is paused: nobody loses it for a fault of ours
        if scope is Scope.DOUBTFUL and row.attempt == 0:
            return again
        return "rejected", 0.0

    def _delay(self, row: ClaimedRow) -> float:
        first = self._options.first_retry
        return retry_delay(
            row.attempt, first=min(first, _SYSTEM_FIRST_RETRY) if row.lane == Lane.TRANSACTIONAL else first
        )

    def _strike_destination(self, row: ClaimedRow, detail: str) -> None:
        if self._destinations.add(row.destination):
            seconds = self._pauses.get(row.destination, self._options.destination_pause)
            self._pauses[row.destination] = min(_LONGEST_PAUSE, seconds * 2)
            self._loop.close_destination(row.destination, seconds)
            self._people.destination_failed(row.destination, seconds, detail)

    def _stop_mailing(self, row: ClaimedRow, reason: str, detail: str) -> None:
        if row.lane != Lane.TRANSACTIONAL:
            self._loop.stop_mailing(row.mailing_id)
        self._people.mailing_failed(row.mailing_id, reason, detail)
