"""The families of browsers, by what they say of themselves."""

from __future__ import annotations

#: Marks of user agents, most particular first: nearly all claim to be Chrome or Safari, too.
_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_LONGEST_AGENT = 1000


def browser_family(agent: str) -> str:
    """Return the family that a `User-Agent` header names, without its version; `other` for one that is not known."""
    read = agent[:_LONGEST_AGENT]
    return next((name for mark, name in _FAMILIES if mark in read), "other" if read else "")
