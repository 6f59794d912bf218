"""The rows of `bench.comparison`."""

from __future__ import annotations

from bench.comparison import CACHED_BUDGET, FIRST_BUDGET, MARKED_BUDGET, TEXTS, make_editions, measure
from bench.rows import Row, at_most


def rows() -> list[Row]:
    """Compare two editions in each language, with Wagtail's comparison beside ours."""
    found = []
    for language in TEXTS:
        figures = measure(make_editions(language))
        found += [
            at_most(
                f"comparison of 1,000 clauses, {language}",
                figures["first"],
                FIRST_BUDGET,
                unit="ms",
                note=f"Wagtail {figures['wagtail']:.0f}",
            ),
            at_most(f"comparison from the cache, {language}", figures["cached"], CACHED_BUDGET, unit="ms"),
            at_most(
                f"characters marked for each changed, {language}",
                figures["marked"],
                MARKED_BUDGET,
                unit="×",
                note=f"Wagtail {figures['wagtail_marked']:.1f}",
            ),
        ]
    return found
