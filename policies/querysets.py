"""Chainable reads of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from policies.append_only import AppendOnlyQuerySet

if TYPE_CHECKING:
    import datetime as dt

    from policies.models import Edition, EditionText, Policy  # noqa: F401 -- type parameters


class PolicyQuerySet(models.QuerySet["Policy"]):
    def published(self) -> Self:
        """Policies of which anything was ever public."""
        return self.filter(editions__isnull=False).distinct()


class EditionQuerySet(AppendOnlyQuerySet["Edition"]):
    def with_applies_from(self) -> Self:
        """Annotate `applies_from`: the effective date, announced later or not; None while to be announced."""
        return self.annotate(applies_from=Coalesce(F("effective_from"), F("announced_date__effective_from")))

    def newest_first(self) -> Self:
        return self.order_by("-major", "-minor", "-pk")

    def in_force(self, *, on: dt.date) -> Self:
        """Editions whose effective date has come by the civil date `on`, newest first: the first one is in force.

        Numbers and effective dates run in the same order (`policies.services.issue` keeps that), so the index on
        numbers answers without sorting by date.
        """
        return self.with_applies_from().filter(applies_from__lte=on).newest_first()

    def announced(self, *, on: dt.date) -> Self:
        """Editions that are public but whose date has not come by `on`, or is to be announced."""
        return self.with_applies_from().filter(Q(applies_from__gt=on) | Q(applies_from__isnull=True)).newest_first()


class EditionTextQuerySet(AppendOnlyQuerySet["EditionText"]):
    def in_language(self, locale: str) -> Self:
        return self.filter(locale=locale)

    def newest_first(self) -> Self:
        return self.order_by("-edition__major", "-edition__minor", "-sequence", "-pk")
