"""What the HTML of a mail may not hold: anything fetched from elsewhere, and anything that tells who reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import html as parser

from core.addresses import full_address

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORBIDDEN = (
    "audio",
    "base",
    "embed",
    "form",
    "frame",
    "iframe",
    "input",
    "link",
    "object",
    "picture",
    "script",
    "source",
    "svg",
    "video",
)
_FETCHING = ("background", "poster", "srcset")
_CSS_FETCH = re.compile(r"url\s*\(|@import|image-set\s*\(", re.IGNORECASE)
_COMMENT_FETCH = re.compile(r"\b(?:src|background|href)\s*=", re.IGNORECASE)
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def find_faults(html: str, *, marks: re.Pattern[str] | None = None) -> list[str]:
    """Return a sentence for each thing in `html` for which it may not be sent; `marks` match what differs by reader."""
    root = parser.document_fromstring(html)
    faults = [*_language_faults(root), *_element_faults(root), *_style_faults(root)]
    for image in root.iter("img"):
        faults += _image_faults(image, marks)
    for link in root.iter("a"):
        faults += _link_faults(link, marks)
    return list(dict.fromkeys(faults))


def is_own_image(address: str) -> bool:
    """Whether an image is served by this site's own store of media."""
    own = urljoin(full_address("/"), settings.MEDIA_URL)
    return address.startswith(own) and ".." not in urlsplit(address).path.split("/")


def _language_faults(root: parser.HtmlElement) -> Iterator[str]:
    if not root.get("lang") or not root.get("dir"):
        yield _("The mail does not say what language it is in.")


def _element_faults(root: parser.HtmlElement) -> Iterator[str]:
    for element in root.iter(*_FORBIDDEN):
        yield _("A mail may not hold the element <%(name)s>.") % {"name": element.tag}
    for element in root.iter("meta"):
        if element.get("http-equiv", "").lower() == "refresh":
            yield _("A mail may not send its reader elsewhere.")
    for element in root.iter():
        for name in _FETCHING:
            if isinstance(element.tag, str) and element.get(name) is not None:
                yield _("A mail may not fetch anything by “%(name)s”.") % {"name": name}
        if not isinstance(element.tag, str) and _COMMENT_FETCH.search(element.text or ""):
            yield _("A mail may not fetch anything by a comment for one mail program.")


def _style_faults(root: parser.HtmlElement) -> Iterator[str]:
    styles = [element.text_content() for element in root.iter("style")]
    styles += [element.get("style", "") for element in root.iter() if isinstance(element.tag, str)]
    if any(_CSS_FETCH.search(style) for style in styles):
        yield _("A mail may not fetch anything by its styles.")


def _image_faults(image: parser.HtmlElement, marks: re.Pattern[str] | None) -> Iterator[str]:
    source = image.get("src", "")
    if marks is not None and marks.search(source):
        yield _("An image may not have an address of its own for each reader: it would tell who reads.")
    elif not is_own_image(source):
        yield _("The image %(address)s comes from outside: only images of this site may be in a mail.") % {
            "address": source[:200]
        }
    if image.get("alt") is None:
        yield _("The image %(address)s has no text alternative.") % {"address": source[:200]}


def _link_faults(link: parser.HtmlElement, marks: re.Pattern[str] | None) -> Iterator[str]:
    address = link.get("href", "")
    if marks is not None and marks.fullmatch(address):
        return
    try:
        is_sound = urlsplit(address).scheme.lower() in _SCHEMES
    except ValueError:
        is_sound = False
    if not is_sound:
        yield _("The link “%(address)s” leads nowhere from a mail.") % {"address": address[:200]}
