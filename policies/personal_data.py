"""What the record says of people: the names of officials who issued and approved, as text, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.data_register import (
    Basis,
    Category,
    CollectingForm,
    DataFile,
    Erasure,
    Necessity,
    NotPersonal,
    Personal,
    Purpose,
    Recipients,
    Retention,
    register,
)
from core.data_register.finding import by_name

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_ISSUED = Personal(what=_("Name of who issued it"), category=Category.EMPLOYMENT, necessity=Necessity.REQUIRED)
_APPROVED = Personal(what=_("Name of who approved it"), category=Category.EMPLOYMENT, necessity=Necessity.REQUIRED)


def _names(model: str, name: _StrPromise, other: set[str], **personal: Personal) -> DataFile:
    """Return the file of the names in one table of the record."""
    return DataFile(
        model=f"policies.{model}",
        name=name,
        purposes=(Purpose.STATUTORY_BUSINESS,),
        basis=Basis.DUTY,
        recipients=Recipients.PUBLIC,
        retention=Retention(words=_("The record of policies is kept for good.")),
        erasure=Erasure(
            words=_(
                "The names of officials in the record stay, as text and without the account: they say who answered for it "
                "(Article 11, paragraph 3 of the Act: necessary for the agency’s duties)."
            )
        ),
        personal=personal,
        other=frozenset(other),
        rows=by_name(f"policies.{model}", *personal),
    )


register.add(
    _names(
        "Edition",
        _("Names in the record: editions"),
        {
            *("id", "policy", "major", "minor", "kind", "update_type", "effective_from", "issued_at", "document_no"),
            *("language_regime", "prevailing_locale", "hosts", "previous", "payload_version", "digest"),
        },
        issued_by_name=_ISSUED,
        approved_by_name=_APPROVED,
    ),
    _names(
        "EditionText",
        _("Names in the record: texts"),
        {
            *("id", "edition", "locale", "sequence", "role", "title", "summary", "owner", "contact", "change_note"),
            *("notice_waiver", "clauses", "html", "changes", "issued_at", "source_revision", "digest"),
        },
        issued_by_name=_ISSUED,
        approved_by_name=_APPROVED,
    ),
    _names(
        "NoteCorrection",
        _("Names in the record: corrected notes"),
        {"id", "text", "sequence", "note", "reason", "issued_at"},
        issued_by_name=_ISSUED,
    ),
    _names(
        "EffectiveDate",
        _("Names in the record: effective dates"),
        {"id", "edition", "effective_from", "document_no", "issued_at"},
        issued_by_name=_ISSUED,
    ),
    _names(
        "TranslationReview",
        _("Names in the record: translations confirmed"),
        {"id", "translated_clause", "source_digest", "decision", "note", "reviewed_at"},
        reviewed_by_name=Personal(
            what=_("Name of who confirmed the translation"),
            category=Category.EMPLOYMENT,
            necessity=Necessity.REQUIRED,
        ),
    ),
)

for _model, _fields in {
    "Policy": {
        *("id", "key", "slug", "kind", "language_regime", "prevailing_locale", "minimum_notice_days", "review_due_on"),
        "hosts",
    },
    "EditionClause": {
        *("id", "text", "key", "position", "depth", "number", "heading", "html", "plain", "digest", "based_on_digest"),
    },
    "LedgerEntry": {
        *("id", "policy", "position", "kind", "edition", "text", "note", "effective_date", "payload_digest"),
        *("previous_digest", "digest"),
    },
    "TextComparison": {"id", "old_digest", "new_digest", "engine", "data", "created_at"},
    "TextOutline": {"text", "made_by", "contents", "changed"},
    "ScheduledRefusal": {"id", "page", "reason", "refused_at"},
    "PolicyIndexPage": {"page_ptr"},
    "PolicyPage": {
        *("page_ptr", "policy", "summary", "responsible_unit", "contact", "clauses", "update_type", "change_note"),
        *("effective", "effective_from", "document_no", "notice_waiver", "of_edition", "replaces_announced"),
        *("based_on_edition", "interrupted"),
    },
}.items():
    register.add(NotPersonal(model=f"policies.{_model}", fields=frozenset(_fields)))

for _form, _fields in {
    "admin_views.acts.ActForm": {"confirmed"},
    "admin_views.acts.DateForm": {"confirmed", "effective_from", "document_no"},
    "admin_views.acts.NoteForm": {"confirmed", "note", "reason"},
    "admin_views.acts.StandingForm": {"confirmed", "effective_from", "document_no"},
    "admin_views.acts._DatedForm": {"confirmed", "effective_from", "document_no"},
    "admin_views.importing.ImportForm": {"file", "pasted", "html", "use_title"},
    "admin_views.pasting.PasteForm": {"html", "text", "language", "beside", "shallowest", "deepest"},
    "forms.PolicyCopyForm": set(),
    "forms.PolicyPageForm": {"comment_notifications"},
}.items():
    register.add(CollectingForm(form=f"policies.{_form}", other=frozenset(_fields)))
