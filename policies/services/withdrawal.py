"""Withdrawing a policy, and bringing it back: editions of their own, with the text kept."""

from __future__ import annotations

from dataclasses import dataclass
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
from policies.services.issue import new_edition, write_edition
from policies.services.planning import find_last_issued, find_standing, plan_next
from policies.services.readiness import describe_replaced
from policies.services.texts import Signatures, TextContent, find_text_up_to
from policies.text.clauses import Document

if TYPE_CHECKING:
    import datetime as dt

    from policies.services.planning import Plan, Standing


@dataclass(frozen=True, kw_only=True)
class StandingOrder:
    """That a policy no longer applies, or applies again.

    `notices` gives the explanation in every language that the policy has a text in. `replaces_announced` says that
    announced editions, whose place this takes before their day, are never to apply.
    """

    policy: Policy
    notices: dict[str, str]
    effective_from: dt.date
    document_no: str = ""
    replaces_announced: bool = False
    issued_at: dt.datetime
    issued_by: str


def withdraw_policy(order: StandingOrder) -> Edition:
    """Issue the edition that withdraws a policy; the text that applied stays public under the notice. Raises `Refused`."""
    return _issue_standing(EditionKind.WITHDRAWAL, order)


def reinstate_policy(order: StandingOrder) -> Edition:
    """Issue the edition that puts a withdrawn policy into force again, with the text it had. Raises `Refused`."""
    return _issue_standing(EditionKind.REINSTATEMENT, order)


@transaction.atomic
def _issue_standing(kind: EditionKind, order: StandingOrder) -> Edition:
    policy = Policy.objects.select_for_update().get(pk=order.policy.pk)
    last = find_last_issued(policy.pk)
    standing = find_standing(policy.pk, on=civil_date(order.issued_at))
    if last is None or standing.newest is None:
        raise Refused(_("Nothing of this policy has been published yet."))
    if order.issued_at < last.issued_at:
        message = _("Edition %(number)s was issued later than that. Editions are issued in order, oldest first.")
        raise Refused(message % {"number": last.number})
    _refuse_where_it_stands(kind, standing, order.effective_from)
    plan = plan_next(standing, UpdateType.SUBSTANTIVE, order.effective_from)
    if plan.replaced and not order.replaces_announced:
        raise Refused(describe_replaced(plan.replaced), field="replaces_announced")
    texts = _texts_that_applied(kind, policy, standing, plan)
    for locale in texts:
        if not order.notices.get(locale, "").strip():
            message = _("Write the notice in %(language)s too: readers of that text must know why.")
            raise Refused(message % {"language": language_name(locale)}, field=locale)
    edition = new_edition(
        policy,
        plan,
        kind=kind,
        update_type=UpdateType.SUBSTANTIVE,
        issued_at=order.issued_at,
        signatures=Signatures(issued_by=order.issued_by),
        document_no=order.document_no,
    )
    contents = [_content(text, order.notices[locale].strip()) for locale, text in texts.items()]
    write_edition(edition, contents=contents, revisions=[None] * len(contents))
    return edition


def _refuse_where_it_stands(kind: EditionKind, standing: Standing, day: dt.date) -> None:
    """Refuse a day that has passed, and to withdraw what is withdrawn on the day or to reinstate what is not."""
    before = standing.in_force_on(day)
    # One that is only announced may be withdrawn anew, on its day: with another notice, or the text put right since.
    is_anew = before is not None and before is not standing.in_force and before.applies_from == day
    is_withdrawn = before is not None and before.is_withdrawal
    if kind == EditionKind.WITHDRAWAL and is_withdrawn and not is_anew:
        raise Refused(_("This policy is withdrawn already."))
    if kind == EditionKind.REINSTATEMENT and not is_withdrawn:
        withdrawal = next((edition for edition in standing.announced if edition.is_withdrawal), None)
        if withdrawal is None or withdrawal.applies_from is None:
            raise Refused(_("This policy is not withdrawn."))
        message = _("This policy is withdrawn from %(date)s on; it can be reinstated from that day.")
        raise Refused(message % {"date": _day(withdrawal.applies_from)}, field="effective_from")
    if day < standing.on:
        message = _("The date cannot lie before %(date)s.") % {"date": _day(standing.on)}
        raise Refused(message, field="effective_from")


def _texts_that_applied(kind: EditionKind, policy: Policy, standing: Standing, plan: Plan) -> dict[str, EditionText]:
    """Return the text of each language that applies until the plan's day, the prevailing one first.

    That of a reinstatement is what applied before the withdrawal: it may have been corrected since that was issued.
    """
    edition = plan.previous
    if kind == EditionKind.REINSTATEMENT:
        applied = Edition.objects.filter(policy=policy).applied(on=plan.effective_from or standing.on)
        edition = applied.exclude(kind=EditionKind.WITHDRAWAL).first() or edition
    if edition is None:
        return {}
    locales = EditionText.objects.filter(edition__policy=policy).order_by("locale").values_list("locale", flat=True)
    texts = {locale: find_text_up_to(edition, locale=locale) for locale in locales.distinct()}
    ordered = sorted(texts, key=lambda locale: (locale != policy.prevailing_locale, locale))
    return {locale: text for locale in ordered if (text := texts[locale]) is not None}


def _day(day: dt.date) -> str:
    return format_date(day, get_language() or "en")


def _content(text: EditionText, notice: str) -> TextContent:
    document = Document(text.locale, text.title, text.summary, clauses_from_data(text.clauses))
    return TextContent(document=document, owner=text.owner, contact=text.contact, change_note=notice)
