"""Reads over several tables of the record: what the public pages show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Prefetch, Q, Subquery

from core.dates import civil_date
from core.prepared import PreparedQuery
from policies.choices import UpdateType
from policies.models import Edition, EditionText, NoteCorrection, Policy
from policies.periods import Period, is_passed_over, link_successors

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

    Each has `applies_from`, `announced_at` (when a date left open was given), `locales` (of its texts) and the number
    of the one before it (`previous_major`, `previous_minor`).
    """
    locales = EditionText.objects.filter(edition=OuterRef("pk"), sequence=1).order_by("locale").values("locale")
    # As a mapping, because the type checker would take keywords for second definitions of the model's own attributes.
    annotations: dict[str, Any] = {
        "locales": ArraySubquery(locales),
        "announced_at": F("announced_date__issued_at"),
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
    link_successors(window)
    in_force = _first(window, on=on) or _linked(editions_of(slug).in_force(on=on).first())
    announced = [e for e in window if in_force is None or e.order > in_force.order]
    public = [e for e in window if (in_force is None or e.order <= in_force.order) and not is_passed_over(e, on=on)]
    revised = _revising(public, in_force)
    shown = _edition_with_text(public, language, in_force)
    if shown is None and in_force is not None and len(window) == _WINDOW:
        older = editions_of(slug).numbered_up_to(in_force.order).applied(on=on)
        shown = _linked(older.filter(texts__locale=language).first())
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
        compared=_before(revised, public, language),
        announced=_coming(reversed(announced), on=on),
        languages=frozenset({locale for e in public for locale in e.locales} | ({language} if shown else set())),
    )


def _linked(edition: Edition | None) -> Edition | None:
    """Give an edition that was read by itself its successor."""
    if edition is not None:
        link_successors([*reversed(list_numbered_after(edition)), edition])
    return edition


def _coming(announced: Iterable[Edition], *, on: dt.date) -> tuple[Edition, ...]:
    """Leave out what will never apply, because another edition takes its place before."""
    return tuple(edition for edition in announced if Period(edition, on).is_announced)


def _before(revised: Edition | None, public: list[Edition], language: str) -> Edition | None:
    """Return the newest edition before `revised` that has a text in `language`."""
    if revised is None or language not in revised.locales:
        return None
    return next((e for e in public if e.order < revised.order and language in e.locales), None)


def _first(window: list[Edition], *, on: dt.date) -> Edition | None:
    return next((e for e in window if e.applies_from is not None and e.applies_from <= on), None)


def _revising(public: list[Edition], in_force: Edition | None) -> Edition | None:
    """Return the newest substantive edition within the major number of the one in force."""
    if in_force is None or in_force.is_substantive:
        return in_force
    found = next((e for e in public if e.major == in_force.major and e.is_substantive), None)
    if found is None:
        older = editions_of(in_force.policy.slug).filter(major=in_force.major, minor__lt=in_force.minor)
        found = older.filter(update_type=UpdateType.SUBSTANTIVE).first()
    return found


def _edition_with_text(public: list[Edition], language: str, in_force: Edition | None) -> Edition | None:
    """Return the newest of `public` that has a text in `language`; the first that was announced when nothing applies yet."""
    editions = public if in_force else reversed(public)
    return next((edition for edition in editions if language in edition.locales), None)


def find_edition(*, slug: str, major: int, minor: int) -> Edition | None:
    """Return the edition with that number, with `applies_from`, `locales` and its `successor` (1 query)."""
    numbered = editions_of(slug).numbered_from((major, minor)).order_by("major", "minor", "pk")
    found = list(numbered[: _WINDOW + 1])
    if not found or found[0].order != (major, minor):
        return None
    link_successors([*reversed(_read_on(found[1:])), found[0]])
    return found[0]


def list_numbered_after(edition: Edition) -> list[Edition]:
    """Return the editions numbered after `edition`, lowest first, as far as they decide when it and those below end."""
    return _read_on(list(_numbered_above(edition)[:_WINDOW]))


def _read_on(found: list[Edition]) -> list[Edition]:
    """Add to editions read in the order of their numbers those above them, until they decide when those below end.

    Nothing that is issued takes effect before the edition that is in force then (`policies.services` keeps that and
    `verify_editions` checks it). So once the earliest date of those read lies no later than the day on which one of
    them was issued, none of those still higher is earlier: a few rows tell, however long the history.
    """
    batch = found
    while len(batch) == _WINDOW:
        known_on = max(civil_date(edition.issued_at) for edition in found)
        if any(edition.applies_from and edition.applies_from <= known_on for edition in found):
            break
        batch = list(_numbered_above(found[-1])[:_WINDOW])
        found = [*found, *batch]
    return found


def _numbered_above(edition: Edition) -> EditionQuerySet:
    numbered = Edition.objects.filter(policy=edition.policy_id).with_applies_from()
    return numbered.numbered_after(edition.order).order_by("major", "minor", "pk")


def find_text(*, edition: Edition, language: str, sequence: int | None = None) -> EditionText | None:
    """Return the text of an edition in a language: the newest, or the one with that sequence."""
    texts = texts_in(language).filter(edition=edition)
    text = texts.filter(sequence=sequence).first() if sequence else texts.first()
    if text is not None:
        text.edition = edition
    return text


def list_history(*, slug: str, before: tuple[int, int] | None, limit: int) -> list[Edition]:
    """Return up to `limit` editions, newest first, from the one before `before` on (keyset paging: flat in depth).

    Each has its `successor`.
    """
    editions = editions_of(slug)
    if before is not None:
        editions = editions.numbered_up_to(before).exclude(major=before[0], minor=before[1])
    page = list(editions[:limit])
    above = list_numbered_after(page[0]) if page and before is not None else []
    link_successors([*reversed(above), *page])
    return page


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


def find_first_to_apply(*, slug: str) -> Edition | None:
    """Return the edition with which a policy began to apply or, while that has no date, the oldest one."""
    first = _linked(find_first(slug=slug))
    if first is None or first.successor is None:
        return first
    has_applied = first.applies_from is not None and not Period(first, first.applies_from).is_empty
    return first if has_applied else first.successor


def list_policies(*, language: str, on: dt.date) -> list[CurrentPolicy]:
    """Return every policy of which anything was ever public, by address (4 queries). Texts come without their clauses."""
    newest = Edition.objects.in_force(on=on).order_by("policy", "-major", "-minor", "-pk").distinct("policy")
    in_force = {e.policy_id: e for e in list_editions().filter(pk__in=newest.values("pk"))}
    announced: dict[int, list[Edition]] = {}
    for edition in list_editions().announced(on=on):
        current = in_force.get(edition.policy_id)
        if current is None or edition.order > current.order:
            announced.setdefault(edition.policy_id, []).append(edition)
    for pk in {**announced, **in_force}:
        link_successors([*announced.get(pk, ()), *([in_force[pk]] if pk in in_force else ())])
    coming = {pk: _coming(reversed(editions), on=on) for pk, editions in announced.items()}
    shown = {**{pk: editions[0] for pk, editions in coming.items()}, **in_force}
    revised = _list_revising(in_force.values(), on=on)
    texts = _list_newest_texts(shown, language, on=on)
    found = [
        CurrentPolicy(
            policy=edition.policy,
            language=language,
            in_force=in_force.get(pk),
            text=texts.get(pk),
            revised=revised.get(pk),
            revised_text=None,
            compared=None,
            announced=coming.get(pk, ()),
            languages=frozenset(edition.locales) | ({language} if pk in texts else frozenset()),
        )
        for pk, edition in shown.items()
    ]
    return sorted(found, key=lambda current: current.policy.slug)


def _list_revising(in_force: Iterable[Edition], *, on: dt.date) -> dict[int, Edition]:
    """Return, by policy, the newest substantive edition within the major number of each of `in_force`."""
    editions = {edition.policy_id: edition for edition in in_force if edition.is_substantive}
    others = [
        Q(policy=edition.policy_id, major=edition.major, minor__lt=edition.minor)
        for edition in in_force
        if not edition.is_substantive
    ]
    if others:
        found = list_editions().applied(on=on).filter(reduce(or_, others), update_type=UpdateType.SUBSTANTIVE)
        for edition in found.order_by("policy", "-major", "-minor", "-pk").distinct("policy"):
            editions[edition.policy_id] = edition
    return editions


def _list_newest_texts(shown: Mapping[int, Edition], language: str, *, on: dt.date) -> dict[int, EditionText]:
    """Return, by policy, the newest text in `language` of an edition that applied, or of each of `shown`."""
    if not shown:
        return {}
    applied = Edition.objects.applied(on=on).values("pk")
    texts = (
        EditionText.objects.in_language(language)
        .filter(Q(edition__in=[edition.pk for edition in shown.values()]) | Q(edition__in=applied))
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
