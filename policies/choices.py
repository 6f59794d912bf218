"""The closed lists of the record."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

#: Of what the digest of a new edition covers (`policies.payloads.edition_payload`).
PAYLOAD_VERSION = 2


class PolicyKind(models.TextChoices):
    PRIVACY = "privacy", _("Privacy policy")
    SECURITY = "security", _("Security policy")
    COOKIES = "cookies", _("Cookie policy")
    ACCESSIBILITY = "accessibility", _("Accessibility statement")
    OPEN_DATA = "open_data", _("Open data statement")
    OTHER = "other", _("Other policy")


class LanguageRegime(models.TextChoices):
    ONE_PREVAILS = "one_prevails", _("One language prevails")
    EQUALLY_AUTHENTIC = "equally_authentic", _("All languages are equally authentic")


class UpdateType(models.TextChoices):
    SUBSTANTIVE = "substantive", _("Yes: readers need to know (substantive)")
    EDITORIAL = "editorial", _("No: wording only (editorial)")


class EditionKind(models.TextChoices):
    ISSUE = "issue", _("Issued")
    WITHDRAWAL = "withdrawal", _("Withdrawn")
    REINSTATEMENT = "reinstatement", _("Reinstated")


class EffectiveRule(models.TextChoices):
    ON_ISSUE = "on_issue", _("On the day it is published")
    ON_DATE = "on_date", _("On this date")
    TO_BE_ANNOUNCED = "to_be_announced", _("To be announced later")


class TextRole(models.TextChoices):
    PREVAILING = "prevailing", _("Prevailing text")
    AUTHENTIC = "authentic", _("Authentic text")
    TRANSLATION = "translation", _("Official translation")


class LedgerKind(models.TextChoices):
    EDITION = "edition", _("Edition issued")
    TEXT = "text", _("Text of a language added")
    NOTE = "note", _("Change note corrected")
    EFFECTIVE_DATE = "effective_date", _("Effective date announced")


class ReviewDecision(models.TextChoices):
    STILL_ACCURATE = "still_accurate", _("Still accurate")
    NEEDS_UPDATE = "needs_update", _("Needs an update")
