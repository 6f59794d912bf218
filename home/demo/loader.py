"""Issuing the demo agency's editions, in the order in which they became public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import Locale

from core.models import Agency
from home.bootstrap import APPROVERS, AUTHORS
from home.demo.bulletins import load_bulletins
from home.demo.glossary import load_glossary
from home.demo.source import POLICY_SLUGS, load_agency, load_policy
from home.models import HomePage
from members.models import User
from members.services.factors import set_app
from policies.choices import EffectiveRule
from policies.drafts import stream_data
from policies.models import Edition, EditionText, Policy, PolicyIndexPage, PolicyPage
from policies.services import (
    StandingOrder,
    announce_effective_date,
    correct_note,
    issue_edition,
    reinstate_policy,
    withdraw_policy,
)
from policies.services.texts import Signatures

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from home.demo.records import (
        DemoAgency,
        DemoEdition,
        DemoEditor,
        DemoNoteCorrection,
        DemoPolicy,
    )

#: An act of the demo: when it happened, which comes first of those at one moment, and what to call.
Act = tuple["dt.datetime", int, "Callable[[], object]"]


@dataclass(frozen=True)
class Loaded:
    """What `load` did."""

    policies: int
    editions: int
    bulletins: int
    terms: int


@transaction.atomic
def load(*, password: str, factor: str) -> Loaded:
    """Load the demo agency, its staff and whichever of its policies, bulletins and terms are not there yet.

    All staff have `password`, and an authenticator app of the key `factor`.
    """
    agency = load_agency()
    _load_agency(agency)
    users = {editor.id: _load_user(editor, password, factor) for editor in agency.editors}
    missing = [slug for slug in POLICY_SLUGS if not Policy.objects.published().filter(slug=slug).exists()]
    editions = 0
    for slug in missing:
        policy = load_policy(slug)
        for _moment, _order, act in sorted(_acts(policy, users), key=lambda act: act[:2]):
            act()
        editions += len(policy.editions)
    return Loaded(policies=len(missing), editions=editions, bulletins=load_bulletins(users), terms=load_glossary())


def _load_agency(agency: DemoAgency) -> None:
    for language, name in agency.name.items():
        Agency.objects.update_or_create(
            language=language,
            defaults={
                "name": name,
                "unit": agency.unit[language],
                "privacy_officer": agency.privacy_officer[language],
                "postal_address": agency.address[language],
                "telephone": agency.phone,
                "email": agency.email,
            },
        )
        home = HomePage.objects.get(locale__language_code=language)
        home.title = name
        home.summary = agency.welcome_heading[language]
        home.welcome = f"<p>{agency.welcome_body[language]}</p>"
        home.save_revision().publish()


def _load_user(editor: DemoEditor, password: str, factor: str) -> User:
    user, is_new = User.objects.get_or_create(email=editor.email, defaults={"is_active": editor.is_active})
    if is_new:
        family, _space, given = editor.name["en"].partition(" ")
        user.last_name, user.first_name = family, given
        user.is_superuser = user.is_staff = editor.role == "administrator"
        groups = {"editor": [AUTHORS], "moderator": [AUTHORS, APPROVERS], "administrator": []}
        user.groups.set(Group.objects.filter(name__in=groups[editor.role]))
    user.set_password(password)
    user.save()
    set_app(user=user, secret=factor)
    return user


def _acts(policy: DemoPolicy, users: dict[str, User]) -> Iterator[Act]:
    for edition in policy.editions:
        yield edition.issued_at, 0, _issuing(policy, edition, policy.prevailing, users)
        for language, text in edition.texts.items():
            if language != policy.prevailing and edition.kind == "issue":
                yield text.issued_at, 1, _issuing(policy, edition, language, users)
        for correction in edition.note_corrections:
            for language in correction.note:
                yield correction.at, 2, _correcting(policy, edition, language, correction)
        for date in edition.effective_dates:
            yield date.at, 3, _announcing(policy, edition, date.effective_from, date.document_no, date.at)


def _issuing(policy: DemoPolicy, edition: DemoEdition, language: str, users: dict[str, User]) -> Callable[[], object]:
    def act() -> None:
        if edition.kind != "issue":
            _change_standing(policy, edition)
            return
        page = _find_or_make_page(policy, language)
        _draft(page, policy, edition, language)
        signatures = Signatures(
            issued_by=edition.issued_by.name[policy.prevailing],
            approved_by=edition.approved_by.name[policy.prevailing],
        )
        revision = page.save_revision(user=users[edition.issued_by.id])
        issue_edition(revision=revision, issued_at=edition.texts[language].issued_at, signatures=signatures)

    return act


def _find_or_make_page(policy: DemoPolicy, language: str) -> PolicyPage:
    pages = PolicyPage.objects.filter(policy__slug=policy.slug, locale__language_code=language)
    page: PolicyPage | None = pages.first()
    if page is not None:
        return page
    source = PolicyPage.objects.filter(policy__slug=policy.slug).first()
    if source is not None:
        translation: PolicyPage = source.copy_for_translation(Locale.objects.get(language_code=language))
        return translation
    index = PolicyIndexPage.objects.get(locale__language_code=language)
    page = PolicyPage(title=policy.title[language], slug=policy.slug, locale=index.locale, live=False)
    index.add_child(instance=page)
    Policy.objects.filter(slug=policy.slug).update(
        kind=policy.kind,
        language_regime=policy.language_regime,
        prevailing_locale=policy.prevailing,
        minimum_notice_days=policy.minimum_notice_days,
        review_due_on=policy.review_due_on,
        hosts=list(policy.scope),
    )
    return page


def _draft(page: PolicyPage, policy: DemoPolicy, edition: DemoEdition, language: str) -> None:
    text = edition.texts[language]
    page.title, page.summary = text.title, text.summary
    page.responsible_unit, page.contact = policy.owner[language], policy.contact[language]
    page.clauses = stream_data(text.clauses)
    page.update_type, page.change_note = edition.update_type, text.change_note
    page.effective = EffectiveRule.ON_DATE if edition.effective_from else EffectiveRule.TO_BE_ANNOUNCED
    page.effective_from = edition.effective_from
    page.document_no = edition.document_no
    page.notice_waiver = edition.notice_waiver.get(language, "")
    page.based_on_edition = ""
    page.of_edition = "" if language == policy.prevailing else edition.number


def _change_standing(policy: DemoPolicy, edition: DemoEdition) -> None:
    assert edition.effective_from is not None  # noqa: S101 -- the reader refuses a withdrawal without a date
    act = withdraw_policy if edition.kind == "withdrawal" else reinstate_policy
    act(
        StandingOrder(
            policy=Policy.objects.get(slug=policy.slug),
            notices={language: text.change_note for language, text in edition.texts.items()},
            effective_from=edition.effective_from,
            document_no=edition.document_no,
            issued_at=edition.issued_at,
            issued_by=edition.issued_by.name[policy.prevailing],
        )
    )


def _correcting(
    policy: DemoPolicy, edition: DemoEdition, language: str, correction: DemoNoteCorrection
) -> Callable[[], object]:
    def act() -> None:
        correct_note(
            text=EditionText.objects.get(edition=_find(policy, edition), locale=language, sequence=1),
            note=correction.note[language],
            reason=correction.reason[language],
            issued_at=correction.at,
            issued_by=edition.issued_by.name[policy.prevailing],
        )

    return act


def _announcing(
    policy: DemoPolicy, edition: DemoEdition, effective_from: dt.date, document_no: str, at: dt.datetime
) -> Callable[[], object]:
    def act() -> None:
        announce_effective_date(
            edition=_find(policy, edition),
            effective_from=effective_from,
            document_no=document_no,
            issued_at=at,
            issued_by=edition.issued_by.name[policy.prevailing],
        )

    return act


def _find(policy: DemoPolicy, edition: DemoEdition) -> Edition:
    return Edition.objects.get(policy__slug=policy.slug, major=edition.major, minor=edition.minor)
