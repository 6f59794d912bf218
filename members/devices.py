"""What a browser says of itself, as far as its owner needs it to know a device again: families, never versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.browsers import browser_family

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Marks of systems, most particular first.
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_of(request: HttpRequest) -> str:
    """Return browser and system of `request`, as in `Firefox, Windows`; empty when it says nothing."""
    return describe(request.headers.get("User-Agent", ""))


def describe(agent: str) -> str:
    """Return the same for the text of a `User-Agent` header."""
    system = next((name for mark, name in _SYSTEMS if mark in agent[:1000]), "")
    return ", ".join(filter(None, [browser_family(agent), system]))
