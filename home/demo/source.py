"""The demo agency and its policies, read from the TOML files beside this module and checked hard.

Dates that must stay in the future are written as days from today, so the demo does not go stale.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone

from home.demo.records import (
    DemoAgency,
    DemoEdition,
    DemoEditor,
    DemoEffectiveDate,
    DemoNoteCorrection,
    DemoPolicy,
    DemoText,
)
from home.demo.structure import Outline
from home.demo.tables import LANGUAGES, Table, read_table

POLICY_FILES: Mapping[str, str] = {
    "privacy": "privacy.toml",
    "information-security": "security.toml",
    "website-cookies": "cookies.toml",
}
POLICY_SLUGS = tuple(POLICY_FILES)

_KINDS = ("privacy", "security", "cookies", "accessibility", "open_data", "other")
_REGIMES = ("one_prevails", "equally_authentic")
_ROLES = ("editor", "moderator", "administrator")
_TAIPEI = timezone(timedelta(hours=8))
_ISSUING_HOUR = time(10)
_ROC_YEAR_OFFSET = 1911


def today_in_taipei() -> date:
    return datetime.now(_TAIPEI).date()


def load_agency() -> DemoAgency:
    """Return the invented agency; raise `DemoError` when its file is wrong."""
    return read_agency(read_table("agency.toml"))


def load_policy(slug: str, *, today: date | None = None) -> DemoPolicy:
    """Return a demo policy with the complete text of every edition in every language.

    Args:
        slug: One of `POLICY_SLUGS`.
        today: What dates given in days are counted from; by default today in Taipei.

    Raises:
        DemoError: when the file is wrong; the message names the file and the edition.
        KeyError: when there is no such policy.
    """
    table = read_table(POLICY_FILES[slug])
    policy = read_policy(table, load_agency(), today or today_in_taipei())
    if policy.slug != slug:
        table.fail(f"slug is {policy.slug}, not {slug}")
    return policy


def read_agency(table: Table) -> DemoAgency:
    """Read the table of an agency file."""
    agency = table.table("agency")
    editors = tuple(_read_editor(editor) for editor in table.tables("editors"))
    result = DemoAgency(
        name=agency.texts("name"),
        short_name=agency.texts("short_name"),
        unit=agency.texts("unit"),
        privacy_officer=agency.texts("privacy_officer"),
        address=agency.texts("address"),
        phone=agency.line("phone"),
        email=agency.line("email"),
        url=agency.line("url"),
        hosts=agency.lines("hosts"),
        welcome_heading=agency.texts("welcome_heading"),
        welcome_body=agency.texts("welcome_body"),
        editors=editors,
    )
    agency.close()
    table.close()
    if len({editor.id for editor in editors}) < len(editors):
        table.fail("two editors have the same id")
    return result


def read_policy(table: Table, agency: DemoAgency, today: date) -> DemoPolicy:
    """Read the table of a policy file; dates given in days are counted from `today`."""
    head = table.table("policy")
    slug, title, summary = head.line("slug"), head.texts("title"), head.texts("summary")
    prevailing = head.choice("prevailing", LANGUAGES)
    reader = _EditionReader(slug, prevailing, head.number("minimum_notice_days"), agency, today)
    editions: list[DemoEdition] = []
    for edition in table.tables("editions"):
        edition.where = f"{table.where}, edition {edition.line('number')}"
        title |= edition.texts("title", optional=True)
        summary |= edition.texts("summary", optional=True)
        editions.append(reader.read(edition, title, summary, editions[-1] if editions else None))
        edition.close()
    if not editions:
        table.fail("there are no editions")
    result = DemoPolicy(
        slug=slug,
        kind=head.choice("kind", _KINDS),
        language_regime=head.choice("language_regime", _REGIMES),
        prevailing=prevailing,
        owner=head.texts("owner"),
        contact=head.texts("contact"),
        review_due_on=today + timedelta(days=head.number("review_due_in_days")),
        minimum_notice_days=reader.minimum_notice_days,
        scope=head.lines("scope"),
        title=title,
        summary=summary,
        editions=tuple(editions),
    )
    head.close()
    table.close()
    return result


def _read_editor(table: Table) -> DemoEditor:
    editor = DemoEditor(
        id=table.line("id"),
        name=table.texts("name"),
        email=table.line("email"),
        role=table.choice("role", _ROLES),
        unit=table.texts("unit"),
        is_active=table.flag("is_active", default=True),
    )
    table.close()
    if not editor.email.endswith(".example"):
        table.fail(f"{editor.email} is not a reserved address")
    return editor


class _EditionReader:
    """Reads the editions of one policy in order; holds what one edition leaves to the next."""

    def __init__(self, slug: str, prevailing: str, minimum_notice_days: int, agency: DemoAgency, today: date) -> None:
        self.prevailing = prevailing
        self.minimum_notice_days = minimum_notice_days
        self._agency = agency
        self._today = today
        self._outline = Outline(slug)

    def read(
        self,
        table: Table,
        title: Mapping[str, str],
        summary: Mapping[str, str],
        former: DemoEdition | None,
    ) -> DemoEdition:
        update_type = table.choice("update_type", ("substantive", "editorial"))
        removals = self._outline.apply(table, reasons_required=former is not None and update_type == "substantive")
        issued_at = self._issued_at(table)
        edition = DemoEdition(
            number=table.where.rpartition(" ")[2],
            update_type=update_type,
            kind=table.choice("kind", ("issue", "withdrawal", "reinstatement"), "issue"),
            issued_at=issued_at,
            effective_from=self._effective_from(table),
            document_no=table.line("document_no").format(roc_year=issued_at.year - _ROC_YEAR_OFFSET),
            issued_by=self._editor(table, "issued_by"),
            approved_by=self._editor(table, "approved_by"),
            notice_waiver=table.texts("notice_waiver", optional=True),
            texts=self._texts(table, title, summary, issued_at),
            removals=removals,
            note_corrections=tuple(_read_correction(row) for row in table.tables("note_corrections")),
            effective_dates=tuple(_read_date(row) for row in table.tables("effective_dates")),
        )
        self._check(table, edition, former)
        return edition

    def _issued_at(self, table: Table) -> datetime:
        if not table.has("issued_days_ago"):
            return table.moment("issued_at")
        day = self._today - timedelta(days=table.number("issued_days_ago"))
        return datetime.combine(day, _ISSUING_HOUR, _TAIPEI)

    def _effective_from(self, table: Table) -> date | None:
        if table.has("effective"):
            table.choice("effective", ("to_be_announced",))
            return None
        if table.has("effective_in_days"):
            return self._today + timedelta(days=table.number("effective_in_days"))
        return table.day("effective_from")

    def _editor(self, table: Table, key: str) -> DemoEditor:
        editor_id = table.line(key)
        try:
            return self._agency.editor(editor_id)
        except KeyError:
            table.fail(f"{key}: there is no editor {editor_id}")

    def _texts(
        self, table: Table, title: Mapping[str, str], summary: Mapping[str, str], issued_at: datetime
    ) -> dict[str, DemoText]:
        notes, late = table.texts("note"), {}
        if table.has("late"):
            translations = table.table("late")
            late = {
                language: translations.moment(language)
                for language in LANGUAGES
                if language != self.prevailing and translations.has(language)
            }
            translations.close()
        return {
            language: DemoText(
                language=language,
                title=title[language],
                summary=summary[language],
                change_note=notes[language],
                issued_at=late.get(language, issued_at),
                clauses=self._outline.clauses(language),
            )
            for language in LANGUAGES
        }

    def _check(self, table: Table, edition: DemoEdition, former: DemoEdition | None) -> None:
        expected = _next_number(edition, former)
        if edition.number != expected:
            table.fail(f"the number of this {edition.update_type} edition must be {expected}")
        if edition.issued_by == edition.approved_by:
            table.fail("author and approver are the same person")
        self._check_order(table, edition, former)
        self._check_rows(table, edition)
        self._check_notice(table, edition, former)

    def _check_order(self, table: Table, edition: DemoEdition, former: DemoEdition | None) -> None:
        if edition.issued_at.date() > self._today:
            table.fail(f"issued on {edition.issued_at.date()}, after today")
        if former is None:
            if edition.kind != "issue":
                table.fail(f"a first edition is no {edition.kind}")
            return
        if edition.issued_at <= _last_moment(former):
            table.fail(f"issued before all of edition {former.number} was out")
        before, now = former.settled_effective_from, edition.settled_effective_from
        if before is None or (now is not None and now < before):
            table.fail(f"would apply before edition {former.number}")

    def _check_rows(self, table: Table, edition: DemoEdition) -> None:
        moments = [text.issued_at for text in edition.texts.values() if text.issued_at != edition.issued_at]
        moments += [row.at for row in edition.note_corrections]
        moments += [row.at for row in edition.effective_dates]
        if any(moment <= edition.issued_at or moment.date() > self._today for moment in moments):
            table.fail("a late text, correction or date is not between issue and today")
        if edition.effective_dates and (edition.effective_from is not None or len(edition.effective_dates) > 1):
            table.fail("an effective date is announced once, and only where it was left open")

    def _check_notice(self, table: Table, edition: DemoEdition, former: DemoEdition | None) -> None:
        effective = edition.settled_effective_from
        if effective is None:
            return
        notice = (effective - edition.issued_at.date()).days
        if notice < 0:
            table.fail("applies before it was issued")
        is_short = former is not None and edition.update_type == "substantive" and notice < self.minimum_notice_days
        if is_short and not edition.notice_waiver:
            table.fail(f"{notice} days of notice are too few without a notice_waiver")
        if edition.notice_waiver and not is_short:
            table.fail("a notice_waiver is not needed")


def _read_correction(table: Table) -> DemoNoteCorrection:
    row = DemoNoteCorrection(table.moment("at"), table.texts("note"), table.texts("reason"))
    table.close()
    return row


def _read_date(table: Table) -> DemoEffectiveDate:
    row = DemoEffectiveDate(table.moment("at"), table.day("effective_from"), table.line("document_no"))
    table.close()
    return row


def _next_number(edition: DemoEdition, former: DemoEdition | None) -> str:
    if former is None:
        return "1.0"
    if edition.update_type == "substantive":
        return f"{former.major + 1}.0"
    return f"{former.major}.{former.minor + 1}"


def _last_moment(edition: DemoEdition) -> datetime:
    """Return when the last text of an edition came out."""
    return max(text.issued_at for text in edition.texts.values())
