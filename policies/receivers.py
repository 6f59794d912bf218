"""What happens inside the publishing transaction when Wagtail makes a revision live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.services import issue_edition
from policies.signals import revision_went_live

if TYPE_CHECKING:
    import datetime as dt

    from wagtail.models import Revision


def connect() -> None:
    """Connect the receivers of this module."""
    revision_went_live.connect(_issue, dispatch_uid="policies.issue")


def _issue(*, revision: Revision, at: dt.datetime, **_kwargs: Any) -> None:
    issue_edition(revision=revision, issued_at=at)
