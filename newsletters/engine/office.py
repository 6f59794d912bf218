"""Between the loop of a worker and its other threads: a connection's place, what is claimed, and what the loop asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletters.engine.channels import Channel
    from newsletters.engine.compose import Message
    from newsletters.engine.ledger import Batch
    from newsletters.engine.relays import Relay
    from newsletters.engine.rows import ClaimedRow
    from newsletters.smtp import SmtpError


@dataclass(eq=False)
class Slot:
    """A place for one connection of a relay."""

    relay: Relay
    number: int
    channel: Channel | None = None
    is_opening: bool = False
    is_watched_for_writing: bool = False
    #: Messages offered on this connection, by delivery; at most two.
    messages: dict[int, tuple[ClaimedRow, Message]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Want:
    """What the loop wants claimed: up to `limit` of `lane`, but nothing for the destinations in `slow`."""

    lane: int
    limit: int
    slow: frozenset[str]


class NotAtHandError(Exception):
    """The body of a delivery was not read yet, or is not kept any more."""


class Office:
    """What the loop asks of the other threads of its worker. None of it waits."""

    def open(self, slot: Slot) -> None:
        """Open a connection, and post `Pump.opened` or `Pump.not_opened`."""
        raise NotImplementedError

    def write(self, batch: Batch) -> None:
        """Write a batch, and post `Pump.written`; one at a time."""
        raise NotImplementedError

    def claim(self, wants: list[Want]) -> None:
        """Claim, and post `Pump.claimed`."""
        raise NotImplementedError

    def release(self, ids: list[int]) -> None:
        """Give claimed deliveries back."""
        raise NotImplementedError

    def compose(self, row: ClaimedRow) -> Message:
        """Write a message; raise `NotAtHandError`, `RecipientError` or `BodyError`."""
        raise NotImplementedError

    def relay_failed(self, relay: Relay, error: SmtpError) -> None:
        """Tell people."""
        raise NotImplementedError

    def mailing_failed(self, mailing_id: int, reason: str, detail: str) -> None:
        """Pause the mailing, and tell people."""
        raise NotImplementedError

    def destination_failed(self, name: str, seconds: float, detail: str) -> None:
        """Close the destination for all workers."""
        raise NotImplementedError
