"""Writing the Atom feed of a policy (RFC 4287), with identifiers that outlive addresses (tag URIs, RFC 4151)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from lxml import etree

from core.addresses import full_address, path_of
from core.dates import civil_date
from core.languages import html_language
from policies.choices import EditionKind
from policies.periods import Period
from policies.presentation import list_changed_clauses

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from policies.models import Edition, EditionText

_ATOM = "http://www.w3.org/2005/Atom"
#: Characters that XML 1.0 cannot carry (§2.2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_feed(
    *,
    path: str,
    language: str,
    first: Edition,
    entries: Sequence[tuple[Edition, Sequence[EditionText]]],
    author: str,
    on: dt.date,
) -> tuple[bytes, dt.datetime]:
    """Return the feed at `path` and the moment at which anything in it last changed.

    `first` is the policy's oldest edition: its day is the day of the tag URIs. Each entry is an edition with its texts
    in `language`, newest first, with `note_corrections`. The feed says how things stand on the civil date `on`.
    """
    slug = first.policy.slug
    updated = max((_updated(edition, texts, on=on) for edition, texts in entries), default=first.issued_at)
    title = entries[0][1][0].title if entries else slug
    root = feed_root(language)
    add_element(root, "id", tag_uri(first, language))
    add_element(root, "title", _("%(title)s: editions") % {"title": title})
    add_element(root, "updated", updated.isoformat())
    add_element(add_element(root, "author"), "name", author or settings.WAGTAIL_SITE_NAME)
    add_element(root, "link", rel="self", type="application/atom+xml", href=full_address(path))
    add_element(root, "link", rel="alternate", type="text/html", href=full_address(path_of("policies:history", slug)))
    for edition, texts in entries:
        _add_entry(root, edition, texts, first=first, on=on)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True), updated


def tag_uri(first: Edition, language: str, number: str = "") -> str:
    """Return the permanent identifier of a policy's feed, or of one edition's entry in it.

    It is made from the policy's key, not its address; authority and date are fixed by the first edition, so a site that
    moves to another host sets `AVOW_TAG_AUTHORITY` to the old one.
    """
    specific = "/".join(part for part in (str(first.policy.key), language, number) if part)
    return f"tag:{tag_authority()},{civil_date(first.issued_at).isoformat()}:{specific}"


def _updated(edition: Edition, texts: Sequence[EditionText], *, on: dt.date) -> dt.datetime:
    """Return when an entry last said something new: also when another edition took its place before it applied."""
    moments = [text.corrected_at or text.issued_at for text in texts]
    moments += [edition.announced_at] if edition.announced_at else []
    if edition.successor is not None and Period(edition, on).is_empty:
        moments.append(edition.successor.issued_at)
    return max(moments)


def _add_entry(
    root: etree._Element, edition: Edition, texts: Sequence[EditionText], *, first: Edition, on: dt.date
) -> None:
    text = texts[0]
    address = path_of("policies:edition", edition.policy.slug, edition.number)
    entry = add_element(root, "entry")
    add_element(entry, "id", tag_uri(first, text.locale, edition.number))
    add_element(entry, "title", _entry_title(edition, text))
    add_element(entry, "published", texts[-1].issued_at.isoformat())
    add_element(entry, "updated", _updated(edition, texts, on=on).isoformat())
    add_element(entry, "link", rel="alternate", type="text/html", href=full_address(address))
    add_element(entry, "category", term=edition.update_type)
    context = {
        "edition": edition,
        "text": text,
        "period": Period(edition, on),
        "address": address,
        "changed": list_changed_clauses(text),
    }
    content = add_element(entry, "content", render_to_string("policies/feed_entry.html", context).strip())
    content.set("type", "html")


def _entry_title(edition: Edition, text: EditionText) -> str:
    words = {"title": text.title, "number": edition.number}
    if edition.kind == EditionKind.WITHDRAWAL:
        return _("%(title)s, edition %(number)s: withdrawn") % words
    if edition.kind == EditionKind.REINSTATEMENT:
        return _("%(title)s, edition %(number)s: reinstated") % words
    return _("%(title)s, edition %(number)s") % words


def feed_root(language: str) -> etree._Element:
    """Return an empty feed in a language."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item] # the stubs forget the default namespace
    root.set("{http://www.w3.org/XML/1998/namespace}lang", html_language(language))
    return root


def tag_authority() -> str:
    """Return the host in permanent identifiers: the one that the site had first."""
    return settings.AVOW_TAG_AUTHORITY or urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"


def add_element(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Add an element of Atom, without what XML cannot carry."""
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    if text is not None:
        element.text = _NOT_XML.sub("", text)
    return element
