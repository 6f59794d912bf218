"""What a worker keeps of a delivery that it claimed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimedRow:
    """A delivery and its fencing token. `age` is how long it has existed in seconds; `attempt` how often it was tried."""

    id: int
    token: int
    mailing_id: int
    body_id: int
    subscriber_id: int | None
    epoch: int
    topic_id: int | None
    reference: int | None
    address: str
    destination: str
    lane: int
    attempt: int = 0
    age: float = 0.0
