"""A draft against what readers have today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from policies.admin_views.base import PolicyScreen, get_page_to_edit
from policies.redline import find_text_in_force, redline_against

if TYPE_CHECKING:
    from django.http import HttpRequest
    from wagtail.models import Revision


class CompareDraftView(PolicyScreen, TemplateView):
    """Shows a revision of a page as a redline of the text in force in its language."""

    template_name = "policies/admin/compare_draft.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.page = get_page_to_edit(request, kwargs["page_id"])
        if self.page.policy is None:
            raise PermissionDenied
        self.policy = self.page.policy
        self.revision: Revision = get_object_or_404(self.page.revisions, pk=kwargs["revision_id"])

    def is_allowed(self) -> bool:
        return True  # setup has asked whether the page may be edited

    def get_page_title(self) -> str:
        return _("Compare the draft with the edition in force")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        redline = redline_against(find_text_in_force(self.page), self.revision.as_object())
        return super().get_context_data(page=self.page, revision=self.revision, redline=redline, **kwargs)
