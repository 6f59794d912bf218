"""The contract between the index and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from search.choices import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an entry of the index says (see `SearchEntry`); `path` is the place of a clause by levels, such as (3, 2)."""

    kind: EntryKind
    locale: str
    title: str
    heading: str
    body: str
    address: str
    applies_from: dt.date | None
    applies_until: dt.date | None = None
    position: int = 0
    number: str = ""
    path: tuple[int, ...] = ()
    past_address: str = ""
    first_edition: str = ""


class Source(Protocol):
    """Something whose units are kept in the index. Reads public rows only."""

    @property
    def name(self) -> str:
        """What units of this source are filed under; never changes."""

    def fingerprints(self, names: Collection[str] | None = None) -> dict[str, str]:
        """Return the units there should be (all, or those of `names`), each with what changes when its entries do."""

    def build(self, name: str) -> Iterable[Content]:
        """Return the entries of a unit; none when it is not public any more."""
