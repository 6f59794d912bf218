"""Where what was sent can be read on the site."""

from __future__ import annotations

from core.addresses import full_address


def archive_path(mailing_id: int, language: str) -> str:
    """Return the path of a mailing in the archive."""
    return f"/{language}/bulletins/{mailing_id}/"


def topic_path(slug: str, language: str) -> str:
    """Return the path of everything that was sent on a topic."""
    return f"/{language}/bulletins/topics/{slug}/"


def feed_path(slug: str, language: str) -> str:
    """Return the path of the Atom feed of a topic."""
    return f"{topic_path(slug, language)}feed.atom"


def archive_url(mailing_id: int, language: str) -> str:
    """Return the whole address of a mailing in the archive."""
    return full_address(archive_path(mailing_id, language))


def own_path(address: str) -> str:
    """Return the path of an address of this site, another address as it is: pages may be read by another name of the host."""
    return address.removeprefix(full_address(""))
