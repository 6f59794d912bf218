"""The closed lists of requests about personal data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestKind(models.TextChoices):
    """A right of Article 3 of the Personal Data Protection Act."""

    SEE = "see", _("See the data")
    COPY = "copy", _("Have a copy")
    CORRECT = "correct", _("Have it completed or corrected")
    STOP = "stop", _("Have its use stopped")
    ERASE = "erase", _("Have it erased")


class Decision(models.TextChoices):
    DONE = "done", _("Done")
    PARTLY = "partly", _("Done in part")
    REFUSED = "refused", _("Refused")
