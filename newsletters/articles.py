"""What a mailing says, as data: mails in HTML and in text, pages of the archive, feeds and digests are made from it.

An article is in one language and holds everything that is shown, so that it reads the same when pages and policies have
changed. Links are whole addresses. `to_data` gives what JSON can keep, `from_data` reads it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from policies.text.body import BREAK, BlockKind, parse_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policies.text.body import Block, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    type: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """Text as `policies.text.sanitize.sanitize_body` returns it, with whole addresses."""

    type: ClassVar[str] = "prose"
    html: str

    @property
    def text(self) -> str:
        """The same as plain text: lines for blocks, marks for items, addresses behind the words that carry them."""
        return body_text(self.html)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkList:
    type: ClassVar[str] = "links"
    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image of the site's own; `width` and `height` in pixels."""

    type: ClassVar[str] = "picture"
    src: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedClause:
    """A clause that an edition changed; `words` say what was done to it, `url` is empty when it is gone."""

    label: str
    words: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An edition of a policy and what it changed. Days are ISO dates; no `effective_from` means to be announced.

    `kind` is of `policies.choices.EditionKind`; `more` counts changed clauses that are not listed; `edition` and `text`
    are row numbers of the record.
    """

    type: ClassVar[str] = "change"
    title: str
    number: str
    kind: str
    is_first: bool
    issued_on: str
    effective_from: str | None
    note: str
    clauses: tuple[ChangedClause, ...]
    more: int
    edition_url: str
    compare_url: str
    digest: str
    edition: int
    text: int

    @property
    def issued_day(self) -> dt.date:
        return dt.date.fromisoformat(self.issued_on)

    @property
    def effective_day(self) -> dt.date | None:
        return dt.date.fromisoformat(self.effective_from) if self.effective_from else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that was published, as a digest names it; `language` is that of its words."""

    type: ClassVar[str] = "item"
    title: str
    summary: str
    url: str
    language: str


ArticleBlock = Heading | Prose | LinkList | Picture | Change | Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A headline, a sentence or two, and blocks in reading order, in `language`."""

    language: str
    title: str
    summary: str
    blocks: tuple[ArticleBlock, ...]

    @property
    def links(self) -> tuple[str, ...]:
        """Every address it leads to, each once, in reading order."""
        return tuple(dict.fromkeys(address for block in self.blocks for address in _links(block)))

    def to_data(self) -> dict[str, Any]:
        """Return what JSON can keep."""
        blocks = [{"type": block.type, **asdict(block)} for block in self.blocks]
        return {"language": self.language, "title": self.title, "summary": self.summary, "blocks": blocks}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Article:
        """Read what `to_data` returned."""
        return cls(
            language=data["language"],
            title=data["title"],
            summary=data["summary"],
            blocks=tuple(map(_read_block, data["blocks"])),
        )


_TYPES: dict[str, type[ArticleBlock]] = {
    block.type: block for block in (Heading, Prose, LinkList, Picture, Change, Item)
}


def _read_block(data: Mapping[str, Any]) -> ArticleBlock:
    fields = {name: value for name, value in data.items() if name != "type"}
    if "links" in fields:
        fields["links"] = tuple(Link(**link) for link in fields["links"])
    if "clauses" in fields:
        fields["clauses"] = tuple(ChangedClause(**clause) for clause in fields["clauses"])
    return _TYPES[data["type"]](**fields)


def _links(block: ArticleBlock) -> Iterator[str]:
    match block:
        case Prose():
            yield from (run.href for part in parse_body(block.html) for run in part.runs if run.href)
        case LinkList():
            yield from (link.url for link in block.links)
        case Change():
            yield from (address for address in (block.edition_url, block.compare_url) if address)
            yield from (clause.url for clause in block.clauses if clause.url)
        case Item():
            yield block.url


def body_text(html: str) -> str:
    """Return a sanitised body as plain text, with the addresses of its links in angle brackets (RFC 3986, appendix C)."""
    lines: list[str] = []
    counts = [0, 0]
    previous: Block | None = None
    for block in parse_body(html):
        if lines and (block.kind is BlockKind.PARAGRAPH or previous is None or previous.kind is BlockKind.PARAGRAPH):
            lines.append("")
        lines.append(_line(block, counts))
        previous = block
    return "\n".join(lines)


def _line(block: Block, counts: list[int]) -> str:
    """Write one block; `counts` holds how many numbered items there were so far at each level."""
    words = "".join(_words(block.runs))
    if block.level == 0:
        counts[:] = [0, 0]
        return words
    depth = block.level - 1
    indent = "  " * depth
    mark = "-"
    if block.kind is BlockKind.ORDERED:
        counts[depth] += 1
        mark = f"{counts[depth]}."
    if depth == 0:
        counts[1] = 0
    return f"{indent}{mark} {words.replace(BREAK, ' ')}"


def _words(runs: Iterable[Run]) -> Iterator[str]:
    pending = ""
    for run in [*runs, None]:
        if pending and (run is None or run.href != pending):
            yield f" <{pending.removeprefix('mailto:')}>"
            pending = ""
        if run is None:
            return
        yield run.text
        if run.href and run.text.strip() not in {run.href, run.href.removeprefix("mailto:")}:
            pending = run.href
