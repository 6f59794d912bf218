"""The words that people agree to when they sign up: the notice that the data register makes of the form, and the consent.

Pages show these paragraphs and nothing else, so that what is kept as evidence is what was read.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from core.data_register.notices import Paragraph, notice_of

#: The form whose notice it is; that of preferences has the same.
SIGN_UP_FORM = "newsletters.forms.SignUpForm"


def consent_paragraphs(language: str) -> list[Paragraph]:
    """Return the notice in `language`, with the agency's names and contact as they are now (1 query)."""
    with override(language):
        consent = Paragraph(
            _("Your consent"),
            _("By signing up and confirming it you agree to this. You can take it back at any time, with one click."),
        )
    return [*notice_of(SIGN_UP_FORM, language), consent]


def consent_body(language: str) -> str:
    """Return the same as one text, which is kept word for word."""
    return "\n\n".join(f"{paragraph.title}\n{paragraph.text}" for paragraph in consent_paragraphs(language))


def split_body(body: str) -> list[Paragraph]:
    """Return the paragraphs of a text that was kept."""
    parts = [part.partition("\n") for part in body.split("\n\n")]
    return [Paragraph(title, text) for title, _break, text in parts]
