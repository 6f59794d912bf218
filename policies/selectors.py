"""Reads over several tables of the record: what the public pages show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from policies.models import Edition, EditionText, NoteCorrection, Policy
from policies.prepared import PreparedQuery

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from policies.querysets import EditionQuerySet, EditionTextQuerySet

#: Editions that the current page reads at once: those announced, the one in force and the one that last revised it.
_WINDOW = 25


@dataclass(frozen=True, kw_only=True)
class CurrentPolicy:
    """A policy as it stands on a day, for readers of one language.

    `in_force` is None before the first edition applies. `text` is the newest text in the language of an edition up to
    the one in force (or of the first announced one when none is in force yet); it belongs to an older edition while a
    translation is missing. `revised` is the edition that last changed the meaning of the one in force, with
    `revised_text` in the language if there is one; `compared` is the one before it that has a text in the language.
    `announced` are public and not in force yet, soonest first. `languages` are those with a text up to the one in force.
    """

    policy: Policy
    language: str
    in_force: Edition | None
    text: EditionText | None
    revised: Edition | None
    revised_text: EditionText | None
    compared: Edition | None
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
    """Return the editions of a policy, newest first, with all that `list_editions` annotates."""
    # The key on its own, not through the join: so the index on numbers gives the newest few without sorting them all.
    policy = Policy.objects.filter(slug=slug).values("pk")[:1]
    return list_editions().filter(policy=policy).newest_first()


def list_editions() -> EditionQuerySet:
    """Return editions of all policies in no order.

    Each has `applies_from`, `announced_at` (when a date left open was given), `locales` (of its texts), the number,
    kind and date of the edition after it (`next_major`, `next_minor`, `next_kind`, `next_from`) and the number of the
    one before it (`previous_major`, `previous_minor`).
    """
    locales = EditionText.objects.filter(edition=OuterRef("pk"), sequence=1).order_by("locale").values("locale")
    # As a mapping, because the type checker would take keywords for second definitions of the model's own attributes.
    annotations: dict[str, Any] = {
        "locales": ArraySubquery(locales),
        "announced_at": F("announced_date__issued_at"),
        "next_from": Coalesce(F("next__effective_from"), F("next__announced_date__effective_from")),
        "next_major": F("next__major"),
        "next_minor": F("next__minor"),
        "next_kind": F("next__kind"),
        "previous_major": F("previous__major"),
        "previous_minor": F("previous__minor"),
    }
    return Edition.objects.select_related("policy").with_applies_from().annotate(**annotations)


def texts_in(language: str) -> EditionTextQuerySet:
    """Return the texts in a language, newest first, each with its corrected note (`corrected_note`, `corrected_at`)."""
    newest_note = NoteCorrection.objects.filter(text=OuterRef("pk")).order_by("-sequence")
    annotations: dict[str, Any] = {
        "corrected_note": Subquery(newest_note.values("note")[:1]),
        "corrected_at": Subquery(newest_note.values("issued_at")[:1]),
    }
    return EditionText.objects.in_language(language).annotate(**annotations).newest_first()


_newest_editions = PreparedQuery(lambda slug: editions_of(slug)[:_WINDOW], slug="\N{REPLACEMENT CHARACTER}")
_texts_of_two = PreparedQuery(
    lambda language, one, other: texts_in(language).filter(edition_id__in=[one, other]),
    language="\N{REPLACEMENT CHARACTER}",
    one=-1,
    other=-2,
)


def find_current(*, slug: str, language: str, on: dt.date) -> CurrentPolicy | None:
    """Return the policy as it stands on the civil date `on`; None when nothing of it was ever public (2 queries)."""
    window = _newest_editions.run(slug=slug)
    if not window:
        return None
    in_force = _first(window, on=on) or editions_of(slug).in_force(on=on).first()
    announced = [e for e in window if in_force is None or e.order > in_force.order]
    revised = _revising(window, in_force)
    shown = _edition_with_text(window, slug, language, in_force)
    wanted = {edition.pk: edition for edition in (shown, revised) if edition is not None}
    texts: dict[int, EditionText] = {}
    keys = [*wanted] or [0]
    for text in _texts_of_two.run(language=language, one=keys[0], other=keys[-1]):
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
        compared=_before(revised, window, language),
        announced=_coming(reversed(announced)),
        languages=_languages(window, in_force, shown, language),
    )


def _coming(announced: Iterable[Edition]) -> tuple[Edition, ...]:
    """Leave out what will never apply, because the edition after it begins on the same day."""
    return tuple(
        edition
        for edition in announced
        if not (edition.applies_from and edition.next_from and edition.next_from <= edition.applies_from)
    )


def _before(revised: Edition | None, window: list[Edition], language: str) -> Edition | None:
    """Return the newest edition before `revised` that has a text in `language`."""
    if revised is None or language not in revised.locales:
        return None
    return next((e for e in window if e.order < revised.order and language in e.locales), None)


def _languages(window: list[Edition], in_force: Edition | None, shown: Edition | None, language: str) -> frozenset[str]:
    public = [edition for edition in window if in_force is None or edition.order <= in_force.order]
    found = {locale for edition in public for locale in edition.locales}
    return frozenset(found | {language} if shown else found)


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
        older = Q(major__lt=in_force.major) | Q(major=in_force.major, minor__lte=in_force.minor)
        found = editions_of(slug).filter(older, texts__locale=language).first()
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


def list_history(*, slug: str, before: tuple[int, int] | None, limit: int) -> list[Edition]:
    """Return up to `limit` editions, newest first, from the one before `before` on (keyset paging: flat in depth)."""
    editions = editions_of(slug)
    if before is not None:
        major, minor = before
        editions = editions.filter(major__lte=major).exclude(major=major, minor__gte=minor)
    return list(editions[:limit])


def list_texts(
    *, editions: Iterable[Edition], language: str, with_clauses: bool = False
) -> dict[int, list[EditionText]]:
    """Return the texts of `editions` in a language by edition, newest first, with `note_corrections`, without their HTML.

    Two queries, however many editions.
    """
    wanted = {edition.pk: edition for edition in editions}
    corrections = NoteCorrection.objects.order_by("-sequence", "-pk")
    texts: dict[int, list[EditionText]] = {}
    for text in (
        texts_in(language)
        .filter(edition_id__in=wanted)
        .defer("html", *(() if with_clauses else ("clauses",)))
        .prefetch_related(Prefetch("note_corrections", queryset=corrections))
    ):
        text.edition = wanted[text.edition_id]
        texts.setdefault(text.edition_id, []).append(text)
    return texts


def find_in_force(*, slug: str, on: dt.date) -> Edition | None:
    """Return the edition of a policy that is in force on the civil date `on`."""
    return editions_of(slug).in_force(on=on).first()


def find_first(*, slug: str) -> Edition | None:
    """Return the oldest edition of a policy."""
    return editions_of(slug).order_by("major", "minor", "pk").first()


def list_policies(*, language: str, on: dt.date) -> list[CurrentPolicy]:
    """Return every policy of which anything was ever public, by address (4 queries). Texts come without their clauses."""
    newest = Edition.objects.in_force(on=on).order_by("policy", "-major", "-minor", "-pk").distinct("policy")
    in_force = {e.policy_id: e for e in list_editions().filter(pk__in=newest.values("pk"))}
    announced: dict[int, list[Edition]] = {}
    for edition in list_editions().announced(on=on).order_by("major", "minor", "pk"):
        announced.setdefault(edition.policy_id, []).append(edition)
    shown = {**{pk: editions[0] for pk, editions in announced.items()}, **in_force}
    revised = _list_revising(in_force.values())
    texts = _list_newest_texts(shown, language)
    found = [
        CurrentPolicy(
            policy=edition.policy,
            language=language,
            in_force=in_force.get(pk),
            text=texts.get(pk),
            revised=revised.get(pk),
            revised_text=None,
            compared=None,
            announced=_coming(announced.get(pk, ())),
            languages=frozenset(edition.locales) | ({language} if pk in texts else frozenset()),
        )
        for pk, edition in shown.items()
    ]
    return sorted(found, key=lambda current: current.policy.slug)


def _list_revising(in_force: Iterable[Edition]) -> dict[int, Edition]:
    """Return, by policy, the substantive edition that began the major number of each of `in_force`."""
    editions = {edition.policy_id: edition for edition in in_force if edition.minor == 0}
    others = [Q(policy=edition.policy_id, major=edition.major) for edition in in_force if edition.minor]
    if others:
        found = list_editions().filter(reduce(or_, others), minor=0)
        editions |= {edition.policy_id: edition for edition in found}
    return editions


def _list_newest_texts(shown: Mapping[int, Edition], language: str) -> dict[int, EditionText]:
    """Return, by policy, the newest text in `language` of an edition up to each of `shown`."""
    up_to = [
        Q(edition__policy=pk) & (Q(edition__major__lt=e.major) | Q(edition__major=e.major, edition__minor__lte=e.minor))
        for pk, e in shown.items()
    ]
    if not up_to:
        return {}
    texts = (
        EditionText.objects.in_language(language)
        .filter(reduce(or_, up_to))
        .select_related("edition")
        .order_by("edition__policy", "-edition__major", "-edition__minor", "-sequence", "-pk")
        .distinct("edition__policy")
        .defer("html", "clauses", "changes")
    )
    return {text.edition.policy_id: text for text in texts}


def last_issued_at(*, slug: str) -> dt.datetime | None:
    """Return the moment at which anything of the policy last became public."""
    newest: dt.datetime | None = (
        EditionText.objects.filter(edition__policy__slug=slug)
        .order_by("-issued_at", "-pk")
        .values_list(F("issued_at"), flat=True)
        .first()
    )
    return newest
