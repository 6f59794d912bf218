"""What the law asks to be named: specific purposes and categories by their official codes, and the ground for holding data.

Codes and Chinese names are those of 個人資料保護法之特定目的及個人資料之類別 (Ministry of Justice, 1 October 2012).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """A specific purpose (特定目的). Data is never used for one that its file does not name."""

    CONTRACTS = "069", _("Contracts, similar contracts and other legal relations")
    ICT_SERVICES = "135", _("Information and communication services")
    ICT_MANAGEMENT = "136", _("Information, communication and database management")
    ICT_SECURITY = "137", _("Information and communication security and management")
    STATUTORY_BUSINESS = "181", _("Other business according to the organization’s charter")


class Category(models.TextChoices):
    """A category of personal data (個人資料之類別)."""

    IDENTIFYING = "C001", _("What identifies a person, and records of services asked for")
    EMPLOYMENT = "C061", _("Present employment")


class Basis(models.TextChoices):
    """The ground on which a government agency may collect and process (Article 15, paragraph 1 of the Act)."""

    DUTY = "15-1-1", _("Necessary for the agency’s statutory duties (Article 15, paragraph 1, item 1)")
    CONSENT = "15-1-2", _("The person’s consent (Article 15, paragraph 1, item 2)")


class Necessity(models.TextChoices):
    """Whether a person has to give something."""

    REQUIRED = "required", _("Required")
    OPTIONAL = "optional", _("Optional")
    MADE = "made", _("Arises by itself")


class Recipients(models.TextChoices):
    """Who gets to see a file."""

    STAFF = "staff", _("Staff of the agency who are in charge of it; nobody else")
    MAIL = "mail", _("Staff of the agency who are in charge of it, and the mail servers on the way to the address")
    PUBLIC = "public", _("Everybody: it is published with the record")


def coded(choice: Purpose | Category) -> str:
    """Return a code with its name, as notices write it."""
    return f"{choice.value} {choice.label}"
