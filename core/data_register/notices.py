"""The notice of Article 8 of the Personal Data Protection Act, made for a form from what the register says of its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.data_register.codes import Category, Purpose, coded
from core.data_register.files import DataFile, Personal, register
from core.selectors import find_agency_or_other

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.data_register.files import CollectingForm


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One item of the notice."""

    title: str
    text: str


def notice_of(form: str, language: str) -> list[Paragraph]:
    """Return the notice for the form with that dotted path, in `language` (1 query: the agency's names as they are now)."""
    declaration = register.form(form)
    fields = [register.file_of(label) for label in [*declaration.collects.values(), *declaration.adds]]
    agency = find_agency_or_other(language)
    name = agency.name if agency else settings.WAGTAIL_SITE_NAME
    contact = (
        [agency.unit, agency.privacy_officer, agency.postal_address, agency.telephone, agency.email] if agency else []
    )
    with override(language):
        return [
            Paragraph(_("Who"), " · ".join(" ".join(part.split()) for part in [name, *contact] if part)),
            Paragraph(_("What for"), _what_for(declaration, fields)),
            Paragraph(_("What"), _what(fields)),
            Paragraph(_("How long"), " ".join(_each(data_file.retention.text for data_file, _field in fields))),
            Paragraph(_("Where, by whom and how"), _where(name, fields)),
            Paragraph(_("Your rights"), _rights()),
            Paragraph(_("If you would rather not"), str(declaration.without)),
        ]


def _what_for(declaration: CollectingForm, fields: list[tuple[DataFile, Personal]]) -> str:
    used = {purpose for data_file, _field in fields for purpose in data_file.purposes}
    purposes = _list(coded(purpose) for purpose in Purpose if purpose in used)
    grounds = _list(_each(data_file.basis.label for data_file, _field in fields))
    return _("%(why)s Specific purposes: %(purposes)s. Ground: %(grounds)s.") % {
        "why": declaration.why,
        "purposes": purposes,
        "grounds": grounds,
    }


def _what(fields: list[tuple[DataFile, Personal]]) -> str:
    categories = {field.category for _file, field in fields}
    return _("%(fields)s. Categories: %(categories)s.") % {
        "fields": _list(_each(field.what for _file, field in fields)),
        "categories": _list(coded(category) for category in Category if category in categories),
    }


def _where(agency: str, fields: list[tuple[DataFile, Personal]]) -> str:
    return _(
        "By %(agency)s where it works and where its mail goes, by automatic means. Who sees it: %(recipients)s. Nobody "
        "else is given it unless a law demands it. Mail holds nothing that reports whether you read it."
    ) % {"agency": agency, "recipients": _list(_each(data_file.recipients.label for data_file, _field in fields))}


def _rights() -> str:
    return _(
        "You may see your data, have a copy, have it completed or corrected, and have its use stopped or the data erased "
        "(Article 3 of the Personal Data Protection Act), on the page “My data”, by the links in every mail, or at the "
        "contact above. You have an answer within 15 days where you ask to see or to have a copy, within 30 days otherwise "
        "(Article 13)."
    )


def _each(words: Iterable[object]) -> list[str]:
    """Return each of `words` once, in their order."""
    return list(dict.fromkeys(str(word) for word in words))


def _list(words: Iterable[str]) -> str:
    return _("; ").join(words)
