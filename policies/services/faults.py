from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """The first thing found wrong with a row: `row` names it, `reason` says what, in a sentence."""

    row: str
    reason: str
