"""Reads over several tables of the record: what the public pages show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery

from policies.models import Edition, EditionText, NoteCorrection, Policy

if TYPE_CHECKING:
    from policies.querysets import EditionQuerySet, EditionTextQuerySet

#: Editions that the current page reads at once: those announced, the one in force and the one that last revised it.
_WINDOW = 25


@dataclass(frozen=True, kw_only=True)
class CurrentPolicy:
    """A policy as it stands on a day, for readers of one language.

    `in_force` is None before the first edition applies. `text` is the newest text in the language of an edition up to
    the one in force (or of the first announced one when none is in force yet); it belongs to an older edition while a
    translation is missing. `revised` is the edition that last changed the meaning of the one in force, with
    `revised_text` in the language if there is one. `announced` are public and not in force yet, soonest first.
    """

    policy: Policy
    language: str
    in_force: Edition | None
    text: EditionText | None
    revised: Edition | None
    revised_text: EditionText | None
    announced: tuple[Edition, ...]
    languages: frozenset[str]

    @property
    def shown(self) -> Edition | None:
        """The edition whose text is shown."""
        return self.text.edition if self.text else None

    @property
    def is_lagging(self) -> bool:
        """Whether the text shown belongs to an older edition than the one in force."""
        return bool(self.text and self.in_force and self.text.edition_id != self.in_force.pk)

    @property
    def is_withdrawn(self) -> bool:
        return bool(self.in_force and self.in_force.is_withdrawal)


def editions_of(slug: str) -> EditionQuerySet:
    """Return the editions of a policy, newest first, each with `applies_from` and `locales` (of its texts)."""
    locales = EditionText.objects.filter(edition=OuterRef("pk"), sequence=1).order_by("locale").values("locale")
    return (
        Edition.objects.filter(policy__slug=slug)
        .select_related("policy")
        .with_applies_from()
        .annotate(locales=ArraySubquery(locales))
        .newest_first()
    )


def texts_in(language: str) -> EditionTextQuerySet:
    """Return the texts in a language, newest first, each with its corrected note (`corrected_note`, `corrected_at`)."""
    newest_note = NoteCorrection.objects.filter(text=OuterRef("pk")).order_by("-sequence")
    return (
        EditionText.objects.in_language(language)
        .annotate(
            corrected_note=Subquery(newest_note.values("note")[:1]),
            corrected_at=Subquery(newest_note.values("issued_at")[:1]),
        )
        .newest_first()
    )


def find_current(*, slug: str, language: str, on: dt.date) -> CurrentPolicy | None:
    """Return the policy as it stands on the civil date `on`; None when nothing of it was ever public (2 queries)."""
    window = list(editions_of(slug)[:_WINDOW])
    if not window:
        return None
    in_force = _first(window, on=on) or editions_of(slug).in_force(on=on).first()
    announced = [e for e in window if in_force is None or e.order > in_force.order]
    revised = _revising(window, in_force)
    shown = _edition_with_text(window, slug, language, in_force)
    wanted = {edition.pk: edition for edition in (shown, revised) if edition is not None}
    texts: dict[int, EditionText] = {}
    for text in texts_in(language).filter(edition_id__in=wanted):
        texts.setdefault(text.edition_id, text)
    for pk, text in texts.items():
        text.edition = wanted[pk]
    return CurrentPolicy(
        policy=window[0].policy,
        language=language,
        in_force=in_force,
        text=texts.get(shown.pk) if shown else None,
        revised=revised,
        revised_text=texts.get(revised.pk) if revised else None,
        announced=tuple(reversed(announced)),
        languages=frozenset(locale for edition in window for locale in edition.locales),
    )


def _first(window: list[Edition], *, on: dt.date) -> Edition | None:
    return next((e for e in window if e.applies_from is not None and e.applies_from <= on), None)


def _revising(window: list[Edition], in_force: Edition | None) -> Edition | None:
    """Return the substantive edition that began the major number of the one in force."""
    if in_force is None or in_force.minor == 0:
        return in_force
    number = (in_force.major, 0)
    found = next((edition for edition in window if edition.order == number), None)
    return found or editions_of(in_force.policy.slug).filter(major=in_force.major, minor=0).first()


def _edition_with_text(window: list[Edition], slug: str, language: str, in_force: Edition | None) -> Edition | None:
    """Return the newest edition up to the one in force that has a text in `language`."""
    if in_force is None:  # nothing applies yet: show the first that was announced
        return next((edition for edition in reversed(window) if language in edition.locales), None)
    past = [edition for edition in window if edition.order <= in_force.order]
    found = next((edition for edition in past if language in edition.locales), None)
    if found is None and len(window) == _WINDOW:
        found = editions_of(slug).filter(texts__locale=language, major__lte=in_force.major).first()
    return found


def find_edition(*, slug: str, major: int, minor: int) -> Edition | None:
    """Return the edition with that number, with `applies_from` and `locales`."""
    return editions_of(slug).filter(major=major, minor=minor).first()


def find_text(*, edition: Edition, language: str, sequence: int | None = None) -> EditionText | None:
    """Return the text of an edition in a language: the newest, or the one with that sequence."""
    texts = texts_in(language).filter(edition=edition)
    text = texts.filter(sequence=sequence).first() if sequence else texts.first()
    if text is not None:
        text.edition = edition
    return text


def find_text_on(*, slug: str, language: str, on: dt.date) -> EditionText | None:
    """Return the text in `language` of the edition in force on `on`, or of the newest before it that has one."""
    current = find_current(slug=slug, language=language, on=on)
    return current.text if current and current.in_force else None


def list_history(*, slug: str, before: tuple[int, int] | None, limit: int) -> list[Edition]:
    """Return up to `limit` editions, newest first, from the one before `before` on (keyset paging: flat in depth)."""
    editions = editions_of(slug)
    if before is not None:
        major, minor = before
        editions = editions.filter(major__lte=major).exclude(major=major, minor__gte=minor)
    return list(editions[:limit])


def list_policies(*, language: str, on: dt.date) -> list[CurrentPolicy]:
    """Return every policy of which anything was ever public, by address."""
    slugs = Policy.objects.published().order_by("slug").values_list("slug", flat=True)
    found = (find_current(slug=slug, language=language, on=on) for slug in slugs)
    return [current for current in found if current is not None]


def last_issued_at(*, slug: str) -> dt.datetime | None:
    """Return the moment at which anything of the policy last became public."""
    newest: dt.datetime | None = (
        EditionText.objects.filter(edition__policy__slug=slug)
        .order_by("-issued_at", "-pk")
        .values_list(F("issued_at"), flat=True)
        .first()
    )
    return newest
