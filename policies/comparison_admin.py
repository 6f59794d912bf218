"""Wagtail's own comparison of two revisions, shown with ours where clauses are concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.safestring import mark_safe
from wagtail.admin.compare import FieldComparison

from policies.drafts import page_document
from policies.text.compare import compare, render_redline

if TYPE_CHECKING:
    from django.db import models
    from django.utils.safestring import SafeString

    from policies.models import PolicyPage


class ClausesComparison(FieldComparison):
    """Aligns clauses by key and marks what changed, character by character in Chinese, links included."""

    def __init__(self, field: models.Field[object, object], obj_a: PolicyPage, obj_b: PolicyPage) -> None:
        super().__init__(field, obj_a, obj_b)
        old, new = page_document(obj_a), page_document(obj_b)
        self.comparison = compare(old.clauses, new.clauses, language=new.language)

    def has_changed(self) -> bool:
        return bool(self.comparison)

    def htmldiff(self) -> SafeString:
        """Return the changed clauses only; a long policy would hide its one change."""
        return mark_safe(render_redline(self.comparison, changed_only=True))  # noqa: S308 -- made of sanitised text
