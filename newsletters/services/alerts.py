"""Telling subscribers that a policy changed. Issuing never waits for mail: what a signal misses, housekeeping makes up for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext, override

from core.dates import format_date
from core.languages import language_codes
from newsletters.articles import Article
from newsletters.choices import MailingKind, MailingState
from newsletters.models import Mailing
from newsletters.services.bodies import write_bodies, write_fallbacks
from newsletters.services.changes import describe_change, newest_texts
from newsletters.services.mailings import make_mailing
from newsletters.services.topics import ensure_policy_topic
from policies.choices import EditionKind, UpdateType
from policies.models import Edition, EditionText, EffectiveDate

if TYPE_CHECKING:
    from newsletters.articles import Change

#: What was issued longer ago is history, and no news: an imported back-catalogue, or the demonstration's past.
NEWS_FOR = dt.timedelta(days=3)
#: A translation of an edition older than this is sent to nobody any more, however long they waited.
LATE_TEXTS_FOR = dt.timedelta(days=90)
#: How long the text in another language is held back, because the reader's own usually follows within the hour.
FALLBACK_AFTER = dt.timedelta(hours=1)
#: How long an alert may be tried.
LIFETIME = dt.timedelta(days=7)


def alert_key(edition: Edition) -> str:
    return f"alert:{edition.pk}"


def date_key(effective_date: EffectiveDate) -> str:
    return f"effective:{effective_date.pk}"


@transaction.atomic
def alert_of_edition(*, edition: Edition, at: dt.datetime) -> Mailing | None:
    """Make the alert of a substantive edition, due at once, for readers of the languages it has.

    Others get it in another language after `FALLBACK_AFTER`, unless they wait for their own. Returns None when there is
    nothing to tell: the edition is editorial, too old, or was told of already.
    """
    if edition.update_type != UpdateType.SUBSTANTIVE or edition.issued_at < at - NEWS_FOR:
        return None
    return _alert(key=alert_key(edition), edition=edition, at=at, announced=None)


@transaction.atomic
def alert_of_date(*, effective_date: EffectiveDate, at: dt.datetime) -> Mailing | None:
    """Tell that a substantive edition which was to be announced has its date; None as in `alert_of_edition`."""
    edition = effective_date.edition
    if edition.update_type != UpdateType.SUBSTANTIVE or effective_date.issued_at < at - NEWS_FOR:
        return None
    return _alert(key=date_key(effective_date), edition=edition, at=at, announced=effective_date.effective_from)


@transaction.atomic
def alert_of_text(*, text: EditionText, at: dt.datetime) -> None:
    """Add the language of `text` to the alerts of its edition, for those who waited for it.

    A text that replaces another in its language is no news: whoever reads it was told.
    """
    edition = text.edition
    if text.issued_at < at - NEWS_FOR or edition.issued_at < at - LATE_TEXTS_FOR:
        return
    dates = EffectiveDate.objects.filter(edition=edition)
    keys = {alert_key(edition): None, **{date_key(date): date.effective_from for date in dates}}
    for mailing in Mailing.objects.filter(key__in=keys).exclude(state=MailingState.CANCELLED).order_by("pk"):
        article = write_alert(text, announced=keys[mailing.key])
        if write_bodies(mailing=mailing, articles={text.locale: article}, at=at):
            _freeze_again(mailing, expires_at=at + LIFETIME)


def recover_alerts(*, at: dt.datetime) -> None:
    """Make the alerts that a signal should have made in the last days and did not, for whatever reason."""
    since = at - NEWS_FOR
    told = set(
        Mailing.objects.filter(kind=MailingKind.ALERT, created_at__gte=since - NEWS_FOR).values_list("key", flat=True)
    )
    editions = Edition.objects.filter(issued_at__gte=since, update_type=UpdateType.SUBSTANTIVE)
    for edition in editions.select_related("policy").order_by("issued_at", "pk"):
        if alert_key(edition) not in told:
            alert_of_edition(edition=edition, at=at)
    for date in EffectiveDate.objects.filter(issued_at__gte=since).select_related("edition__policy").order_by("pk"):
        if date_key(date) not in told:
            alert_of_date(effective_date=date, at=at)
    texts = (
        EditionText.objects.filter(issued_at__gte=since).select_related("edition__policy").order_by("issued_at", "pk")
    )
    for text in texts:
        alert_of_text(text=text, at=at)


def send_fallbacks(*, at: dt.datetime) -> None:
    """Offer alerts in the prevailing language to those whose own has had no text for `FALLBACK_AFTER`."""
    alerts = Mailing.objects.filter(
        kind=MailingKind.ALERT, fallback_languages=[], frozen_at__lte=at - FALLBACK_AFTER, expires_at__gt=at
    ).exclude(state=MailingState.CANCELLED)
    for pk in alerts.order_by("pk").values_list("pk", flat=True):
        _send_fallback(pk, at=at)


@transaction.atomic
def _send_fallback(pk: int, *, at: dt.datetime) -> None:
    mailing = Mailing.objects.select_for_update(no_key=True).get(pk=pk)
    own = list(mailing.bodies.filter(variant="").order_by("pk").values_list("locale", flat=True))
    mailing.fallback_languages = own
    mailing.save(update_fields=["fallback_languages"])
    if write_fallbacks(mailing=mailing, at=at):
        _freeze_again(mailing)


def _freeze_again(mailing: Mailing, *, expires_at: dt.datetime | None = None) -> None:
    mailing.wants_freezing = True
    mailing.expires_at = expires_at or mailing.expires_at
    mailing.save(update_fields=["wants_freezing", "expires_at"])


def _alert(*, key: str, edition: Edition, at: dt.datetime, announced: dt.date | None) -> Mailing | None:
    mailing = make_mailing(
        key=key,
        kind=MailingKind.ALERT,
        topic=ensure_policy_topic(edition.policy),
        expires_at=at + LIFETIME,
        author_name=edition.issued_by_name,
        at=at,
    )
    if mailing is None:
        return None
    # The edition was approved; what is said of it is made from the record, and needs no approval of its own.
    mailing.state, mailing.approved_at = MailingState.APPROVED, at
    mailing.approved_by_name = edition.approved_by_name
    mailing.save(update_fields=["state", "approved_by_name", "approved_at"])
    texts = newest_texts(edition)
    order = [edition.prevailing_locale, *language_codes()]
    articles = {code: write_alert(texts[code], announced=announced) for code in dict.fromkeys(order) if code in texts}
    write_bodies(mailing=mailing, articles=articles, at=at)
    return mailing


def write_alert(text: EditionText, *, announced: dt.date | None = None) -> Article:
    """Return what is told of an edition in the language of `text`; of its date when that was `announced` later."""
    change = describe_change(text)
    with override(text.locale):
        title, summary = _words_of_date(change, announced, text.locale) if announced else _words(change, text.locale)
    return Article(language=text.locale, title=title, summary=summary, blocks=(change,))


def _words(change: Change, language: str) -> tuple[str, str]:
    words = {"title": change.title, "number": change.number, "day": _day(change.effective_from, language)}
    if change.kind == EditionKind.WITHDRAWAL:
        return gettext("“%(title)s” is withdrawn") % words, gettext("It no longer applies from %(day)s.") % words
    if change.kind == EditionKind.REINSTATEMENT:
        title = gettext("“%(title)s” applies again") % words
    elif change.is_first:
        title = gettext("New: “%(title)s”") % words
    else:
        title = gettext("“%(title)s” has been revised") % words
    if change.effective_from is None:
        return title, gettext("Edition %(number)s was issued; the day from which it applies will be announced.") % words
    return title, gettext("Edition %(number)s applies from %(day)s.") % words


def _words_of_date(change: Change, announced: dt.date, language: str) -> tuple[str, str]:
    words = {"title": change.title, "number": change.number, "day": format_date(announced, language)}
    return (
        gettext("“%(title)s”: the date of edition %(number)s is set") % words,
        gettext("Edition %(number)s applies from %(day)s.") % words,
    )


def _day(day: str | None, language: str) -> str:
    return format_date(dt.date.fromisoformat(day), language) if day else ""
