"""What a check found, in words for an operator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """How a thing stands. A thing that could not be asked about is never called good."""

    GOOD = "ok"
    NOTE = "note"
    FAULT = "FAULT"
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing, and whether it is as it should be."""

    subject: str
    outcome: Outcome
    sentence: str

    def __str__(self) -> str:
        return f"{self.outcome.value:<11}  {self.subject:<8}  {self.sentence}"
