"""The closed lists of search."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryKind(models.TextChoices):
    """What an entry of the index is, in the order in which equals are shown."""

    POLICY = "policy", _("Policies")
    CLAUSE = "clause", _("Clauses")
    BULLETIN = "bulletin", _("Bulletins")
    PAGE = "page", _("Pages")
