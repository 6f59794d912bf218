"""The words that people agree to when they sign up: the notice of Article 8 of Taiwan's Personal Data Protection Act.

Pages show these paragraphs and nothing else, so that what is kept as evidence is what was read.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.selectors import find_agency_or_other
from newsletters.periods import CONTEXT_KEPT, LEFT_KEPT, UNCONFIRMED_KEPT


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One item of the notice."""

    title: str
    text: str


def consent_paragraphs(language: str) -> list[Paragraph]:
    """Return the notice in `language`, with the agency's names and contact as they are now (1 query)."""
    agency = find_agency_or_other(language)
    name = agency.name if agency else settings.WAGTAIL_SITE_NAME
    contact = (
        [agency.unit, agency.privacy_officer, agency.postal_address, agency.telephone, agency.email] if agency else []
    )
    with override(language):
        return [
            Paragraph(_("Who"), " · ".join(" ".join(part.split()) for part in [name, *contact] if part)),
            Paragraph(
                _("What for"),
                _(
                    "To send you the bulletins and alerts that you choose, and to be able to prove that you asked for them."
                ),
            ),
            Paragraph(
                _("What"),
                _(
                    "Your e-mail address, your language, your topics and how often; and when, from which network (not "
                    "which machine) and with what kind of browser you signed up or changed something."
                ),
            ),
            Paragraph(_("How long"), _how_long()),
            Paragraph(
                _("Where, by whom and how"),
                _(
                    "By %(agency)s where it works, by automatic means. Mail passes through the servers of our and your "
                    "mail provider; nobody else is given your address. Mail holds nothing that reports whether you read it."
                )
                % {"agency": name},
            ),
            Paragraph(
                _("Your rights"),
                _(
                    "You may see your data, have a copy, have it corrected, and have its use stopped or the data erased "
                    "(Article 3 of the Personal Data Protection Act): by the links in every mail, or at the contact above."
                ),
            ),
            Paragraph(
                _("If you would rather not"),
                _(
                    "You need not give any of this. Everything on this site can be read without it; only mail cannot be sent."
                ),
            ),
            Paragraph(
                _("Your consent"),
                _(
                    "By signing up and confirming it you agree to this. You can take it back at any time, with one click."
                ),
            ),
        ]


def consent_body(language: str) -> str:
    """Return the same as one text, which is kept word for word."""
    return "\n\n".join(f"{paragraph.title}\n{paragraph.text}" for paragraph in consent_paragraphs(language))


def split_body(body: str) -> list[Paragraph]:
    """Return the paragraphs of a text that was kept."""
    parts = [part.partition("\n") for part in body.split("\n\n")]
    return [Paragraph(title, text) for title, _break, text in parts]


def _how_long() -> str:
    return _(
        "Until you leave, and %(left)d days after; from where you signed up for %(context)d days; an address that nobody "
        "confirms for %(unconfirmed)d days. What stays is a number, what it agreed to and when, and a code from which the "
        "address cannot be read."
    ) % {"left": LEFT_KEPT.days, "context": CONTEXT_KEPT.days, "unconfirmed": UNCONFIRMED_KEPT.days}
