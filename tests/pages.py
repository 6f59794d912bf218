"""Reading pages in tests as a reader would: by their text, links and landmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from django.http import HttpResponse
    from lxml.html import HtmlElement


class Page:
    """A parsed page."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        self.tree: HtmlElement = html.fromstring(response.content.decode())

    @property
    def text(self) -> str:
        """What the page says, with single spaces."""
        return " ".join("".join(self.tree.xpath("//body//text()[not(parent::script)]")).split())

    def one(self, xpath: str) -> HtmlElement:
        found = self.tree.xpath(xpath)
        assert len(found) == 1, f"{len(found)} × {xpath}"
        return found[0]

    def all(self, xpath: str) -> list[HtmlElement]:
        return list(self.tree.xpath(xpath))

    def words(self, xpath: str) -> str:
        """What the one element found says."""
        return " ".join(str(self.one(xpath).text_content()).split())

    @property
    def links(self) -> list[str]:
        return [str(href) for href in self.tree.xpath("//body//a/@href")]
