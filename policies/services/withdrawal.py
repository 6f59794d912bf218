"""Withdrawing a policy, and bringing it back: editions of their own, with the text kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.dates import civil_date, format_date
from core.languages import language_name
from policies.choices import EditionKind, UpdateType
from policies.errors import Refused
from policies.models import Edition, EditionText, Policy
from policies.payloads import clauses_from_data
from policies.services.issue import next_number, write_edition
from policies.services.texts import TextContent
from policies.text.clauses import Document

if TYPE_CHECKING:
    import datetime as dt


def withdraw_policy(
    *,
    policy: Policy,
    notices: dict[str, str],
    effective_from: dt.date,
    document_no: str = "",
    issued_at: dt.datetime,
    issued_by: str,
) -> Edition:
    """Issue the edition that withdraws `policy` from `effective_from`; its text stays public under the notice.

    `notices` gives the explanation in every language the policy has a text in. Raises `Refused`.
    """
    return _issue_standing(
        EditionKind.WITHDRAWAL,
        policy=policy,
        notices=notices,
        effective_from=effective_from,
        document_no=document_no,
        issued_at=issued_at,
        issued_by=issued_by,
    )


def reinstate_policy(
    *,
    policy: Policy,
    notices: dict[str, str],
    effective_from: dt.date,
    document_no: str = "",
    issued_at: dt.datetime,
    issued_by: str,
) -> Edition:
    """Issue the edition that puts a withdrawn `policy` into force again. Raises `Refused`."""
    return _issue_standing(
        EditionKind.REINSTATEMENT,
        policy=policy,
        notices=notices,
        effective_from=effective_from,
        document_no=document_no,
        issued_at=issued_at,
        issued_by=issued_by,
    )


@transaction.atomic
def _issue_standing(
    kind: EditionKind,
    *,
    policy: Policy,
    notices: dict[str, str],
    effective_from: dt.date,
    document_no: str,
    issued_at: dt.datetime,
    issued_by: str,
) -> Edition:
    policy = Policy.objects.select_for_update().get(pk=policy.pk)
    newest = Edition.objects.filter(policy=policy).with_applies_from().newest_first().first()
    if newest is None:
        raise Refused(_("Nothing of this policy has been published yet."))
    if newest.is_withdrawal == (kind == EditionKind.WITHDRAWAL):
        message = _("This policy is withdrawn already.") if newest.is_withdrawal else _("This policy is not withdrawn.")
        raise Refused(message)
    first = max(civil_date(issued_at), newest.applies_from or civil_date(issued_at))
    if effective_from < first:
        message = _("The date cannot lie before %(date)s.") % {"date": format_date(first, get_language() or "en")}
        raise Refused(message, field="effective_from")
    texts = _newest_texts(policy)
    for locale in texts:
        if not notices.get(locale, "").strip():
            message = _("Write the notice in %(language)s too: readers of that text must know why.")
            raise Refused(message % {"language": language_name(locale)}, field=locale)
    major, minor = next_number(newest, UpdateType.SUBSTANTIVE)
    edition = Edition(
        policy=policy,
        major=major,
        minor=minor,
        kind=kind,
        update_type=UpdateType.SUBSTANTIVE,
        effective_from=effective_from,
        issued_at=issued_at,
        issued_by_name=issued_by,
        document_no=document_no.strip(),
        language_regime=policy.language_regime,
        prevailing_locale=policy.prevailing_locale,
        hosts=policy.hosts,
        previous=newest,
    )
    contents = [_content(text, notices[locale].strip()) for locale, text in texts.items()]
    write_edition(edition, contents=contents, revisions=[None] * len(contents))
    return edition


def _newest_texts(policy: Policy) -> dict[str, EditionText]:
    """Return the newest text of each language, the prevailing one first."""
    texts: dict[str, EditionText] = {}
    for text in EditionText.objects.filter(edition__policy=policy).newest_first():
        texts.setdefault(text.locale, text)
    return dict(sorted(texts.items(), key=lambda item: (item[0] != policy.prevailing_locale, item[0])))


def _content(text: EditionText, notice: str) -> TextContent:
    document = Document(text.locale, text.title, text.summary, clauses_from_data(text.clauses))
    return TextContent(document=document, owner=text.owner, contact=text.contact, change_note=notice)
