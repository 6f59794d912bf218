"""What a run found, and the table that says so."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `is_met` is None for a figure that has no budget."""

    name: str
    measured: str
    budget: str = ""
    is_met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "*** MISSED ***", None: ""}[self.is_met]


def at_least(name: str, value: float, least: float, *, unit: str = "×", note: str = "") -> Row:
    """Return a row for a figure that must not fall below `least`."""
    return Row(name, _measured(value, unit, note), f"≥ {_number(least)} {unit}", value >= least)


def at_most(name: str, value: float, most: float, *, unit: str, note: str = "") -> Row:
    """Return a row for a figure that must not rise above `most`."""
    return Row(name, _measured(value, unit, note), f"≤ {_number(most)} {unit}", value <= most)


def format_table(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown that also reads well in a terminal."""
    lines = [("row", "measured", "budget", ""), *((row.name, row.measured, row.budget, row.verdict) for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(4)]
    lines.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type] # four of them
    return "\n".join(
        "| " + " | ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _measured(value: float, unit: str, note: str) -> str:
    return f"{_number(value)} {unit}{f' ({note})' if note else ''}"


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
