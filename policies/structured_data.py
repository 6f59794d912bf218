"""What a policy's page tells machines about the text on it (schema.org `Legislation`)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from core.addresses import full_address, path_of
from core.dates import civil_date
from core.languages import html_language
from policies.choices import TextRole

if TYPE_CHECKING:
    from policies.models import EditionText
    from policies.periods import Period

_encode = json.JSONEncoder(ensure_ascii=False).encode
_UNSAFE = re.compile("[<>&\u2028\u2029]")


def describe_text(text: EditionText, period: Period, *, address: str, is_withdrawn: bool = False) -> SafeString:
    """Return the JSON-LD of an edition text, safe inside a `script` element (only a data block: nothing runs)."""
    edition = text.edition
    in_force = period.is_in_force and not edition.is_withdrawal and not is_withdrawn
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["Legislation", "DigitalDocument"],
        "name": text.title,
        "description": text.summary or None,
        "url": full_address(address),
        "inLanguage": html_language(text.locale),
        "version": edition.number,
        "legislationIdentifier": edition.document_no or f"{edition.policy.slug} {edition.number}",
        "legislationType": edition.policy.kind,
        "legislationDate": civil_date(edition.issued_at).isoformat(),
        "legislationDateVersion": period.first.isoformat() if period.first else None,
        "legislationLegalForce": f"https://schema.org/{'InForce' if in_force else 'NotInForce'}",
        "datePublished": text.issued_at.isoformat(),
        "legislationResponsible": text.owner or None,
        "encoding": [
            {
                "@type": "LegislationObject",
                "encodingFormat": media_type,
                "contentUrl": full_address(f"{_edition_address(text)}?format={name}"),
            }
            for name, media_type in (("akn", "application/akn+xml"), ("json", "application/json"))
        ],
        "identifier": {"@type": "PropertyValue", "propertyID": "SHA-256", "value": edition.digest},
    }
    if text.role == TextRole.TRANSLATION:
        data["translationOfWork"] = {
            "@type": "Legislation",
            "inLanguage": html_language(edition.prevailing_locale),
            "version": edition.number,
        }
    known = {name: value for name, value in data.items() if value is not None}
    return mark_safe(_UNSAFE.sub(_escape, _encode(known)))  # noqa: S308 -- escaped above


def _escape(char: re.Match[str]) -> str:
    return f"\\u{ord(char[0]):04x}"


def _edition_address(text: EditionText) -> str:
    return path_of("policies:edition", text.edition.policy.slug, text.edition.number)
