"""Keeping the index true to what becomes public, at once after each commit."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from core.languages import language_codes
from newsletters.signals import archive_changed
from policies.signals import edition_issued, effective_date_announced, text_issued
from search.services import find_stale, refresh_stale
from search.sources import BulletinSource, PageSource, PolicySource
from search.sources.policies import unit_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.apps import AppConfig

    from newsletters.models import Mailing
    from policies.models import Edition, EditionText, EffectiveDate

logger = logging.getLogger("avow.search")


def connect(config: AppConfig) -> None:
    """Connect the receivers of this module; `config` is the app's own."""
    edition_issued.connect(_index_edition, dispatch_uid="search.edition_issued")
    text_issued.connect(_index_text, dispatch_uid="search.text_issued")
    effective_date_announced.connect(_index_date, dispatch_uid="search.effective_date_announced")
    archive_changed.connect(_index_bulletin, dispatch_uid="search.archive_changed")
    for signal in (page_published, page_unpublished, post_page_move, page_slug_changed):
        signal.connect(_index_pages, dispatch_uid="search.pages")
    for signal in (post_save, post_delete):
        signal.connect(_index_pages, sender=PageViewRestriction, dispatch_uid="search.restrictions")
    post_delete.connect(_index_pages, sender=Page, dispatch_uid="search.deleted_page")
    post_migrate.connect(_index_what_is_there, sender=config, dispatch_uid="search.post_migrate")


def _index_edition(*, edition: Edition, **_kwargs: Any) -> None:
    _index_policy(edition.policy_id)


def _index_text(*, text: EditionText, **_kwargs: Any) -> None:
    _index_policy(text.edition.policy_id)


def _index_date(*, effective_date: EffectiveDate, **_kwargs: Any) -> None:
    _index_policy(effective_date.edition.policy_id)


def _index_policy(policy: int) -> None:
    _index(PolicySource.name, among=[unit_name(policy, code) for code in language_codes()])


def _index_bulletin(*, mailing: Mailing, **_kwargs: Any) -> None:
    _index(BulletinSource.name, among=[str(mailing.pk)])


def _index_pages(**_kwargs: Any) -> None:
    transaction.on_commit(lambda: _index(PageSource.name))


def _index(source: str, among: Collection[str] | None = None) -> None:
    """Bring the index up to date. What was published stays published when that fails: the index is made good later."""
    try:
        refresh_stale(source=source, at=timezone.now(), among=among)
    except Exception:
        # Editors see it on their home page, and `check_search_index` puts it right.
        logger.exception("The search index could not be brought up to date (%s).", source)


def _index_what_is_there(**_kwargs: Any) -> None:
    """Index a site that was there before the index, or before a change of its shape."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return  # half migrated: tables are not yet, or no longer, what the sources read
    for source in sorted({fault.source for fault in find_stale()}):
        _index(source)
