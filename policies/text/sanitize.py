"""Make text from outside safe: the one gate that every clause passes on its way in."""

import re

import nh3

from policies.text.body import clean_text, parse_body, render_body

_KEPT = frozenset({"p", "ul", "ol", "li", "strong", "em", "b", "i", "a", "br", "code"})
# Known to nh3 only so that the text on both sides is not joined; `parse_body` turns them into paragraphs.
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
    }
    | {
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "pre",
        "section",
        "summary",
    }
    | {"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
)
_DROPPED = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "title",
        "textarea",
    }
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Elements without an end tag, or with one that may be left out.
_UNCOUNTED = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
    | {
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "optgroup",
        "html",
        "head",
        "body",
    }
)
_MAX_NESTING = 60
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_SAME_SITE = re.compile(r"(?:/(?![/\\])|#c-)[^\\\s]*")
_ABSOLUTE = re.compile(r"(?:https?://[^/\\\s]|mailto:|tel:)[^\\\s]*", re.IGNORECASE)


def sanitize_body(html: str) -> str:
    """Return HTML reduced to what a clause may hold, in canonical form.

    Blocks: `p`, `ul`, `ol`, `li` (one level of nesting). Inline: `strong`, `em`, `a[href]`, `br`, `code`. Links: http, https,
    mailto, tel, same-site paths and `#c-` anchors; any other link loses its target and keeps its words. Text outside a block
    becomes a paragraph. Idempotent.
    """
    cleaned = nh3.clean(
        limit_nesting(clean_text(html)),
        tags=set(_KEPT | _BLOCKS),
        clean_content_tags=set(_DROPPED),
        attributes={"a": {"href"}},
        attribute_filter=_filter_attribute,
        url_schemes=set(_SCHEMES),
        link_rel=None,
        strip_comments=True,
    )
    return render_body(parse_body(cleaned))


def sanitize_line(text: str) -> str:
    """Return plain text on one line: NFC, white space collapsed, no control, invisible or direction-changing characters."""
    return clean_text(" ".join(clean_text(text).split()))


def limit_nesting(html: str, deepest: int = _MAX_NESTING) -> str:
    """Turn the tags of elements nested beyond reason into breaks.

    The time that an HTML parser takes grows with the square of the depth, and its stack with the depth.
    """
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        closing, name = match.groups()
        if name.lower() in _UNCOUNTED:
            return match[0]
        inside = depth > deepest
        depth = max(0, depth - 1) if closing else depth + 1
        # A break has no inside, and keeps the words on both sides apart.
        return "<br" if inside or depth > deepest else match[0]

    return _TAG.sub(keep, html)


def safe_href(url: str) -> str:
    """Return the address if a clause may link to it, else the empty string."""
    address = clean_text(url).strip()
    if _SAME_SITE.fullmatch(address) or _ABSOLUTE.fullmatch(address):
        return address
    return ""


def _filter_attribute(_tag: str, _name: str, value: str) -> str | None:
    return safe_href(value) or None
