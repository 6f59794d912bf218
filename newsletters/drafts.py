"""A bulletin's draft as an article."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from wagtail.rich_text import expand_db_html

from core.addresses import full_address
from core.mail.wrapping import columns
from newsletters.articles import (
    Article,
    ArticleBlock,
    Change,
    Heading,
    Link,
    LinkList,
    Picture,
    Prose,
)
from newsletters.services.changes import describe_change, newest_texts
from policies.models import Edition
from policies.text.languages import detect_language, looks_like
from policies.text.sanitize import safe_href, sanitize_body, sanitize_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.models import BulletinPage

#: An image is shown no wider than the column of a mail, and kept twice as large for fine screens.
_COLUMN = 560
_RENDITION = "max-1120x1120"
#: Columns from which on words are enough to tell their language.
_TELLING = 16
#: Characters of a bulletin, all told: some 60 pages.
LONGEST = 100_000


@dataclass(slots=True)
class Draft:
    """A bulletin as an article, without what is missing: editions that have no text in its language, and images."""

    article: Article
    missing_editions: list[str] = field(default_factory=list)
    missing_pictures: int = 0

    @property
    def is_too_long(self) -> bool:
        """Whether there is more text than a mail should ever carry; it is told before anything is made of it."""
        return sum(map(len, _words(self.article))) > LONGEST


def read_draft(page: BulletinPage) -> Draft:
    """Read a bulletin's page (of any revision): links expanded to whole addresses, everything sanitised."""
    missing: list[str] = []
    missing_pictures = 0
    blocks: list[ArticleBlock] = []
    for child in page.body:
        if child.block_type == "change":
            change = _change(child.value, page.language)
            if change is None:
                missing.append(_edition_number(child.value))
            else:
                blocks.append(change)
        elif child.block_type == "picture":
            picture = _find_picture(child.value)
            if picture is None:
                missing_pictures += 1
            else:
                blocks.append(picture)
        else:
            blocks.append(_READERS[child.block_type](child.value))
    article = Article(
        language=page.language,
        title=sanitize_line(page.title),
        summary=sanitize_line(page.summary),
        blocks=tuple(blocks),
    )
    return Draft(article, missing, missing_pictures)


def is_in_its_language(article: Article) -> bool:
    """Whether the words of an article may be in the language that it says."""
    return looks_like("\n".join(_words(article)), article.language) and looks_like(article.title, article.language)


def foreign_parts(article: Article) -> list[str]:
    """Return what seems to be in another language, such as a part that nobody translated; short words tell nothing."""
    return [
        words
        for words in _words(article)
        if columns(words) >= _TELLING and detect_language(words) not in {None, article.language}
    ]


def _words(article: Article) -> list[str]:
    found = [article.title, article.summary]
    for block in article.blocks:
        if isinstance(block, (Heading, Prose)):
            found.append(block.text)
        elif isinstance(block, LinkList):
            found += [block.title, *(link.text for link in block.links)]
    return found


def _change(value: Any, language: str) -> Change | None:
    edition = Edition.objects.filter(pk=int(value["edition"])).first() if value.get("edition") else None
    text = newest_texts(edition).get(language) if edition else None
    if text is None:
        return None
    keys = {clause.partition(":")[2] for clause in value.get("clauses") or []}
    return describe_change(text, keys=keys or None)


def _edition_number(value: Any) -> str:
    edition = Edition.objects.filter(pk=int(value["edition"] or 0)).select_related("policy").first()
    return f"{edition.policy} {edition.number}" if edition else "?"


def _heading(value: str) -> Heading:
    return Heading(text=sanitize_line(value))


def _prose(value: Any) -> Prose:
    html = sanitize_body(expand_db_html(value.source))
    return Prose(html=html.replace('href="/', f'href="{full_address("/")}'))


def _links(value: Any) -> LinkList:
    return LinkList(
        title=sanitize_line(value.get("title") or ""),
        links=tuple(
            Link(text=sanitize_line(link["text"]), url=urljoin(full_address("/"), safe_href(link["url"])))
            for link in value["links"]
        ),
    )


def _find_picture(value: Any) -> Picture | None:
    """Return an image of the mail; None when the image was deleted, or its file is gone or cannot be read."""
    if value["image"] is None:
        return None
    try:
        rendition = value["image"].get_rendition(_RENDITION)
    except OSError:  # of Wagtail's, Willow's and Pillow's own kinds
        return None
    if not rendition.file.storage.exists(rendition.file.name):
        return None
    width = min(_COLUMN, rendition.width)
    return Picture(
        src=urljoin(full_address("/"), rendition.url),
        alt=sanitize_line(value["alt"]),
        width=width,
        height=round(rendition.height * width / rendition.width),
    )


_READERS: dict[str, Callable[[Any], ArticleBlock]] = {
    "heading": _heading,
    "text": _prose,
    "links": _links,
}
