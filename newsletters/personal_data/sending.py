"""What is kept of mail, of addresses that get none, and of the officials behind it."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.data_register import Basis, DataFile, Erasure, NotPersonal, Purpose, Recipients, Retention, register
from core.data_register.finding import by_name
from newsletters.models import Bounce, SubscriberLookUp, Suppression
from newsletters.personal_data import rows, words

register.add(
    DataFile(
        model="newsletters.Suppression",
        name=_("Addresses that are not written to"),
        purposes=words.SECURITY,
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("That an address is not to be written to is kept for good, as a code of it.")),
        erasure=words.WISH,
        personal={
            "address_hash": words.ADDRESS_CODE,
            "scope": words.made(_("What is not sent")),
            "topic": words.TOPICS,
            "reason": words.made(_("Why")),
            "evidence": words.made(_("Message or status code from which it follows")),
            "created_at": words.WHEN,
            "until": words.made(_("Until when")),
            "lifted_at": words.made(_("When it was lifted")),
        },
        other=frozenset({"id"}),
        rows=lambda person: Suppression.objects.filter(address_hash=person.hash),
    ),
    DataFile(
        model="newsletters.SubscriberLookUp",
        name=_("When staff looked somebody up"),
        purposes=words.SECURITY,
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("Who looked somebody up, and why, is kept for good.")),
        erasure=Erasure(words=_("Stays, so that nobody looks people up unseen; the address is in it as a code only.")),
        personal={
            "address_hash": words.ADDRESS_CODE,
            "subscriber_number": words.WHOSE,
            "act": words.made(_("What was done")),
            "reason": words.made(_("Why")),
            "by_name": words.STAFF,
            "happened_at": words.WHEN,
        },
        other=frozenset({"id"}),
        rows=lambda person: SubscriberLookUp.objects.filter(
            Q(address_hash=person.hash) | Q(by_name__in=[name for name in person.names if name])
        ),
    ),
    DataFile(
        model="newsletters.Delivery",
        name=_("Messages"),
        purposes=words.SERVICE,
        basis=Basis.CONSENT,
        recipients=Recipients.MAIL,
        retention=words.SENT,
        erasure=words.NUMBER_STAYS,
        personal={
            "subscriber": words.WHOSE,
            "address": words.ADDRESS,
            "destination": words.made(_("Mail provider")),
            "mailing": words.made(_("What was sent")),
            "topic": words.TOPICS,
            "state": words.made(_("What became of it")),
            "created_at": words.WHEN,
            "ended_at": words.made(_("When it ended")),
            "smtp_code": words.made(_("Answer of the mail server")),
            "enhanced_code": words.made(_("Answer of the mail server")),
            "reply": words.made(_("Answer of the mail server")),
        },
        other=frozenset(
            {
                *("id", "body", "lane", "reference", "attempt", "next_at", "expires_at", "worker", "lease_token"),
                *("lease_until", "recoveries", "resent_at", "intent_at"),
            }
        ),
        rows=rows.deliveries,
        addresses=rows.lone_addresses,
    ),
    DataFile(
        model="newsletters.Bounce",
        name=_("Messages that came back"),
        purposes=words.SERVICE,
        basis=Basis.CONSENT,
        recipients=Recipients.STAFF,
        retention=words.SENT,
        erasure=words.NUMBER_STAYS,
        personal={
            "delivery": words.made(_("Message")),
            "kind": words.made(_("What is wrong")),
            "status": words.made(_("Answer of the mail server")),
            "is_final": words.made(_("Whether it is for good")),
            "diagnostic": words.made(_("Answer of the mail server")),
            "received_at": words.WHEN,
            "effect": words.made(_("What came of it")),
        },
        other=frozenset({"id", "source_key", "alarm", "channel", "graded_at"}),
        rows=lambda person: Bounce.objects.filter(delivery__in=rows.deliveries(person).values("pk")),
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
            "author_name": words.STAFF,
            "author_ids": words.STAFF_NUMBER,
            "approved_by_name": words.STAFF,
            "approver_id": words.STAFF_NUMBER,
            "approved_at": words.WHEN,
        },
        other=frozenset(
            {
                *("id", "key", "kind", "topic", "state", "lane", "fallback_languages", "not_before", "expires_at"),
                *("frozen_at", "wants_freezing", "paused_reason", "resends_uncertain", "created_at", "finished_at"),
            }
        ),
        rows=rows.mailings,
    ),
    DataFile(
        model="newsletters.OperatorAlarm",
        name=_("Who settled alarms"),
        purposes=(Purpose.ICT_MANAGEMENT,),
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("Alarms are kept for good, with who settled them.")),
        erasure=words.STAFF_ACTS,
        personal={"settled_by_name": words.STAFF, "settled_at": words.WHEN},
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
