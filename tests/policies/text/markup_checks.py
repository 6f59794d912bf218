"""Checks of HTML that the text engine writes: well formed, valid nesting, nothing but known tags."""

import nh3
from lxml import etree

INLINE = {"a", "strong", "em", "code", "br", "ins", "del", "span"}
BLOCKS = {"p", "ul", "ol", "li"}
FRAME = {"section", "div", "h2", "h3", "h4", "h5"}
ATTRIBUTES = {
    "a": {"href"},
    "span": {"class"},
    "p": {"class"},
    "section": {"class", "id"},
    "div": {"class"},
    **{f"h{level}": {"class"} for level in range(2, 6)},
}


def parse(html: str) -> etree._Element:
    return etree.fromstring(f"<div>{html.replace('<br>', '<br/>')}</div>")


def check_html(html: str) -> etree._Element:
    """Return the tree, or fail: not well formed, unknown tags, or elements where none may be."""
    tree = parse(html)
    for element in tree.iterdescendants():
        tag, parent = element.tag, element.getparent()
        assert parent is not None
        assert tag in INLINE | BLOCKS | FRAME, tag
        if tag == "li":
            assert parent.tag in ("ul", "ol"), html
        elif parent.tag in ("ul", "ol"):
            raise AssertionError(html)
        elif tag in BLOCKS | FRAME:
            assert parent.tag in ("div", "section", "li"), html
            assert tag != "p" or parent.tag != "li", html
        if tag in ("ins", "del", "a"):
            assert not any(outer.tag == tag for outer in element.iterancestors()), html
    cleaned = nh3.clean(
        html,
        tags=INLINE | BLOCKS | FRAME,
        attributes=ATTRIBUTES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )
    assert _canonical(cleaned) == _canonical(html)
    return tree


def _canonical(html: str) -> bytes:
    return etree.tostring(parse(html.replace("&nbsp;", "\u00a0")), method="c14n")


def words_of(tree: etree._Element, *, without: str = "") -> str:
    """Return the visible words of a tree, leaving out one kind of mark, and notes and hidden words."""
    copy = etree.fromstring(etree.tostring(tree))
    for element in list(copy.iter()):
        classes = element.get("class") or ""
        parent = element.getparent()
        if parent is not None and (element.tag == without or "visually-hidden" in classes or "change__note" in classes):
            previous = element.getprevious()
            if previous is not None:
                previous.tail = (previous.tail or "") + (element.tail or "")
            else:
                parent.text = (parent.text or "") + (element.tail or "")
            parent.remove(element)
    return "".join(copy.itertext())
