"""Finding words in the clauses that are in force."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, Subquery
from django.utils.html import format_html, format_html_join
from django.utils.text import normalize_newlines

from policies.models import Edition, EditionClause, EditionText

if TYPE_CHECKING:
    import datetime as dt

    from django.utils.safestring import SafeString

MAX_QUERY = 200
MAX_HITS = 50
_BEFORE = 48
_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A clause that was found; `snippet` and `heading` are HTML with the words found in `<mark>`."""

    policy: str
    title: str
    key: str
    number: str
    heading: SafeString
    snippet: SafeString


def normalize_query(text: str) -> str:
    """Return what is looked for: NFC, one space between words, no control characters, bounded length."""
    composed = unicodedata.normalize("NFC", text[: 4 * MAX_QUERY])
    visible = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in composed)
    return " ".join(visible.split())[:MAX_QUERY].strip()


def find_clauses(*, query: str, language: str, on: dt.date) -> list[Hit]:
    """Return clauses in force in `language` that contain every word of `query`, one more than `MAX_HITS` at most.

    One query. A language without a text of the edition in force is searched in its newest text, which its page shows.
    """
    words = query.split()
    clauses = (
        EditionClause.objects.filter(text__in=_texts_in_force(language, on))
        .select_related("text__edition__policy")
        .order_by("text__edition__policy__slug", "position", "pk")
        .defer("text__html", "text__clauses", "text__changes")
    )
    for word in words:
        clauses = clauses.filter(Q(plain__icontains=word) | Q(heading__icontains=word))
    return [_hit(clause, words) for clause in clauses[: MAX_HITS + 1]]


def _texts_in_force(language: str, on: dt.date) -> Subquery:
    """Return the newest text of each policy in `language` of an edition that applied; none of withdrawn policies."""
    newest = (
        EditionText.objects.in_language(language)
        .filter(edition__in=Edition.objects.applied(on=on).values("pk"))
        .exclude(edition__policy__in=_withdrawn(on))
        .order_by("edition__policy", "-edition__major", "-edition__minor", "-sequence", "-pk")
        .distinct("edition__policy")
    )
    return Subquery(newest.values("pk"))


def _withdrawn(on: dt.date) -> Subquery:
    newest = Edition.objects.in_force(on=on).order_by("policy", "-major", "-minor", "-pk").distinct("policy")
    return Subquery(Edition.objects.filter(pk__in=newest.values("pk"), kind="withdrawal").values("policy"))


def _hit(clause: EditionClause, words: list[str]) -> Hit:
    plain = " ".join(normalize_newlines(clause.plain).split())
    return Hit(
        policy=clause.text.edition.policy.slug,
        title=clause.text.title,
        key=str(clause.key),
        number=clause.number,
        heading=mark(clause.heading, words),
        snippet=mark(_excerpt(plain, words), words),
    )


def _excerpt(plain: str, words: list[str]) -> str:
    folded = plain.casefold()
    found = [place for word in words if (place := folded.find(word.casefold())) >= 0]
    start = max(0, min(found, default=0) - _BEFORE)
    end = start + _LENGTH
    return ("…" if start else "") + plain[start:end].strip() + ("…" if end < len(plain) else "")


def mark(text: str, words: list[str]) -> SafeString:
    """Return `text` as HTML with every occurrence of `words` in `<mark>`."""
    # ß and its like fold to two characters, and places would no longer agree: then fold less.
    fold = next((fold for fold in (str.casefold, str.lower) if len(fold(text)) == len(text)), str)
    folded = fold(text)
    is_marked = [False] * len(text)
    for word in words:
        needle = fold(word)
        place = folded.find(needle)
        while place >= 0:
            is_marked[place : place + len(needle)] = [True] * len(needle)
            place = folded.find(needle, place + 1)
    return format_html_join("", "{}", ((_run(text[a:b], marked),) for a, b, marked in _runs(is_marked)))


def _runs(flags: list[bool]) -> list[tuple[int, int, bool]]:
    runs: list[tuple[int, int, bool]] = []
    for index, flag in enumerate(flags):
        if runs and runs[-1][2] is flag:
            runs[-1] = (runs[-1][0], index + 1, flag)
        else:
            runs.append((index, index + 1, flag))
    return runs


def _run(text: str, is_marked: bool) -> SafeString:
    return format_html("<mark>{}</mark>", text) if is_marked else format_html("{}", text)
