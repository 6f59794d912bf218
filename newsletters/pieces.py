"""Where the translation of a bulletin stands against its source, piece by piece.

A piece is the title, the summary or a block; blocks keep their ids in copies for translation, so pieces of two languages
find each other. A translated piece keeps the digest of the source piece that it was made from (`BulletinPage.bases`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.text.digest import canonical_json, sha256_hex

if TYPE_CHECKING:
    from newsletters.models import BulletinPage

#: The two pieces of a bulletin that are no blocks.
TITLE, SUMMARY = "title", "summary"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a translation stands: the pieces (block ids, `title`, `summary`) that are older than their source or missing."""

    older: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        return not self.older and not self.missing


def piece_digests(page: BulletinPage) -> dict[str, str]:
    """Return the digest of every piece of a bulletin, by its name, in reading order."""
    pieces: dict[str, Any] = {TITLE: page.title, SUMMARY: page.summary}
    for child in page.body:
        pieces[str(child.id)] = {"type": child.block_type, "value": child.block.get_prep_value(child.value)}
    return {name: sha256_hex(canonical_json(piece)) for name, piece in pieces.items()}


def standing(page: BulletinPage, source: BulletinPage) -> Standing:
    """Compare a translation with its source by digests: time stamps say nothing about what was translated."""
    digests = piece_digests(source)
    own = piece_digests(page)
    return Standing(
        older=tuple(name for name, digest in digests.items() if name in own and page.bases.get(name) != digest),
        missing=tuple(name for name in digests if name not in own),
    )


def new_bases(page: BulletinPage, former: BulletinPage | None, source: BulletinPage) -> dict[str, str]:
    """Return the bases of a translation that is about to be saved over its draft `former`.

    A piece that was written anew was made from the source as it is now; one that is as it was keeps its base.
    """
    current, own = piece_digests(source), piece_digests(page)
    kept = piece_digests(former) if former is not None else {}
    bases = former.bases if former is not None else {}
    return {
        name: bases[name] if name in bases and kept.get(name) == digest else current[name]
        for name, digest in own.items()
        if name in current
    }
