"""Issuing: the one way by which anything becomes public."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import get_active_log_context

from core.dates import civil_date
from core.models import SiteVersion
from policies.choices import EditionKind, EffectiveRule, LedgerKind, UpdateType
from policies.drafts import page_document
from policies.errors import EditionRefused
from policies.models import Edition, EditionText, Policy, ScheduledRefusal
from policies.payloads import edition_payload, text_payload
from policies.services.correcting import go_on_after
from policies.services.ledger import append, next_link
from policies.services.planning import find_joined, find_last_issued, find_standing, plan_draft
from policies.services.readiness import check_readiness
from policies.services.texts import Signatures, TextContent, build_text, find_text_of, save_text
from policies.signals import edition_issued, text_issued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wagtail.models import Revision

    from policies.models import PolicyPage
    from policies.services.planning import Plan, Standing

#: Who waited for the lock took the time before it; clocks of several machines differ. The record's time never goes back.
_CLOCK_TOLERANCE = dt.timedelta(minutes=1)


@transaction.atomic
def issue_edition(*, revision: Revision, issued_at: dt.datetime, signatures: Signatures | None = None) -> EditionText:
    """Make what `revision` says public at `issued_at` (aware), and return the text that was written.

    The source language's page makes the next edition, or one that corrects the edition in force while another is
    announced; another language's page makes its text of the edition that it names. In one transaction: locks the policy, reads the revision once, writes the edition, its text, its clauses and the
    link of the hash chain, publishes the page if Wagtail has not done so yet, and moves the site's version on. After
    commit `edition_issued` or `text_issued` is sent.

    Raises `EditionRefused` with a sentence for the editor when the record does not allow it; then nothing is written.
    """
    draft: PolicyPage = revision.as_object()
    if draft.policy_id is None:
        raise EditionRefused(_("Save the page before publishing it."), page=draft)
    policy = Policy.objects.select_for_update().get(pk=draft.policy_id)
    draft.policy = policy
    last = find_last_issued(policy.pk)
    if last is not None and last.issued_at - _CLOCK_TOLERANCE < issued_at < last.issued_at:
        issued_at = last.issued_at
    _refuse_unless_ready(draft, revision, at=issued_at)
    standing = find_standing(policy.pk, on=civil_date(issued_at))
    signatures = signatures or sign(revision)
    content = TextContent(
        document=page_document(draft),
        owner=draft.responsible_unit,
        contact=draft.contact,
        change_note=draft.change_note.strip(),
        notice_waiver=draft.notice_waiver.strip(),
    )
    if draft.is_source:
        edition = _edition_of(draft, standing, issued_at=issued_at, signatures=signatures)
        text = write_edition(edition, contents=[content], revisions=[revision])[0]
    else:
        joined = find_joined(draft, standing)
        text = _write_translation(joined, content, revision, issued_at=issued_at, signatures=signatures)
    ScheduledRefusal.objects.filter(page_id=draft.pk).delete()
    _publish_page(draft, revision, text)
    return text


def _refuse_unless_ready(draft: PolicyPage, revision: Revision, *, at: dt.datetime) -> None:
    if EditionText.objects.filter(source_revision=revision).exists():
        raise EditionRefused(_("This draft has already been published."), page=draft)
    for refusal in check_readiness(draft, at=at):
        raise refusal


def sign(revision: Revision) -> Signatures:
    """Return who prepared `revision` and, when it was somebody else, who is publishing it now."""
    author, publisher = revision.user, get_active_log_context().user
    approved_by = str(publisher) if publisher is not None and author is not None and publisher != author else ""
    return Signatures(issued_by=str(author or publisher or ""), approved_by=approved_by)


def _edition_of(draft: PolicyPage, standing: Standing, *, issued_at: dt.datetime, signatures: Signatures) -> Edition:
    plan = plan_draft(draft, standing, at=issued_at)
    is_first = plan.previous is None
    return new_edition(
        draft.policy,
        plan,
        kind=EditionKind.ISSUE,
        update_type=UpdateType.SUBSTANTIVE if is_first else UpdateType(draft.update_type),
        issued_at=issued_at,
        signatures=signatures,
        document_no=draft.document_no,
    )


def new_edition(
    policy: Policy | None,
    plan: Plan,
    *,
    kind: EditionKind,
    update_type: UpdateType,
    issued_at: dt.datetime,
    signatures: Signatures,
    document_no: str,
) -> Edition:
    """Return the unsaved edition of a plan, with what the policy's settings say now; the caller holds the lock on it."""
    assert policy is not None  # noqa: S101 -- the caller has just locked it
    major, minor = plan.number
    return Edition(
        policy=policy,
        major=major,
        minor=minor,
        kind=kind,
        update_type=update_type,
        effective_from=plan.effective_from,
        issued_at=issued_at,
        issued_by_name=signatures.issued_by,
        approved_by_name=signatures.approved_by,
        document_no=document_no.strip(),
        language_regime=policy.language_regime,
        prevailing_locale=policy.prevailing_locale,
        hosts=policy.hosts,
        previous=plan.previous,
    )


def write_edition(
    edition: Edition, *, contents: Sequence[TextContent], revisions: Sequence[Revision | None]
) -> list[EditionText]:
    """Insert an unsaved `edition` with its texts, source language first, and its link in the chain.

    The caller holds the lock on the policy and has checked that the edition may be issued.
    """
    signatures = Signatures(issued_by=edition.issued_by_name, approved_by=edition.approved_by_name)
    texts = [
        build_text(
            edition=edition, content=content, issued_at=edition.issued_at, signatures=signatures, revision=revision
        )
        for content, revision in zip(contents, revisions, strict=True)
    ]
    link = next_link(edition.policy, kind=LedgerKind.EDITION, payload=edition_payload(edition, texts))
    edition.digest = link.digest
    edition.save()
    source = texts[0]
    for text in texts:
        text.edition = edition
        save_text(text, source=None if text is source else source)
    append(link, edition=edition)
    SiteVersion.bump()
    transaction.on_commit(lambda: edition_issued.send(sender=Edition, edition=edition, text=source))
    return texts


def _write_translation(
    joined: Edition | None,
    content: TextContent,
    revision: Revision,
    *,
    issued_at: dt.datetime,
    signatures: Signatures,
) -> EditionText:
    assert joined is not None  # noqa: S101 -- readiness refuses a translation of nothing
    text = build_text(edition=joined, content=content, issued_at=issued_at, signatures=signatures, revision=revision)
    save_text(text, source=find_text_of(joined, locale=joined.prevailing_locale))
    append(next_link(joined.policy, kind=LedgerKind.TEXT, payload=text_payload(text)), text=text)
    SiteVersion.bump()
    transaction.on_commit(lambda: text_issued.send(sender=EditionText, text=text))
    return text


def _publish_page(draft: PolicyPage, revision: Revision, text: EditionText) -> None:
    pages = type(draft).objects.filter(pk=draft.pk)
    if pages.get().live_revision_id != revision.pk:
        revision.publish(user=revision.user, skip_permission_checks=True)
    # What was said of this edition must not be said of the next one.
    pages.update(
        update_type="",
        change_note="",
        effective=EffectiveRule.ON_ISSUE,
        effective_from=None,
        document_no="",
        notice_waiver="",
        of_edition="",
        replaces_announced=False,
        based_on_edition=text.edition.number,
        interrupted=None,
    )
    go_on_after(pages.get(), text, interrupted=draft.interrupted)
