"""A receipt of consent for whoever gave it: what was agreed to, by which words, and what came of it since.

The fields and their names are those of ISO/IEC TS 27560:2023 (consent record information structure), clause 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.addresses import full_address
from core.data_register import Basis, Necessity, Purpose, register
from core.data_register.codes import coded
from core.languages import html_language
from core.selectors import find_agency_or_other
from newsletters.choices import ConsentAction
from newsletters.consent_words import SIGN_UP_FORM
from newsletters.models import ConsentEvent, Topic
from newsletters.shown_topics import show_topics
from policies.payloads import instant

if TYPE_CHECKING:
    from core.models import Agency
    from newsletters.models import Subscriber

SCHEMA = "ISO/IEC TS 27560:2023"
JURISDICTION = "TW"
_STATES = {
    ConsentAction.CONFIRMED: "given",
    ConsentAction.CHANGED: "updated",
    ConsentAction.PAUSED: "suspended",
    ConsentAction.RESUMED: "resumed",
}


def find_consent(subscriber: Subscriber, position: int) -> ConsentEvent | None:
    """Return the consent that `subscriber` gave under that number of the chain; None when there is none of theirs."""
    given = ConsentEvent.objects.filter(subscriber_number=subscriber.pk, action=ConsentAction.CONFIRMED)
    return given.exclude(consent_text=None).select_related("consent_text").filter(position=position).first()


def history_of(event: ConsentEvent) -> list[ConsentEvent]:
    """Return the consent and what happened to it since, until the same topic was agreed to anew."""
    later = ConsentEvent.objects.filter(subscriber_number=event.subscriber_number, position__gt=event.position)
    history = [event]
    of_topic = later.filter(topic_slug__in=[event.topic_slug, ""]).exclude(action=ConsentAction.REQUESTED)
    for each in of_topic.order_by("position"):
        if each.action == ConsentAction.CONFIRMED:
            break
        history.append(each)
    return history


def make_receipt(event: ConsentEvent, *, language: str, preferences: str) -> dict[str, object]:
    """Return the receipt of a consent with its words; `preferences` is the path where it is taken back."""
    text = event.consent_text
    agency = find_agency_or_other(language)
    with override(language):
        return {
            "schema_version": SCHEMA,
            "receipt_id": f"consent-{event.position}",
            "record_id": event.digest,
            "pii_principal_id": str(event.subscriber_number),
            "pii_processing": {
                "privacy_notice": {
                    "url": full_address(f"/{language}/policies/privacy/"),
                    "text": text.body if text else "",
                    "digest": text.digest if text else "",
                    "language": html_language(text.locale) if text else "",
                },
                "language": html_language(language),
                "purposes": [_purpose(event, language, preferences)],
            },
            "party_identification": [_controller(agency)],
            "event": [
                {
                    "event_time": instant(each.happened_at),
                    "event_type": "explicit consent",
                    "event_state": _STATES.get(ConsentAction(each.action), "withdrawn"),
                    "validity_duration": "until withdrawn",
                    "entity_id": "pii_principal",
                }
                for each in history_of(event)
            ],
        }


def topic_name(event: ConsentEvent, language: str) -> str:
    """Return what was subscribed to, in words; its slug when the topic is gone."""
    topics = show_topics(Topic.objects.filter(slug=event.topic_slug), language)
    return topics[0].name if topics else event.topic_slug


def _purpose(event: ConsentEvent, language: str, preferences: str) -> dict[str, object]:
    form = register.form(SIGN_UP_FORM)
    collected = [(label, *register.file_of(label)) for label in form.collects.values()]
    return {
        "purpose": str(form.why),
        "purpose_type": coded(Purpose.ICT_SERVICES),
        "lawful_basis": str(Basis.CONSENT.label),
        "pii_information": [
            {
                "pii_type": str(field.what),
                "pii_attribute_id": label,
                "pii_optional": field.necessity == Necessity.OPTIONAL,
                "sensitive_pii_category": False,
            }
            for label, _file, field in collected
        ],
        "pii_controllers": ["controller"],
        "collection_method": _("Form on this site, confirmed by a link in a mail"),
        "processing_method": _("automatic"),
        "retention_period": collected[0][1].retention.text,
        "service": topic_name(event, language),
        "details": event.details,
        "jurisdiction": JURISDICTION,
        "recipient_third_parties": [],
        "withdrawal_method": full_address(preferences),
        "privacy_rights": full_address(f"/{language}/account/data/"),
    }


def _controller(agency: Agency | None) -> dict[str, str]:
    party = {
        "party_id": "controller",
        "party_role": "PII controller",
        "party_name": settings.WAGTAIL_SITE_NAME,
        "party_url": full_address("/"),
    }
    if agency is None:
        return party
    return party | {
        "party_name": agency.name,
        "party_contact": agency.privacy_officer or agency.unit,
        "party_address": agency.postal_address,
        "party_email": agency.email,
        "party_phone": agency.telephone,
    }
