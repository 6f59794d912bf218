"""What is kept of subscribers and of those who send to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
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
from newsletters.choices import EndedReason, SubscriberState
from newsletters.links import PreferencesLink, preferences_path
from newsletters.models import (
    Bounce,
    ConsentContext,
    ConsentEvent,
    Delivery,
    Mailing,
    SignUp,
    Subscriber,
    SubscriberLookUp,
    Subscription,
    SubscriptionRequest,
    Suppression,
)
from newsletters.origins import Origin
from newsletters.periods import CONTEXT_KEPT, DELIVERY_KEPT, LEFT_KEPT, REQUEST_KEPT, UNCONFIRMED_KEPT
from newsletters.services.erasure import erase_person
from newsletters.services.subscriptions import end_all_subscriptions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from core.data_register import Person

_SERVICE = (Purpose.ICT_SERVICES,)
_PROOF = (Purpose.CONTRACTS,)
_SECURITY = (Purpose.ICT_SECURITY,)
_BATCH = 500


# Whose rows they are


def _subscribers(person: Person) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(address_key=person.key)


def _numbers(person: Person) -> QuerySet[Subscriber, Any]:
    """Return the numbers of the person's subscribers, former ones too: consent is on record under them."""
    return Subscriber.objects.filter(address_hash=person.hash).order_by().values("pk")


def _deliveries(person: Person) -> QuerySet[Delivery]:
    """Return what was sent to the person; system mail about their data goes to the address alone."""
    to_address = Q(subscriber=None, address__iexact=person.address) & ~Q(address="")
    return Delivery.objects.filter(Q(subscriber__in=_numbers(person)) | to_address)


def _mailings(person: Person) -> QuerySet[Any]:
    """Return what the person wrote or approved as an official."""
    by = Q(author_name__in=person.names) | Q(approved_by_name__in=person.names)
    if person.user_number is not None:
        by |= Q(approver_id=person.user_number) | Q(author_ids__contains=[person.user_number])
    return Mailing.objects.filter(by)


def _stop(person: Person, at: dt.datetime) -> None:
    """End all subscriptions: nothing is sent any more, and the address is kept only to say so."""
    for number in _subscribers(person).values_list("pk", flat=True):
        end_all_subscriptions(subscriber_number=number, reason=EndedReason.PAGE, at=at, origin=Origin())


def _preferences(person: Person, language: str) -> str:
    found = _subscribers(person).filter(state=SubscriberState.ACTIVE).first()
    return preferences_path(PreferencesLink(found.pk, found.token_epoch, 0), language) if found else ""


def _addresses() -> Iterator[tuple[str, dt.datetime]]:
    yield from Subscriber.objects.exclude(address=None).values_list("address", "created_at").iterator(_BATCH)  # type: ignore[misc]


def _waiting_addresses() -> Iterator[tuple[str, dt.datetime]]:
    yield from SignUp.objects.values_list("address", "asked_at").iterator(_BATCH)


def _lone_addresses() -> Iterator[tuple[str, dt.datetime]]:
    alone = Delivery.objects.filter(subscriber=None).exclude(address="")
    yield from alone.values_list("address", "created_at").iterator(_BATCH)


# What is said of fields


def _given(what: _StrPromise) -> Personal:
    return Personal(what=what, category=Category.IDENTIFYING, necessity=Necessity.REQUIRED)


def _chosen(what: _StrPromise) -> Personal:
    return Personal(what=what, category=Category.IDENTIFYING, necessity=Necessity.OPTIONAL)


def _made(what: _StrPromise) -> Personal:
    return Personal(what=what, category=Category.IDENTIFYING, necessity=Necessity.MADE)


_ADDRESS = _given(_("E-mail address"))
_ADDRESS_KEY = _made(_("E-mail address, as it is compared with others"))
_ADDRESS_CODE = _made(_("A code of the address, from which it cannot be read"))
_LANGUAGE = _chosen(_("Language"))
_TOPICS = _given(_("Topics"))
_FREQUENCY = _chosen(_("How often"))
_WAITS = _chosen(_("Whether mail waits for the language"))
_WHOSE = _made(_("Number of the subscriber"))
_NETWORK = _made(_("Network (not which machine)"))
_BROWSER = _made(_("Kind of browser"))
_PAGE = _made(_("Form on which it was done"))
_WHEN = _made(_("When"))
_ENDED = _made(_("When and why it ended"))
_STAFF_NUMBER = Personal(
    what=_("Number of the official’s account"), category=Category.EMPLOYMENT, necessity=Necessity.MADE
)
_STAFF = Personal(what=_("Name of the official"), category=Category.EMPLOYMENT, necessity=Necessity.REQUIRED)

_ERASED = Erasure(words=_("Erased at once."), act=erase_person)
_NUMBER_STAYS = Erasure(
    words=_("The address goes at once; what stays hangs on a number that leads to nobody."), act=erase_person
)
_EVIDENCE = Erasure(
    words=_(
        "The proof of what was agreed to and taken back stays under a number (Article 7, paragraph 4 of the Act: the agency "
        "bears the burden of proof). It names neither address nor network."
    )
)
_WISH = Erasure(
    words=_("Stays, as a code from which the address cannot be read: otherwise nobody would know that you said no.")
)
_STAFF_ACTS = Erasure(words=_("The names of officials stay with what they decided, as text and without the account."))

_UNTIL_LEFT = Retention(words=_("Subscriptions are kept until you leave, and %(days)d days after."), period=LEFT_KEPT)
_SENT = Retention(
    words=_(
        "What was sent, and how that ended, is kept for %(days)d days; afterwards only how many ended how. The address in it "
        "goes sooner: together with the subscriber’s."
    ),
    period=DELIVERY_KEPT,
)
_AS_EVIDENCE = Retention(
    words=_("The proof of consent is kept under a number that leads to nobody once you were erased.")
)

register.add(
    DataFile(
        model="newsletters.Subscriber",
        name=_("Subscribers"),
        purposes=_SERVICE,
        basis=Basis.CONSENT,
        recipients=Recipients.MAIL,
        retention=_UNTIL_LEFT,
        erasure=_NUMBER_STAYS,
        personal={
            "address": _ADDRESS,
            "address_key": _ADDRESS_KEY,
            "address_hash": _ADDRESS_CODE,
            "locale": _LANGUAGE,
            "state": _made(_("Whether the address is confirmed")),
            "user": _made(_("Account")),
            "paused_until": _chosen(_("Paused until")),
            "bounce_score": _made(_("How often mail came back")),
            "bounced_on": _made(_("When mail came back last")),
            "created_at": _WHEN,
            "confirmed_at": _made(_("When it was confirmed")),
        },
        other=frozenset({"id", "token_epoch"}),
        rows=_subscribers,
        addresses=_addresses,
        stop=_stop,
        own_page=_preferences,
    ),
    DataFile(
        model="newsletters.SignUp",
        name=_("Sign-ups that were just sent"),
        purposes=_SERVICE,
        basis=Basis.CONSENT,
        recipients=Recipients.STAFF,
        retention=Retention(
            words=_("A sign-up goes as soon as it is dealt with, after %(days)d days at most."), period=UNCONFIRMED_KEPT
        ),
        erasure=_ERASED,
        personal={
            "address": _ADDRESS,
            "address_key": _ADDRESS_KEY,
            "topic_ids": _TOPICS,
            "locale": _LANGUAGE,
            "frequency": _FREQUENCY,
            "waits_for_language": _WAITS,
            "network": _NETWORK,
            "browser": _BROWSER,
            "page": _PAGE,
            "asked_at": _WHEN,
        },
        other=frozenset({"id", "consent_text"}),
        rows=lambda person: SignUp.objects.filter(address_key=person.key),
        addresses=_waiting_addresses,
    ),
    DataFile(
        model="newsletters.SubscriptionRequest",
        name=_("Sign-ups that wait for their confirmation"),
        purposes=_SERVICE,
        basis=Basis.CONSENT,
        recipients=Recipients.MAIL,
        retention=Retention(words=_("A sign-up is kept for %(days)d days."), period=REQUEST_KEPT),
        erasure=_ERASED,
        personal={
            "subscriber": _WHOSE,
            "topics": _TOPICS,
            "locale": _LANGUAGE,
            "frequency": _FREQUENCY,
            "waits_for_language": _WAITS,
            "consent_text": _made(_("The notice that was shown")),
            "requested_at": _WHEN,
            "expires_at": _made(_("Until when it can be confirmed")),
            "confirmed_at": _made(_("When it was confirmed")),
            "refused_at": _made(_("When it was disowned")),
        },
        other=frozenset({"id"}),
        rows=lambda person: SubscriptionRequest.objects.filter(subscriber__in=_numbers(person)),
    ),
    DataFile(
        model="newsletters.Subscription",
        name=_("Subscriptions"),
        purposes=_SERVICE,
        basis=Basis.CONSENT,
        recipients=Recipients.STAFF,
        retention=_UNTIL_LEFT,
        erasure=_NUMBER_STAYS,
        personal={
            "subscriber": _WHOSE,
            "topic": _TOPICS,
            "locale": _LANGUAGE,
            "frequency": _FREQUENCY,
            "waits_for_language": _WAITS,
            "source": _PAGE,
            "started_at": _WHEN,
            "ended_at": _ENDED,
            "ended_reason": _ENDED,
            "ended_by_delivery": _made(_("Message from which it was ended")),
        },
        other=frozenset({"id"}),
        rows=lambda person: Subscription.objects.filter(subscriber__in=_numbers(person)),
    ),
    DataFile(
        model="newsletters.ConsentEvent",
        name=_("Proof of consent"),
        purposes=_PROOF,
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=_AS_EVIDENCE,
        erasure=_EVIDENCE,
        personal={
            "subscriber_number": _WHOSE,
            "action": _made(_("What was agreed to or taken back")),
            "topic_slug": _TOPICS,
            "details": _made(_("Language, frequency and topics as they were then")),
            "channel": _PAGE,
            "consent_text": _made(_("The notice that was shown")),
            "happened_at": _WHEN,
        },
        other=frozenset({"id", "position", "previous_digest", "digest"}),
        rows=lambda person: ConsentEvent.objects.filter(subscriber_number__in=_numbers(person)),
    ),
    DataFile(
        model="newsletters.ConsentContext",
        name=_("From where consent was given"),
        purposes=_PROOF,
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(
            words=_("From which network and browser you did something is kept for %(days)d days."), period=CONTEXT_KEPT
        ),
        erasure=_ERASED,
        personal={
            "event": _made(_("Entry in the proof of consent")),
            "network": _NETWORK,
            "browser": _BROWSER,
            "page": _PAGE,
            "happened_at": _WHEN,
        },
        other=frozenset({"id"}),
        rows=lambda person: ConsentContext.objects.filter(event__subscriber_number__in=_numbers(person)),
    ),
    DataFile(
        model="newsletters.Suppression",
        name=_("Addresses that are not written to"),
        purposes=_SECURITY,
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("That an address is not to be written to is kept for good, as a code of it.")),
        erasure=_WISH,
        personal={
            "address_hash": _ADDRESS_CODE,
            "scope": _made(_("What is not sent")),
            "topic": _TOPICS,
            "reason": _made(_("Why")),
            "evidence": _made(_("Message or status code from which it follows")),
            "created_at": _WHEN,
            "until": _made(_("Until when")),
            "lifted_at": _made(_("When it was lifted")),
        },
        other=frozenset({"id"}),
        rows=lambda person: Suppression.objects.filter(address_hash=person.hash),
    ),
    DataFile(
        model="newsletters.SubscriberLookUp",
        name=_("When staff looked somebody up"),
        purposes=_SECURITY,
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("Who looked somebody up, and why, is kept for good.")),
        erasure=Erasure(words=_("Stays, so that nobody looks people up unseen; the address is in it as a code only.")),
        personal={
            "address_hash": _ADDRESS_CODE,
            "subscriber_number": _WHOSE,
            "act": _made(_("What was done")),
            "reason": _made(_("Why")),
            "by_name": _STAFF,
            "happened_at": _WHEN,
        },
        other=frozenset({"id"}),
        rows=lambda person: SubscriberLookUp.objects.filter(
            Q(address_hash=person.hash) | Q(by_name__in=[name for name in person.names if name])
        ),
    ),
    DataFile(
        model="newsletters.Delivery",
        name=_("Messages"),
        purposes=_SERVICE,
        basis=Basis.CONSENT,
        recipients=Recipients.MAIL,
        retention=_SENT,
        erasure=_NUMBER_STAYS,
        personal={
            "subscriber": _WHOSE,
            "address": _ADDRESS,
            "destination": _made(_("Mail provider")),
            "mailing": _made(_("What was sent")),
            "topic": _TOPICS,
            "state": _made(_("What became of it")),
            "created_at": _WHEN,
            "ended_at": _made(_("When it ended")),
            "smtp_code": _made(_("Answer of the mail server")),
            "enhanced_code": _made(_("Answer of the mail server")),
            "reply": _made(_("Answer of the mail server")),
        },
        other=frozenset(
            {
                *("id", "body", "lane", "reference", "attempt", "next_at", "expires_at", "worker", "lease_token"),
                *("lease_until", "recoveries", "resent_at", "intent_at"),
            }
        ),
        rows=_deliveries,
        addresses=_lone_addresses,
    ),
    DataFile(
        model="newsletters.Bounce",
        name=_("Messages that came back"),
        purposes=_SERVICE,
        basis=Basis.CONSENT,
        recipients=Recipients.STAFF,
        retention=_SENT,
        erasure=_NUMBER_STAYS,
        personal={
            "delivery": _made(_("Message")),
            "kind": _made(_("What is wrong")),
            "status": _made(_("Answer of the mail server")),
            "is_final": _made(_("Whether it is for good")),
            "diagnostic": _made(_("Answer of the mail server")),
            "received_at": _WHEN,
            "effect": _made(_("What came of it")),
        },
        other=frozenset({"id", "source_key", "alarm", "channel", "graded_at"}),
        rows=lambda person: Bounce.objects.filter(delivery__in=_deliveries(person).values("pk")),
    ),
    DataFile(
        model="newsletters.Mailing",
        name=_("Who sent and approved bulletins"),
        purposes=(Purpose.STATUTORY_BUSINESS,),
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("What was sent is kept for good, with who approved it.")),
        erasure=Erasure(
            words=_(
                "The names of officials stay with what they decided, as text, with the number of an account that is gone."
            )
        ),
        personal={
            "author_name": _STAFF,
            "author_ids": _STAFF_NUMBER,
            "approved_by_name": _STAFF,
            "approver_id": _STAFF_NUMBER,
            "approved_at": _WHEN,
        },
        other=frozenset(
            {
                *("id", "key", "kind", "topic", "state", "lane", "fallback_languages", "not_before", "expires_at"),
                *("frozen_at", "wants_freezing", "paused_reason", "resends_uncertain", "created_at", "finished_at"),
            }
        ),
        rows=_mailings,
    ),
    DataFile(
        model="newsletters.OperatorAlarm",
        name=_("Who settled alarms"),
        purposes=(Purpose.ICT_MANAGEMENT,),
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("Alarms are kept for good, with who settled them.")),
        erasure=_STAFF_ACTS,
        personal={"settled_by_name": _STAFF, "settled_at": _WHEN},
        other=frozenset({"id", "kind", "sentence", "first_at", "last_at", "count"}),
        rows=by_name("newsletters.OperatorAlarm", "settled_by_name"),
    ),
)

for _model, _fields in {
    "Topic": {
        *("id", "slug", "kind", "policy", "list_id", "languages", "frequencies", "default_frequency"),
        *("required_languages", "position", "is_open", "created_at"),
    },
    "TopicText": {"id", "topic", "locale", "name", "description"},
    "ConsentText": {"id", "digest", "locale", "body", "created_at"},
    "MailingBody": {
        *("id", "mailing", "locale", "variant", "subject", "html", "text", "headers", "article", "digest"),
        "created_at",
    },
    "Tally": {"id", "mailing", "destination", "state", "count"},
    "DigestRun": {"id", "frequency", "local_date", "since", "until", "mailing", "created_at"},
    "BulletinIndexPage": {"page_ptr"},
    "BulletinPage": {"page_ptr", "topic", "summary", "body", "bases"},
    "Destination": {
        *("id", "name", "domains", "per_minute", "burst", "max_connections", "tokens", "refilled_at", "closed_until"),
        "closed_reason",
    },
    "Worker": {"id", "host", "process", "connections", "started_at", "seen_at", "accepted"},
}.items():
    register.add(NotPersonal(model=f"newsletters.{_model}", fields=frozenset(_fields)))

_CHOICES = {
    "topic": "newsletters.Subscription.topic",
    "locale": "newsletters.Subscription.locale",
    "frequency": "newsletters.Subscription.frequency",
    "waits_for_language": "newsletters.Subscription.waits_for_language",
}
_ADDED = (
    "newsletters.ConsentEvent.action",
    "newsletters.ConsentEvent.happened_at",
    "newsletters.ConsentContext.network",
    "newsletters.ConsentContext.browser",
    "newsletters.Delivery.state",
)
_WHY = _(
    "To send you the bulletins and alerts that you choose, and to be able to prove that you asked for them. An address "
    "that nobody confirms is erased."
)
_WITHOUT = _("You need not give any of this. Everything on this site can be read without it; only mail cannot be sent.")

register.add(
    CollectingForm(
        form="newsletters.forms.SignUpForm",
        collects={"address": "newsletters.Subscriber.address", **_CHOICES},
        adds=_ADDED,
        why=_WHY,
        without=_WITHOUT,
    ),
    CollectingForm(
        form="newsletters.forms.PreferencesForm",
        collects={"address": "newsletters.Subscriber.address", **_CHOICES},
        adds=_ADDED,
        why=_WHY,
        without=_WITHOUT,
    ),
)

for _form, _fields in {
    "acts.CancelForm": {"reason", "confirmed"},
    "acts.ConfirmForm": set(),
    "acts.DecisionForm": {"reason", "decision"},
    "acts.ReasonForm": {"reason"},
    "bounces.HeldForm": {"reason", "decision"},
    "look_up.LookUpForm": {"address", "reason"},
    "sending.SendForm": {"not_before", "uses_fallback", "confirmed"},
    "topics.TopicForm": {
        *("slug", "kind", "list_id", "languages", "required_languages", "frequencies", "default_frequency"),
        *("position", "is_open"),
    },
}.items():
    register.add(CollectingForm(form=f"newsletters.admin_views.{_form}", other=frozenset(_fields)))
