"""Writing the Atom feed of a topic (RFC 4287), with identifiers that outlive addresses (tag URIs, RFC 4151)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from lxml import etree

from core.addresses import full_address
from core.dates import civil_date
from newsletters.addresses import topic_path
from policies.feeds import add_element, feed_root, tag_authority

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from newsletters.models import Topic


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    title: str
    published: dt.datetime
    url: str
    html: str


def write_feed(
    *, path: str, language: str, topic: Topic, title: str, entries: Sequence[Entry], author: str
) -> tuple[bytes, dt.datetime]:
    """Return the feed at `path` and the moment at which anything in it last changed; entries come newest first."""
    updated = max((entry.published for entry in entries), default=topic.created_at)
    tag = f"tag:{tag_authority()},{civil_date(topic.created_at).isoformat()}:{topic.list_id}/{language}"
    root = feed_root(language)
    add_element(root, "id", tag)
    add_element(root, "title", title)
    add_element(root, "updated", updated.isoformat())
    add_element(add_element(root, "author"), "name", author or settings.WAGTAIL_SITE_NAME)
    add_element(root, "link", rel="self", type="application/atom+xml", href=full_address(path))
    page = full_address(topic_path(topic.slug, language))
    add_element(root, "link", rel="alternate", type="text/html", href=page)
    for entry in entries:
        element = add_element(root, "entry")
        add_element(element, "id", f"{tag}/{entry.number}")
        add_element(element, "title", entry.title)
        add_element(element, "published", entry.published.isoformat())
        add_element(element, "updated", entry.published.isoformat())
        add_element(element, "link", rel="alternate", type="text/html", href=entry.url)
        add_element(element, "content", entry.html).set("type", "html")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True), updated
