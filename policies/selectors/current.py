"""Reads of policies as they stand on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from itertools import takewhile
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, When

from core.prepared import PreparedQuery
from policies.choices import EditionKind, UpdateType
from policies.models import Edition, EditionText, Policy
from policies.periods import Period, is_passed_over, link_successors
from policies.selectors.editions import WINDOW, editions_of, linked, list_editions
from policies.selectors.texts import texts_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policies.querysets import EditionTextQuerySet


@dataclass(frozen=True, kw_only=True)
class CurrentPolicy:
    """A policy as it stands on a day, for readers of one language.

    `in_force` is None before the first edition applies. `text` is the newest text in the language of an edition up to
    the one in force (or of the first announced one when none is in force yet); it belongs to an older edition while a
    translation is missing. `revised` is the edition that last changed the meaning of the one in force, with
    `revised_text` in the language if there is one; `compared` is the one before it that has a text in the language.
    `withdrawn` are the first and the last day of the withdrawal that `revised` ended, when it reinstated the policy.
    `announced` are public and not in force yet, soonest first. `languages` are those with a text up to the one in force.
    """

    policy: Policy
    language: str
    in_force: Edition | None
    text: EditionText | None
    revised: Edition | None
    revised_text: EditionText | None
    compared: Edition | None
    withdrawn: tuple[dt.date, dt.date] | None
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


# What is asked of every edition of the window; the rest is read with the texts that are shown.
_LIGHT = (
    "policy__slug",
    "policy__kind",
    "major",
    "minor",
    "kind",
    "update_type",
    "effective_from",
    "issued_at",
    "language_regime",
    "prevailing_locale",
    "previous",
)
_KNOWN = tuple(f"edition__{name}" for name in _LIGHT if "__" not in name)
_newest_editions = PreparedQuery(
    lambda slug: editions_of(slug).only(*_LIGHT)[:WINDOW], slug="\N{REPLACEMENT CHARACTER}"
)


def _texts_of_two(*, with_clauses: bool) -> PreparedQuery[EditionText]:
    """Return the query for the texts of two editions, of which the first is shown: of the other no HTML is read."""

    def build(language: str, one: int, other: int) -> EditionTextQuerySet:
        texts = texts_in(language).filter(edition_id__in=[one, other]).select_related("edition", "outline")
        left_out = ["html", *_KNOWN] if with_clauses else ["html", "clauses", *_KNOWN]
        return texts.defer(*left_out).annotate(html_of_one=Case(When(edition_id=one, then=F("html"))))

    return PreparedQuery(build, language="\N{REPLACEMENT CHARACTER}", one=-1, other=-2)


_texts = {with_clauses: _texts_of_two(with_clauses=with_clauses) for with_clauses in (True, False)}


def find_current(*, slug: str, language: str, on: dt.date, with_clauses: bool = False) -> CurrentPolicy | None:
    """Return the policy as it stands on the civil date `on`; None when nothing of it was ever public (2 queries).

    Without `with_clauses` the clauses of its texts are read when they are asked for.
    """
    window = _newest_editions.run(slug=slug)
    if not window:
        return None
    link_successors(window)
    in_force = _first(window, on=on) or linked(editions_of(slug).in_force(on=on).first())
    announced = [e for e in window if in_force is None or e.order > in_force.order]
    public = [e for e in window if (in_force is None or e.order <= in_force.order) and not is_passed_over(e, on=on)]
    revised = _revising(public, in_force)
    shown = _edition_with_text(public, language, in_force)
    if shown is None and in_force is not None and len(window) == WINDOW:
        older = editions_of(slug).numbered_up_to(in_force.order).applied(on=on)
        shown = linked(older.filter(texts__locale=language).first())
    wanted = {edition.pk: edition for edition in (shown, revised) if edition is not None}
    texts: dict[int, EditionText] = {}
    keys = [*wanted] or [0]
    for text in _texts[with_clauses].run(language=language, one=keys[0], other=keys[-1]):
        texts.setdefault(text.edition_id, text)
    for pk, text in texts.items():
        edition = wanted[pk]
        vars(edition).update(vars(text.edition) | vars(edition))
        text.edition = edition
        if shown and pk == shown.pk:
            text.html = text.html_of_one  # type: ignore[attr-defined] # annotated: the other text's HTML is not shown
    return CurrentPolicy(
        policy=window[0].policy,
        language=language,
        in_force=in_force,
        text=texts.get(shown.pk) if shown else None,
        revised=revised,
        revised_text=texts.get(revised.pk) if revised else None,
        compared=_before(revised, public, language),
        withdrawn=_withdrawn_before(revised, public),
        announced=_coming(reversed(announced), on=on),
        languages=frozenset({locale for e in public for locale in e.locales} | ({language} if shown else set())),
    )


def _coming(announced: Iterable[Edition], *, on: dt.date) -> tuple[Edition, ...]:
    """Leave out what will never apply, because another edition takes its place before."""
    return tuple(edition for edition in announced if Period(edition, on).is_announced)


def _before(revised: Edition | None, public: list[Edition], language: str) -> Edition | None:
    """Return the edition that `revised` changed, or the nearest before it, that has a text in `language`."""
    if revised is None or language not in revised.locales or revised.previous_major is None:
        return None
    changed = (revised.previous_major, revised.previous_minor or 0)
    return next((e for e in public if e.order <= changed and language in e.locales), None)


def _withdrawn_before(revised: Edition | None, public: list[Edition]) -> tuple[dt.date, dt.date] | None:
    """Return from when to when the policy was withdrawn before `revised` reinstated it."""
    if revised is None or revised.kind != EditionKind.REINSTATEMENT or revised.applies_from is None:
        return None
    before = (edition for edition in public if edition.order < revised.order)
    days = [edition.applies_from for edition in takewhile(lambda edition: edition.is_withdrawal, before)]
    first = min((day for day in days if day), default=None)
    return (first, revised.applies_from - dt.timedelta(days=1)) if first else None


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
            withdrawn=None,
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
