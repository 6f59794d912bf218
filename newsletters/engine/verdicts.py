"""What a refusal means: whose fault it is, whether it passes, and what is done.

A relay's words are classed by RFC 3463 where it gives enhanced codes, else by the place at which they were said. Codes
of class 5.7 are ambiguous: they may be about one recipient's rules, or about us; only a series of them is held against us.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletters.smtp import Stage

if TYPE_CHECKING:
    from newsletters.smtp import Refused, Reply


class Scope(StrEnum):
    """Whom a refusal is about."""

    RECIPIENT = "recipient"
    DESTINATION = "destination"
    RELAY = "relay"
    #: The sender's authority, or the message itself: every other message of the mailing would fare alike.
    MAILING = "mailing"
    #: Permanent and of class 5.7: tried once more, and held against the mailing when it comes in series.
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Verdict:
    scope: Scope
    is_permanent: bool


#: What Gmail, Outlook and RFC 7372 use when they cannot confirm a sender.
_SENDER_SUBJECTS = {f"5.7.{detail}" for detail in (*range(20, 33), 509, 515, 606, 708, 750)}
#: RFC 3463 §3.2: about the sender, in the class of addresses.
_SENDER_ADDRESS = {"5.1.7", "5.1.8", "5.1.9"}
_SLOWEST = 3600.0


def judge(refused: Refused) -> Verdict:
    """Return what `refused` means."""
    reply = refused.reply
    if reply.is_temporary:
        return Verdict(_temporary(refused.stage, reply), is_permanent=False)
    return Verdict(_permanent(refused.stage, reply), is_permanent=True)


def _temporary(stage: Stage, reply: Reply) -> Scope:
    enhanced = reply.enhanced
    if reply.code == 421 or enhanced.startswith("4.3.") or stage is Stage.MAIL:
        return Scope.RELAY
    if enhanced.startswith(("4.1.", "4.2.")):
        return Scope.RECIPIENT
    return Scope.DESTINATION


def _permanent(stage: Stage, reply: Reply) -> Scope:
    enhanced = reply.enhanced
    if enhanced in _SENDER_SUBJECTS or enhanced in _SENDER_ADDRESS:
        return Scope.MAILING
    if stage is Stage.LOCAL:
        return Scope.RECIPIENT if enhanced == "5.6.7" else Scope.MAILING
    if stage is Stage.MAIL or reply.code in {530, 535, 538} or enhanced.startswith(("5.5.", "5.3.")):
        return Scope.MAILING
    if enhanced.startswith("5.7.") or "relay" in reply.text.lower():
        return Scope.DOUBTFUL
    if stage is Stage.RCPT or enhanced.startswith(("5.1.", "5.2.", "5.4.")):
        return Scope.RECIPIENT
    return Scope.DOUBTFUL


def retry_delay(attempt: int, *, first: float) -> float:
    """Return the seconds until a message that was tried `attempt` times is tried again; some chance spreads them."""
    return min(_SLOWEST, first * 2.0 ** min(attempt, 16)) * random.uniform(0.8, 1.2)  # noqa: S311 -- no secret


@dataclass(slots=True)
class Strikes:
    """How many refusals of a kind have come in a row, of whatever is counted by name."""

    limit: int
    _counts: dict[str, int]

    @classmethod
    def up_to(cls, limit: int) -> Strikes:
        return cls(limit, {})

    def add(self, name: str) -> bool:
        """Count one more; return whether that makes it too many, and begin anew then."""
        count = self._counts.get(name, 0) + 1
        self._counts[name] = 0 if count >= self.limit else count
        return count >= self.limit

    def clear(self, name: str) -> None:
        self._counts.pop(name, None)
