"""A screen that asks before an act, for whatever app has acts that are not lightly done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponseRedirect
from django.views.generic import FormView
from wagtail.admin import messages

from policies.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.utils.functional import Promise


class AskingView(FormView[forms.Form]):
    """Says what the act does, takes the form, and puts a refusal beside its field, or above all of them.

    Stands after the mixin that says who may see it. `get_success_url()` is where it leads, done or not.
    """

    button: str | Promise = ""
    is_serious = False

    def get_template_names(self) -> list[str]:
        """Return the one template: the mixins of Wagtail's screens, which stand before this class, bring a name of theirs."""
        return ["core/admin/act.html"]

    def explain(self) -> list[str]:
        """Return what the act does, in sentences."""
        raise NotImplementedError

    def act(self, form: Any) -> str:
        """Do it and return what was done, in a sentence; raise `Refused`."""
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Do it, or say why not."""
        try:
            done = self.act(form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.reason)
            return self.form_invalid(form)
        messages.success(self.request, done)
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the template shows."""
        return super().get_context_data(
            explanation=self.explain(),
            button=self.button,
            is_serious=self.is_serious,
            back=self.get_success_url(),
            **kwargs,
        )
