"""The scoring table of Mozilla's HTTP Observatory, for what a page of ours can do right or wrong.

After the published table (“Scoring methodology”, 2024): one starts at 100, faults subtract, and merits count only for
those who have 90 points without them. Cookies are scored as Observatory scores session cookies, since we set none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SIX_MONTHS = 15_768_000
_MERIT_FROM = 90
_BOUNDS = (
    (100, "A+"), (90, "A"), (85, "A-"), (80, "B+"), (70, "B"), (65, "B-"), (60, "C+"), (50, "C"), (45, "C-"),
    (40, "D+"), (30, "D"), (25, "D-"), (0, "F"),
)  # fmt: skip


def grade(points: int) -> str:
    """Return the letter for a score."""
    return next(letter for bound, letter in _BOUNDS if points >= bound)


def score(headers: Mapping[str, str], *, cookies: Sequence[str] = (), scripts: Sequence[str] = ()) -> int:
    """Return the score of a page served over HTTPS with these headers; 100 and more is A+."""
    found = {name.lower(): value for name, value in headers.items() if value}
    policy = parse_policy(found.get("content-security-policy", ""))
    modifiers = [
        _score_policy(policy),
        _score_transport(found.get("strict-transport-security", "")),
        0 if found.get("x-content-type-options", "").strip().lower() == "nosniff" else -5,
        _score_framing(found.get("x-frame-options", ""), policy),
        _score_referrer(found.get("referrer-policy", "")),
        _score_resources(found.get("cross-origin-resource-policy", "")),
        -40 if cookies else 0,
        -20 if any(re.match(r"(?:https?:)?//", script) for script in scripts) else 0,
    ]
    without_merits = 100 + sum(points for points in modifiers if points < 0)
    merits = sum(points for points in modifiers if points > 0)
    return max(0, without_merits + (merits if without_merits >= _MERIT_FROM else 0))


def parse_policy(text: str) -> dict[str, set[str]]:
    """Return the sources of each directive of a content security policy."""
    directives = (directive.split() for directive in text.lower().split(";"))
    return {words[0]: set(words[1:]) for words in directives if words}


def _score_policy(policy: dict[str, set[str]]) -> int:
    if not policy:
        return -25
    everything = policy.get("default-src", {"*"})
    scripts, styles = policy.get("script-src", everything), policy.get("style-src", everything)
    objects = policy.get("object-src", everything)
    if {"'unsafe-inline'", "data:", "*", "http:", "https:"} & (scripts | objects):
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if {"'unsafe-inline'", "*", "http:", "https:"} & styles:
        return 0
    return 10 if everything == {"'none'"} else 5


def _score_transport(value: str) -> int:
    match = re.search(r"max-age=(\d+)", value)
    if not match:
        return -20
    return 0 if int(match[1]) >= _SIX_MONTHS else -10


def _score_framing(value: str, policy: dict[str, set[str]]) -> int:
    if "frame-ancestors" in policy and not {"*", "http:", "https:"} & policy["frame-ancestors"]:
        return 5
    return 0 if value.lower() in {"deny", "sameorigin"} else -20


def _score_referrer(value: str) -> int:
    private = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    unsafe = {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
    last = value.split(",")[-1].strip().lower()
    return 5 if last in private else -5 if last in unsafe else 0


def _score_resources(value: str) -> int:
    if value in {"same-origin", "same-site"}:
        return 10
    return -5 if value == "cross-origin" else 0
