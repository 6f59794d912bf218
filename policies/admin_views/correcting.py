"""Beginning a correction of the edition in force while another is announced, and dropping it. Nothing is published here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from core.dates import today
from policies.admin_views.asking import AskingView
from policies.admin_views.base import PolicyScreen, get_page_to_edit
from policies.errors import PageActionRefused
from policies.forms import describe_edition
from policies.services import begin_correction, drop_correction
from policies.services.correcting import can_correct
from policies.services.planning import find_following, find_standing, number_of_correction

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from policies.models import PolicyPage


class BeginCorrectionView(PolicyScreen, AskingView):
    """Says what the correction does, and begins its draft."""

    form_class = forms.Form
    button = gettext_lazy("Begin the correction")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.page = get_page_to_edit(request, kwargs["page_id"])
        if self.page.policy is None:
            raise PageActionRefused(_("Save the page before publishing it."), page=self.page)
        self.policy = self.page.policy
        self.standing = find_standing(self.policy.pk, on=today())

    def is_allowed(self) -> bool:
        return True  # setup has asked whether the page may be edited

    def get_page_title(self) -> str:
        return _("Correct the edition in force")

    def get_success_url(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.page.pk])

    def act(self, form: forms.Form) -> str:
        del form
        _refuse_while_busy(self.page, self.request)
        begin_correction(page=self.page, user=cast("Any", self.request.user), on=today())
        return _("The draft now begins from the text in force. Correct it, and publish it.")

    def explain(self) -> list[str]:
        in_force = self.standing.in_force
        following = find_following(self.standing) if in_force else None
        if in_force is None or following is None or not can_correct(self.standing):
            return [_("Nothing is announced after the edition in force: correct it in the draft, and publish that.")]
        names = {
            "number": in_force.number,
            "next": "{}.{}".format(*number_of_correction(self.standing)),
            "announced": describe_edition(following, self.standing),
        }
        begins = _(
            "The draft begins from edition %(number)s, the text in force. A draft under way is kept for afterwards."
        )
        if self.page.is_source:
            becomes = _(
                "Publishing it issues edition %(next)s, which applies until what is announced takes its place "
                "(%(announced)s)."
            )
        else:
            becomes = _("Publishing it adds this language’s text to edition %(number)s, not to what is announced.")
        stays = _(
            "What is announced does not take the correction over. Afterwards the draft goes on from the announced text, "
            "with the correction offered where the words are still the same: look at it and publish it too."
        )
        return [begins % names, becomes % names, stays]


@require_POST
def drop(request: HttpRequest, page_id: int) -> HttpResponse:
    """Go back to the draft that the correction set aside, and to its form."""
    page = get_page_to_edit(request, page_id)
    _refuse_while_busy(page, request)
    drop_correction(page=page, user=cast("Any", request.user))
    messages.success(request, _("The correction was dropped. The draft is the one from before it."))
    return redirect("wagtailadmin_pages:edit", page.pk)


def _refuse_while_busy(page: PolicyPage, request: HttpRequest) -> None:
    """Refuse to change a draft that waits for approval or is locked."""
    if page.workflow_in_progress:
        message = _("The draft waits for approval. Approve it or cancel the workflow, and begin again.")
        raise PageActionRefused(message, page=page)
    lock = page.get_lock()
    if lock is not None and lock.for_user(request.user):
        raise PageActionRefused(_("The page is locked; its draft cannot be changed now."), page=page)
