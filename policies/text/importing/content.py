"""Which part of a web page is its content."""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import html

_FURNITURE = frozenset({"nav", "aside", "button", "select", "textarea", "input", "datalist", "dialog", "menu"})
_FURNITURE_ROLES = frozenset(
    {
        "navigation",
        "banner",
        "contentinfo",
        "search",
        "complementary",
        "dialog",
        "alertdialog",
        "menu",
        "menubar",
        "toolbar",
    }
)
_FURNITURE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|mainmenu|submenu|breadcrumbs?|path|sidebar|cookie(?:s|bar|banner)?|share|social|skip|skiplink"
    r"|pagination|pager|sitemap|accesskey|toolbar|fatfooter|toplink|gotop|backtop|search(?:bar|box)?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CONTENT_ROLES = ("main",)
_CONTENT_IDS = re.compile(
    r"^(?:main|content|main-?content|page-?content|article|article-?body|center|maincontent|entry-content)$",
    re.IGNORECASE,
)
# A form around most of the page is the frame of a page made by ASP.NET, not a form to fill in.
_FRAME_SHARE = 0.5
_LINKS_SHARE = 0.7
_LEAST_LINKS = 4
_CONTENT_SHARE = 0.5


def find_content(root: html.HtmlElement) -> tuple[html.HtmlElement, list[str]]:
    """Return the element that holds the content, its furniture taken out, and the text of all that was left out."""
    body = root.find("body")
    start = root if body is None else body
    content = _find_main(start)
    removed: list[str] = []
    if content is not start:
        removed += _text_outside(start, content)
    removed += _drop_furniture(content, is_page=content is start)
    return content, removed


def _find_main(body: html.HtmlElement) -> html.HtmlElement:
    """Return the element that the page itself marks as its content, else the body."""
    total = _length(body)
    for candidates in (
        [element for element in body.iter("main") if not _is_hidden(element)],
        [element for element in body.iter() if element.get("role") in _CONTENT_ROLES],
        list(body.iter("article")),
        [element for element in body.iter("div", "section", "td") if _CONTENT_IDS.match(element.get("id", ""))],
        [element for element in body.iter("div", "section") if _has_content_class(element)],
    ):
        found = [element for element in candidates if _length(element)]
        if len(found) == 1 or (found and _length(found[0]) > total * _CONTENT_SHARE):
            return found[0]
    return body


def _has_content_class(element: html.HtmlElement) -> bool:
    return any(_CONTENT_IDS.match(name) for name in element.get("class", "").split())


def _text_outside(body: html.HtmlElement, content: html.HtmlElement) -> list[str]:
    """Return the text of the body before and after the content."""
    inside = set(content.iter())
    pieces: list[str] = []
    for element in body.iter():
        if element not in inside and element.text:
            pieces.append(element.text)
        # The tail of an element belongs to its parent.
        if element is not body and element.tail and element.getparent() not in inside:
            pieces.append(element.tail)
    return pieces


def _drop_furniture(content: html.HtmlElement, *, is_page: bool) -> list[str]:
    removed: list[str] = []
    total = max(1, _length(content))
    dropped: set[html.HtmlElement] = set()
    for element in list(_furniture(content, total, is_page=is_page)):
        # What stands inside something dropped has gone with it.
        if dropped.isdisjoint(element.iterancestors()):
            dropped.add(element)
            removed.append("".join(element.itertext()))
            element.drop_tree()
    return removed


def _furniture(content: html.HtmlElement, total: int, *, is_page: bool) -> Iterator[html.HtmlElement]:
    shares = _LinkShares(content, is_page=is_page)
    for element in content.iterdescendants():
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if (_is_furniture(element, tag, is_page=is_page) and _length(element) <= total * _FRAME_SHARE) or (
            tag in ("ul", "ol", "div", "table", "p") and shares.is_link_list(element)
        ):
            yield element


def _is_furniture(element: html.HtmlElement, tag: str, *, is_page: bool) -> bool:
    if tag in _FURNITURE or tag == "form" or element.get("role") in _FURNITURE_ROLES or _is_hidden(element):
        return True
    if is_page and tag in ("header", "footer"):
        return True
    if tag not in ("div", "ul", "ol", "section", "p"):
        return False
    return _FURNITURE_NAMES.search(f"{element.get('id', '')} {element.get('class', '')}") is not None


def _is_hidden(element: html.HtmlElement) -> bool:
    return "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")) is not None


class _LinkShares:
    """How much of each element is links, counted for all elements in one pass."""

    def __init__(self, content: html.HtmlElement, *, is_page: bool) -> None:
        self._text: Counter[html.HtmlElement] = Counter()
        self._linked: Counter[html.HtmlElement] = Counter()
        self._links: Counter[html.HtmlElement] = Counter()
        for element in reversed(list(content.iter())):
            self._text[element] += len((element.text or "").strip())
            # Inside marked content only links within the page are navigation.
            if element.tag == "a" and (is_page or element.get("href", "").startswith("#")):
                self._linked[element] = self._text[element]
                self._links[element] = 1
            parent = element.getparent()
            if parent is not None:
                self._text[parent] += self._text[element] + len((element.tail or "").strip())
                self._linked[parent] += self._linked[element]
                self._links[parent] += self._links[element]

    def is_link_list(self, element: html.HtmlElement) -> bool:
        mostly_links = self._linked[element] > self._text[element] * _LINKS_SHARE
        return self._links[element] >= _LEAST_LINKS and mostly_links


def _length(element: html.HtmlElement) -> int:
    return sum(len(text.strip()) for text in element.itertext())
