"""From what an edition changes to what it says: the clauses of a policy in every language, kept up edition by edition."""

import re
import uuid
from dataclasses import dataclass, field, replace

from home.demo.records import DemoRemoval
from home.demo.tables import LANGUAGES, Table
from policies.text.body import parse_body
from policies.text.clauses import MAX_DEPTH, Clause
from policies.text.sanitize import sanitize_body

# Clause keys are made from this and "<slug>/<id>", so that every load gives the same ones.
_NAMESPACE = uuid.UUID("6d0c6f0e-5b0a-5c39-9a55-0d6f3f1c2a77")
# "#clause:retention" in the same policy, "/en/policies/privacy/#clause:privacy/breach" in another.
_CLAUSE_LINK = re.compile(r"#clause:(?:([a-z0-9-]+)/)?([a-z0-9-]+)")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def clause_key(slug: str, clause_id: str) -> str:
    """Return the key of a clause of a demo policy: the same in every edition, language and load."""
    return str(uuid.uuid5(_NAMESPACE, f"{slug}/{clause_id}"))


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    depth: int
    numbered: bool
    heading: dict[str, str]
    body: dict[str, str]
    reason: dict[str, str] = field(default_factory=dict)


class Outline:
    """The clauses of a policy as they stand after the editions applied so far."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self._entries: list[_Entry] = []
        self._gone: set[str] = set()

    def apply(self, edition: Table, *, reasons_required: bool) -> tuple[DemoRemoval, ...]:
        """Apply what an edition puts, then moves, then removes; return the removals.

        A clause placed `after` another comes after everything beneath that one, unless it is deeper and so becomes its
        first child. A clause moves together with everything beneath it.

        Raises:
            DemoError: when a change is not possible, changes nothing, or leaves the outline broken.
        """
        self._entries = [replace(entry, reason={}) for entry in self._entries]
        is_first = not self._entries
        touched = set()
        for table in edition.tables("put"):
            touched.add(self._put(table, is_first=is_first))
            table.close()
        for table in edition.tables("move"):
            touched.add(self._move(table))
            table.close()
        removals = tuple(self._remove(table) for table in edition.tables("remove"))
        self._check(edition)
        silent = [entry.id for entry in self._entries if entry.id in touched and not entry.reason]
        if reasons_required and silent:
            edition.fail(f"no reason is given for {', '.join(silent)}")
        return removals

    def clauses(self, language: str) -> tuple[Clause, ...]:
        """Return the complete text in one language."""
        return tuple(
            Clause(
                key=clause_key(self.slug, entry.id),
                depth=entry.depth,
                heading=entry.heading.get(language, ""),
                body=self._with_keys(entry.body.get(language, "")),
                numbered=entry.numbered,
                reason=entry.reason.get(language, ""),
            )
            for entry in self._entries
        )

    def _put(self, table: Table, *, is_first: bool) -> str:
        clause_id = table.line("id")
        place = self._find(clause_id)
        reason = table.texts("reason", optional=True)
        if place is None:
            self._add(table, clause_id, reason, may_append=is_first)
        else:
            self._replace(table, place, reason)
        return clause_id

    def _add(self, table: Table, clause_id: str, reason: dict[str, str], *, may_append: bool) -> None:
        if not _ID.fullmatch(clause_id):
            table.fail(f"{clause_id!r} is not an id: small letters, digits and hyphens")
        if clause_id in self._gone:
            table.fail(f"{clause_id} was removed before; a new clause needs a new id")
        entry = _Entry(
            id=clause_id,
            depth=_depth(table),
            numbered=table.flag("numbered", default=True),
            heading=table.texts("heading", optional=True),
            body=_bodies(table),
            reason=reason,
        )
        if not entry.heading and not entry.body:
            table.fail(f"{clause_id} has neither a heading nor a body")
        if may_append and not table.has("after") and not table.has("first"):
            self._entries.append(entry)
        else:
            self._insert(table, [entry])

    def _replace(self, table: Table, place: int, reason: dict[str, str]) -> None:
        old = self._entries[place]
        only = table.choice("only", LANGUAGES) if table.has("only") else ""
        new = replace(
            old,
            numbered=table.flag("numbered", default=old.numbered),
            heading=old.heading | table.texts("heading", only=only, optional=True),
            body=old.body | _bodies(table, only=only),
            reason=reason,
        )
        if replace(new, reason=old.reason) == old:
            table.fail(f"{old.id} says what it said before")
        self._entries[place] = new

    def _move(self, table: Table) -> str:
        place = self._existing(table, table.line("id"))
        end = self._end(place)
        branch, before = self._entries[place:end], [entry.id for entry in self._entries]
        shift = _depth(table, default=branch[0].depth) - branch[0].depth
        if branch[-1].depth + shift > MAX_DEPTH:
            table.fail(f"{branch[0].id} would become too deep")
        reason = table.texts("reason", optional=True)
        moved = [replace(entry, depth=entry.depth + shift) for entry in branch]
        moved[0] = replace(moved[0], reason=reason or moved[0].reason)
        del self._entries[place:end]
        self._insert(table, moved)
        if not shift and [entry.id for entry in self._entries] == before:
            table.fail(f"{branch[0].id} stays where it was")
        return branch[0].id

    def _remove(self, table: Table) -> DemoRemoval:
        place = self._existing(table, table.line("id"))
        entry = self._entries[place]
        if self._end(place) > place + 1:
            table.fail(f"{entry.id} still has {self._entries[place + 1].id} beneath it")
        reason = table.texts("reason")
        table.close()
        del self._entries[place]
        self._gone.add(entry.id)
        return DemoRemoval(entry.id, clause_key(self.slug, entry.id), reason)

    def _insert(self, table: Table, branch: list[_Entry]) -> None:
        if table.flag("first", default=False):
            place = 0
        else:
            place = self._existing(table, table.line("after")) + 1
            while place < len(self._entries) and self._entries[place].depth > branch[0].depth:
                place += 1
        self._entries[place:place] = branch

    def _find(self, clause_id: str) -> int | None:
        return next((place for place, entry in enumerate(self._entries) if entry.id == clause_id), None)

    def _existing(self, table: Table, clause_id: str) -> int:
        place = self._find(clause_id)
        if place is None:
            table.fail(f"there is no clause {clause_id}")
        return place

    def _end(self, place: int) -> int:
        """Return the place after the last clause beneath this one."""
        end = place + 1
        while end < len(self._entries) and self._entries[end].depth > self._entries[place].depth:
            end += 1
        return end

    def _check(self, edition: Table) -> None:
        if not self._entries:
            edition.fail("there are no clauses")
        ids, depth = {entry.id for entry in self._entries}, 0
        for entry in self._entries:
            if entry.depth > depth + 1:
                edition.fail(f"{entry.id} is at depth {entry.depth} below depth {depth}")
            depth = entry.depth
            for body in entry.body.values():
                dangling = {target for slug, target in _CLAUSE_LINK.findall(body) if not slug} - ids
                if dangling:
                    edition.fail(f"{entry.id} links to {', '.join(sorted(dangling))}, which is not there")

    def _with_keys(self, body: str) -> str:
        return _CLAUSE_LINK.sub(lambda match: f"#c-{clause_key(match[1] or self.slug, match[2])}", body)


def _depth(table: Table, default: int | None = None) -> int:
    depth = table.number("depth", default)
    if not 1 <= depth <= MAX_DEPTH:
        table.fail(f"depth must be 1 to {MAX_DEPTH}, not {depth}")
    return depth


def _bodies(table: Table, *, only: str = "") -> dict[str, str]:
    """Take a body per language: HTML, or plain words that make one paragraph. Line ends between elements do not count."""
    if not table.has("body"):
        return {}
    bodies = table.table("body")
    result = {language: _body(bodies, language) for language in ((only,) if only else LANGUAGES)}
    bodies.close()
    return result


def _body(bodies: Table, language: str) -> str:
    written: str = bodies.take(language, str)
    html = "".join(line.strip() for line in written.strip().splitlines())
    if not html.startswith("<"):
        html = f"<p>{html}</p>"
    # The sanitiser knows no links between clauses by id, so it is shown what they will become.
    canonical = _CLAUSE_LINK.sub("#c-00000000-0000-0000-0000-000000000000", html)
    if sanitize_body(canonical) != canonical:
        bodies.fail(f"the {language} body is not as the sanitiser would write it: {sanitize_body(canonical)}")
    _check_links(bodies, language, html)
    return html


def _check_links(bodies: Table, language: str, html: str) -> None:
    """Refuse a link that leads a reader of one language to pages in the other."""
    for block in parse_body(html):
        for run in block.runs:
            if any(f"/{other}/" in run.href for other in LANGUAGES if other != language):
                bodies.fail(f"the {language} body links to {run.href}")
