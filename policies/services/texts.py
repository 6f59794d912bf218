"""Writing one text of an edition with its clauses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from policies.choices import LanguageRegime, TextRole
from policies.models import Edition, EditionClause, EditionText
from policies.outlines import keep_outline
from policies.payloads import clauses_from_data, clauses_to_data, text_payload
from policies.services.ledger import payload_digest
from policies.text.compare import compare
from policies.text.digest import clause_digest
from policies.text.numbering import number_clauses
from policies.text.plain import plain_text
from policies.text.rendering import render_html

if TYPE_CHECKING:
    from wagtail.models import Revision

    from policies.text.clauses import Clause, Document


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """Who prepared a text and who let it out, as names."""

    issued_by: str = ""
    approved_by: str = ""


@dataclass(frozen=True, kw_only=True)
class TextContent:
    """What a text says, before it has a number."""

    document: Document
    owner: str = ""
    contact: str = ""
    change_note: str = ""
    notice_waiver: str = ""


def find_newest_text(*, policy_id: int, locale: str) -> EditionText | None:
    """Return the newest text of a policy in a language, of whatever edition."""
    texts = EditionText.objects.filter(edition__policy_id=policy_id).in_language(locale)
    return texts.select_related("edition__policy").newest_first().first()


def find_text_of(edition: Edition, *, locale: str) -> EditionText | None:
    """Return the newest text of an edition in a language."""
    return edition.texts.in_language(locale).select_related("edition__policy").newest_first().first()


def find_text_up_to(edition: Edition, *, locale: str) -> EditionText | None:
    """Return the newest text in a language of an edition, or of the nearest before it whose text applies at some time."""
    lower = Edition.objects.filter(policy=edition.policy_id).numbered_up_to(edition.order)
    undated = lower.with_applies_from().filter(Q(major=edition.major, applies_from__isnull=True))
    is_before = Q(edition__in=lower.applied(on=dt.date.max)) | Q(edition__in=undated)
    texts = EditionText.objects.in_language(locale).filter(is_before)
    return texts.select_related("edition__policy").newest_first().first()


def find_text_before(edition: Edition, *, locale: str) -> EditionText | None:
    """Return the text that a new one of `edition` (saved or not) is compared with: its own before it, else an earlier one's."""
    own = find_text_of(edition, locale=locale) if edition.pk else None
    if own is not None or edition.previous is None:
        return own
    return find_text_up_to(edition.previous, locale=locale)


def build_text(
    *, edition: Edition, content: TextContent, issued_at: dt.datetime, signatures: Signatures, revision: Revision | None
) -> EditionText:
    """Return an unsaved text of `edition` (which may be unsaved too) with its digest and its changes."""
    document = content.document
    before = find_text_before(edition, locale=document.language)
    clauses = _with_current_reasons(document.clauses, clauses_from_data(before.clauses) if before else ())
    document = type(document)(document.language, document.title, document.summary, clauses)
    text = EditionText(
        edition=edition,
        locale=document.language,
        sequence=before.sequence + 1 if before and edition.pk and before.edition_id == edition.pk else 1,
        role=role_of(edition, document.language),
        title=document.title,
        summary=document.summary,
        owner=content.owner,
        contact=content.contact,
        change_note=content.change_note,
        notice_waiver=content.notice_waiver,
        clauses=clauses_to_data(clauses),
        html=render_html(document),
        changes=summarize_changes(before, clauses, document.language),
        issued_at=issued_at,
        issued_by_name=signatures.issued_by,
        approved_by_name=signatures.approved_by,
        source_revision=revision,
    )
    text.digest = payload_digest(text_payload(text))
    return text


def role_of(edition: Edition, locale: str) -> TextRole:
    """Return what a text in `locale` is to `edition`."""
    if edition.language_regime == LanguageRegime.EQUALLY_AUTHENTIC:
        return TextRole.AUTHENTIC
    return TextRole.PREVAILING if locale == edition.prevailing_locale else TextRole.TRANSLATION


def summarize_changes(before: EditionText | None, clauses: tuple[Clause, ...], language: str) -> list[dict[str, Any]]:
    """Return the changed clauses in reading order; nothing for the first text of a language."""
    if before is None:
        return []
    comparison = compare(clauses_from_data(before.clauses), clauses, language=language)
    return [
        {
            "key": change.key,
            "kinds": [str(kind) for kind in change.kinds],
            "old_path": change.old_path,
            "new_path": change.new_path,
            "heading": change.clause.heading,
        }
        for change in comparison.changes
    ]


def _with_current_reasons(clauses: tuple[Clause, ...], before: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Drop reasons left over from an earlier edition: of clauses that are as they were, or whose reason is the old one."""
    old = {clause.key: clause for clause in before}

    def is_stale(clause: Clause) -> bool:
        former = old.get(clause.key)
        return former is not None and (clause.reason == former.reason or clause_digest(clause) == clause_digest(former))

    return tuple(
        type(clause)(clause.key, clause.depth, clause.heading, clause.body, clause.numbered)
        if clause.reason and is_stale(clause)
        else clause
        for clause in clauses
    )


def save_text(text: EditionText, *, source: EditionText | None) -> None:
    """Insert `text`, its clauses and its outline; `source` is the text it translates, or None."""
    text.save()
    keep_outline(text)
    clauses = clauses_from_data(text.clauses)
    bases = _bases(text, clauses, source) if source else {}
    EditionClause.objects.bulk_create(
        EditionClause(
            text=text,
            key=clause.key,
            position=position,
            depth=clause.depth,
            number=number,
            heading=clause.heading,
            html=clause.body,
            plain=plain_text(clause.body),
            digest=clause_digest(clause),
            based_on_digest=bases.get(clause.key, ""),
        )
        for position, (clause, number) in enumerate(
            zip(clauses, number_clauses(clauses, text.locale), strict=True), start=1
        )
    )


def _bases(text: EditionText, clauses: tuple[Clause, ...], source: EditionText) -> dict[str, str]:
    """Return, by clause key, the digest of the source clause that each translated clause was made from.

    A translated clause that is as it was in the text before was not made again, so it keeps the base it had. Texts of
    editions that this one does not go on from say nothing of it.
    """
    current = {clause.key: clause_digest(clause) for clause in clauses_from_data(source.clauses)}
    edition = text.edition
    lineage = Q(text__edition=edition)
    if edition.previous is not None:
        earlier = Edition.objects.filter(policy=edition.policy_id).numbered_up_to(edition.previous.order)
        lineage |= Q(text__edition__in=earlier)
    former = (
        EditionClause.objects.filter(lineage, text__locale=text.locale, key__in=[c.key for c in clauses])
        .exclude(text=text)
        .order_by("text__edition__major", "text__edition__minor", "text__sequence", "pk")
        .values_list("key", "digest", "based_on_digest")
    )
    newest = {str(key): (digest, base) for key, digest, base in former}
    bases = {}
    for clause in clauses:
        if not (clause.heading or clause.body):
            continue  # brought in from the source and not translated yet
        digest, base = newest.get(clause.key, ("", ""))
        bases[clause.key] = base if digest == clause_digest(clause) and base else current.get(clause.key, "")
    return bases
