"""The texts of the record: each policy in each language, clause by clause, wording by wording."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import MD5, Cast, Coalesce, Concat
from django.urls import reverse
from django.utils.translation import override

from core.dates import civil_date
from policies.choices import EditionKind
from policies.models import Edition, EditionClause, EditionText
from policies.text.clauses import MAX_DEPTH
from policies.text.rendering import clause_anchor
from search.choices import EntryKind
from search.sources.base import Content

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from policies.querysets import EditionQuerySet, EditionTextQuerySet


_APPLIES_FROM = Coalesce(F("edition__effective_from"), F("edition__announced_date__effective_from"))


class PolicySource:
    """A policy in one language is one unit: an entry for its title and summary, and one for each wording of a clause."""

    name = "policies"

    def fingerprints(self, names: Collection[str] | None = None) -> dict[str, str]:
        texts = EditionText.objects.all()
        if names is not None:
            texts = texts.filter(edition__policy__in={_read_name(name)[0] for name in names})
        facts = Concat(
            Cast("pk", CharField()),
            Value(" "),
            F("edition__kind"),
            Value(" "),
            Coalesce(Cast(_APPLIES_FROM, CharField()), Value("-")),
            # Whether it ever applies: editions in other languages decide that too.
            Case(When(edition__in=_applied().values("pk"), then=Value("")), default=Value(" ?")),
        )
        rows = (
            texts.order_by()
            .values("edition__policy", "edition__policy__slug", "locale")
            .annotate(digest=MD5(StringAgg(facts, Value(","), order_by="pk")))
            .values_list("edition__policy", "edition__policy__slug", "locale", "digest")
        )
        found = {unit_name(policy, locale): f"{slug} {digest}" for policy, slug, locale, digest in rows}
        return found if names is None else {name: found[name] for name in names if name in found}

    def build(self, name: str) -> Iterable[Content]:
        policy, locale = _read_name(name)
        applied = _applied().filter(policy=policy)
        texts = list(_spans(EditionText.objects.filter(edition__policy=policy, locale=locale), applied))
        if not texts:
            return
        with override(locale):
            yield from _contents(texts, locale)


def unit_name(policy: int, locale: str) -> str:
    """Return the name of the unit of a policy in a language."""
    return f"{policy}:{locale}"


def _read_name(name: str) -> tuple[int, str]:
    policy, _colon, locale = name.partition(":")
    return int(policy), locale


# Texts and when they apply


@dataclass(frozen=True, slots=True)
class _Span:
    """A text, and the days on which readers of its language are shown it as the one in force."""

    pk: int
    slug: str
    number: str
    is_withdrawal: bool
    sequence: int
    has_successor: bool
    title: str
    summary: str
    begins: dt.date | None
    ends: dt.date | None

    @property
    def address(self) -> str:
        address = reverse("policies:edition", kwargs={"policy": self.slug, "number": self.number})
        return f"{address}?sequence={self.sequence}" if self.has_successor else address


def _applied() -> EditionQuerySet:
    """Return the editions that apply at some time, as it is known now."""
    return Edition.objects.applied(on=dt.date.max).order_by()


def _spans(texts: EditionTextQuerySet, applied: EditionQuerySet) -> Iterator[_Span]:
    """Return the texts of one policy and language in order, each with the days from which to which it applies.

    One whose place another edition took before its day begins on none. A text that puts an earlier one of the same edition right takes its place on the day it was issued.
    """
    rows = list(
        texts.order_by("edition__major", "edition__minor", "sequence", "pk").values_list(
            "pk", "edition__policy__slug", "edition__major", "edition__minor", "edition__kind", "sequence",
            "title", "summary", "issued_at", Case(When(edition__in=applied.values("pk"), then=_APPLIES_FROM)),
        )
    )  # fmt: skip
    begins = [
        day if day is None or sequence == 1 else max(day, civil_date(issued_at))
        for *_others, sequence, _title, _summary, issued_at, day in rows
    ]
    ends: list[dt.date | None] = []
    end: dt.date | None = None
    for begin in reversed(begins):
        ends.append(end)
        end = begin if end is None or (begin is not None and begin < end) else end
    ends.reverse()
    for place, (pk, slug, major, minor, kind, sequence, title, summary, _issued_at, _day) in enumerate(rows):
        following = rows[place + 1] if place + 1 < len(rows) else None
        yield _Span(
            pk=pk,
            slug=slug,
            number=f"{major}.{minor}",
            is_withdrawal=kind == EditionKind.WITHDRAWAL,
            sequence=sequence,
            has_successor=following is not None and following[2:4] == (major, minor),
            title=title,
            summary=summary,
            begins=begins[place],
            ends=ends[place],
        )


# Wordings and how long they stand


class _Wording(NamedTuple):
    """What makes two clauses of different texts the same hit."""

    key: str
    number: str
    title: str
    heading: str
    digest: str


@dataclass(slots=True)
class _Run:
    """A wording in the texts that have it one after the other."""

    wording: _Wording
    first: _Span
    last: _Span
    position: int
    path: tuple[int, ...]
    clause: int | None
    begins: dt.date | None = field(init=False)

    def __post_init__(self) -> None:
        self.begins = self.first.begins

    def go_on(self, span: _Span, position: int) -> None:
        self.last, self.position = span, position
        if self.begins is None:
            self.begins = span.begins


def _contents(spans: list[_Span], locale: str) -> Iterator[Content]:
    runs = _runs(spans)
    clauses = EditionClause.objects.filter(pk__in=[run.clause for run in runs if run.clause is not None])
    bodies = dict(clauses.values_list("pk", "plain"))
    current = reverse("policies:current", args=[spans[0].slug])
    for run in runs:
        anchor = f"#{clause_anchor(run.wording.key)}" if run.wording.key else ""
        body = bodies[run.clause] if run.clause is not None else run.first.summary
        if not (run.wording.heading or body):
            continue  # brought in from the source and not translated yet
        yield Content(
            kind=EntryKind.CLAUSE if run.wording.key else EntryKind.POLICY,
            locale=locale,
            title=run.wording.title,
            heading=run.wording.heading,
            body=body,
            address=f"{current}{anchor}",
            past_address=f"{run.first.address}{anchor}",
            applies_from=run.begins,
            applies_until=run.last.ends,
            position=run.position,
            number=run.wording.number,
            path=run.path,
            first_edition=run.first.number,
        )


def _runs(spans: list[_Span]) -> list[_Run]:
    """Return every wording of every clause, and of the title and summary, oldest first."""
    clauses = _read_clauses([span.pk for span in spans])
    found: list[_Run] = []
    standing: dict[_Wording, _Run] = {}
    for span in spans:
        former, standing = standing, {}
        if span.is_withdrawal:
            continue
        whole = _Wording("", "", span.title, span.title, span.summary)
        for wording, position, path, pk in [(whole, 0, (), None), *_wordings(span, clauses.get(span.pk, ()))]:
            run = former.get(wording)
            if run is None:
                run = _Run(wording, span, span, position, path, pk)
                found.append(run)
            else:
                run.go_on(span, position)
            standing[wording] = run
    return found


def _read_clauses(texts: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    rows = (
        EditionClause.objects.filter(text__in=texts)
        .order_by("text", "position", "pk")
        .values_list("text_id", "pk", "key", "position", "depth", "number", "heading", "digest")
    )
    found: dict[int, list[tuple[Any, ...]]] = {}
    for text, *row in rows.iterator(chunk_size=5_000):
        found.setdefault(text, []).append(tuple(row))
    return found


def _wordings(span: _Span, clauses: Iterable[tuple[Any, ...]]) -> Iterator[tuple[_Wording, int, tuple[int, ...], int]]:
    """Return the clauses of a text with their numbers as readers cite them, parents first."""
    counts = [0] * MAX_DEPTH
    above: list[tuple[int, str, tuple[int, ...]]] = []
    for pk, key, position, depth, number, heading, digest in clauses:
        counts[depth:] = [0] * (MAX_DEPTH - depth)
        counts[depth - 1] += bool(number)
        while above and above[-1][0] >= depth:
            above.pop()
        _depth, label, path = above[-1] if above else (0, "", ())
        if number:
            label, path = label + number, (*path, counts[depth - 1])
        above.append((depth, label, path))
        own = (label, path) if number else ("", ())
        yield _Wording(str(key), own[0], span.title, heading, digest), position, own[1], pk
