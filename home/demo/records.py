"""What the demo files hold, as read: the agency, and its policies edition by edition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from policies.text.clauses import Clause, Document

Texts = Mapping[str, str]  # by language: "zh-hant", "en"


class DemoError(ValueError):
    """A demo file is not what it should be; the message names the file and, where there is one, the edition."""


@dataclass(frozen=True, slots=True)
class DemoEditor:
    """A person of the agency. `role` is "editor", "moderator" or "administrator"; those who left are not active."""

    id: str
    name: Texts
    email: str
    role: str
    unit: Texts
    is_active: bool

    @property
    def display_name(self) -> str:
        """Return the name in both scripts, as one line of plain text."""
        return f"{self.name['zh-hant']} {self.name['en']}"


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """The invented agency: what a site's header, footer and contact details say."""

    name: Texts
    short_name: Texts
    unit: Texts
    privacy_officer: Texts
    address: Texts
    phone: str
    email: str
    url: str
    hosts: tuple[str, ...]
    welcome_heading: Texts
    welcome_body: Texts
    editors: tuple[DemoEditor, ...]

    def editor(self, editor_id: str) -> DemoEditor:
        """Return the editor with this id; raise `KeyError` when there is none."""
        for editor in self.editors:
            if editor.id == editor_id:
                return editor
        raise KeyError(editor_id)


@dataclass(frozen=True, slots=True)
class DemoText:
    """The complete text of one edition in one language.

    Attributes:
        issued_at: When this language was published: with the edition, or later.
        change_note: Why the edition was made, in this language.
        clauses: All clauses; `reason` is set only on those this edition changed.
    """

    language: str
    title: str
    summary: str
    change_note: str
    issued_at: datetime
    clauses: tuple[Clause, ...]

    @property
    def document(self) -> Document:
        return Document(self.language, self.title, self.summary, self.clauses)


@dataclass(frozen=True, slots=True)
class DemoRemoval:
    """A clause that an edition took out, and why."""

    id: str
    key: str
    reason: Texts


@dataclass(frozen=True, slots=True)
class DemoNoteCorrection:
    """A change note put right after the fact, by a new row."""

    at: datetime
    note: Texts
    reason: Texts


@dataclass(frozen=True, slots=True)
class DemoEffectiveDate:
    """The day that ends a "to be announced"."""

    at: datetime
    effective_from: date
    document_no: str


@dataclass(frozen=True, slots=True)
class DemoEdition:
    """One edition, with all that is needed to issue it.

    Attributes:
        number: `"major.minor"`.
        update_type: `"substantive"` or `"editorial"`.
        kind: `"issue"`, `"withdrawal"` or `"reinstatement"`.
        effective_from: As issued; None is "to be announced" (see `effective_dates`).
        notice_waiver: Why the notice period was shortened; empty when it was kept.
        texts: By language; a late translation is here too, with its own `issued_at`.
    """

    number: str
    update_type: str
    kind: str
    issued_at: datetime
    effective_from: date | None
    document_no: str
    issued_by: DemoEditor
    approved_by: DemoEditor
    notice_waiver: Texts
    texts: Mapping[str, DemoText]
    removals: tuple[DemoRemoval, ...]
    note_corrections: tuple[DemoNoteCorrection, ...]
    effective_dates: tuple[DemoEffectiveDate, ...]

    @property
    def major(self) -> int:
        return int(self.number.partition(".")[0])

    @property
    def minor(self) -> int:
        return int(self.number.partition(".")[2])

    @property
    def settled_effective_from(self) -> date | None:
        """Return the effective date, given at issue or announced since; None while it is still open."""
        if self.effective_dates:
            return self.effective_dates[-1].effective_from
        return self.effective_from


@dataclass(frozen=True, slots=True)
class DemoPolicy:
    """A policy and its editions, oldest first. `title` and `summary` are those of the newest edition."""

    slug: str
    kind: str
    language_regime: str
    prevailing: str
    owner: Texts
    contact: Texts
    review_due_on: date
    minimum_notice_days: int
    scope: tuple[str, ...]
    title: Texts
    summary: Texts
    editions: tuple[DemoEdition, ...]

    def in_force(self, on: date) -> DemoEdition | None:
        """Return the edition that applies on a day, which may be a withdrawal; None before the first."""
        settled = [
            edition
            for edition in self.editions
            if edition.settled_effective_from is not None and edition.settled_effective_from <= on
        ]
        return settled[-1] if settled else None
