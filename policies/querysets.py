"""Chainable reads of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, TruncDate

from core.append_only import AppendOnlyQuerySet
from core.dates import TAIPEI

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

        The highest number prevails whatever the dates below it, so the index on numbers answers without sorting by date.
        """
        return self.with_applies_from().filter(applies_from__lte=on).newest_first()

    def applied(self, *, on: dt.date) -> Self:
        """Editions whose text applied by the civil date `on`, if only in the wording that replaced it on its day.

        What was passed over is left out: an edition whose place was taken, before its day, by one of a later number.
        The rules are those of `policies.periods`.
        """
        later = EditionQuerySet(self.model).with_applies_from().filter(policy=OuterRef("policy"))
        is_polish = Q(major=OuterRef("major"), minor__gt=OuterRef("minor"), applies_from__isnull=False)
        day = Subquery(later.filter(is_polish).order_by(F("applies_from"), "pk").values_list(F("applies_from"))[:1])
        is_reworked = Q(major=OuterRef("major"), minor__gt=OuterRef("minor"), applies_from__lt=OuterRef("words_from"))
        is_replaced = Q(major__gt=OuterRef("major"), applies_from__lte=OuterRef("words_from"))
        # Nothing takes the place of what applied when it was issued; asking that first spares nearly all the second.
        was_announced = Q(words_from__gt=TruncDate("issued_at", tzinfo=TAIPEI))
        return (
            self.annotate(words_from=Coalesce(F("effective_from"), F("announced_date__effective_from"), day))
            .filter(words_from__lte=on)
            .exclude(was_announced & Exists(later.filter(is_reworked | is_replaced)))
            .newest_first()
        )

    def numbered_up_to(self, number: tuple[int, int]) -> Self:
        """Editions with that number or a lower one."""
        major, minor = number
        return self.filter(major__lte=major).exclude(major=major, minor__gt=minor)

    def numbered_from(self, number: tuple[int, int]) -> Self:
        """Editions with that number or a higher one."""
        major, minor = number
        return self.filter(major__gte=major).exclude(major=major, minor__lt=minor)

    def numbered_after(self, number: tuple[int, int]) -> Self:
        """Editions with a higher number."""
        major, minor = number
        return self.filter(major__gte=major).exclude(major=major, minor__lte=minor)

    def announced(self, *, on: dt.date) -> Self:
        """Editions that are public but whose date has not come by `on`, or is to be announced."""
        return self.with_applies_from().filter(Q(applies_from__gt=on) | Q(applies_from__isnull=True)).newest_first()


class EditionTextQuerySet(AppendOnlyQuerySet["EditionText"]):
    def in_language(self, locale: str) -> Self:
        return self.filter(locale=locale)

    def newest_first(self) -> Self:
        return self.order_by("-edition__major", "-edition__minor", "-sequence", "-pk")
