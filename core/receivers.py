"""Keeping cached pages true to what Wagtail publishes."""

from __future__ import annotations

from typing import Any

from wagtail.signals import page_published, page_unpublished, post_page_move

from core.models import SiteVersion


def connect() -> None:
    """Connect the receivers of this module."""
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(_forget_cached_pages, dispatch_uid="core.forget_cached_pages")


def _forget_cached_pages(**_kwargs: Any) -> None:
    SiteVersion.bump()
