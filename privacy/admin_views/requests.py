"""The list of requests with their days, and the answer to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, ListView
from wagtail.admin import messages
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateInput
from wagtail.log_actions import log

from core.dates import today
from privacy.choices import Decision, RequestKind
from privacy.errors import RequestRefused
from privacy.models import DataRequest
from privacy.periods import latest_day
from privacy.services.requests import answer_request, extend_request

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from members.models import User

PERMISSION = "privacy.answer_datarequest"


def may_answer(user: User | AnonymousUser) -> bool:
    """Whether the user is an officer who may see and answer requests."""
    return user.has_perm(PERMISSION)


class ExtensionForm(forms.Form):
    """A later day, and why."""

    until = forms.DateField(label=gettext_lazy("To be answered by"), widget=AdminDateInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The person is told by mail and reads it on “My data”."),
    )


class AnswerForm(forms.Form):
    """The answer. Erasure of everything is an answer of its own."""

    decision = forms.ChoiceField(label=gettext_lazy("Answer"), choices=Decision.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("With the article of the Act where something is refused. The person reads it."),
    )
    erases = forms.BooleanField(
        label=gettext_lazy("Erase the person now, with their account"),
        required=False,
        help_text=gettext_lazy("Only for a request for erasure. It cannot be undone."),
    )


class Screen(WagtailAdminTemplateMixin):
    """A screen for officers."""

    request: HttpRequest
    header_icon = "user"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_answer(request.user):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class RequestsView(Screen, ListView[DataRequest]):
    """Lists what is open by its day, then what was answered, newest first."""

    template_name = "privacy/admin/requests.html"
    paginate_by = 50
    paginator_class = WagtailPaginator
    page_kwarg = "p"

    def get_page_title(self) -> str:
        return _("Requests about personal data")

    def get_queryset(self) -> QuerySet[DataRequest]:
        return DataRequest.objects.order_by("-decided_at", "due_on", "pk")  # NULL, which is open, comes first

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"today": today()}


class RequestView(Screen, DetailView[DataRequest]):
    """Shows one request, which is kept in the log, and takes its extension or answer."""

    template_name = "privacy/admin/request.html"
    queryset = DataRequest.objects.all()
    context_object_name = "asked"

    def get_page_title(self) -> str:
        return _("Request about personal data")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().get(request, *args, **kwargs)
        log(instance=self.object, action="privacy.look", user=request.user, data={})
        return response

    def post(self, request: HttpRequest, *_args: Any, **kwargs: Any) -> HttpResponse:
        self.object = get_object_or_404(DataRequest, pk=kwargs["pk"])
        is_extension = request.POST.get("act") == "extend"
        form: forms.Form = ExtensionForm(request.POST) if is_extension else AnswerForm(request.POST)
        if form.is_valid():
            try:
                self._act(form, is_extension=is_extension)
            except RequestRefused as refusal:
                form.add_error(None, refusal.reason)
            else:
                messages.success(request, _("Done. The person is told."))
                return redirect(reverse("avow_privacy:request", args=[self.object.pk]))
        forms_shown = {"extension": form} if is_extension else {"answer": form}
        return self.render_to_response(self.get_context_data(**forms_shown), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.setdefault("extension", ExtensionForm())
        context.setdefault("answer", AnswerForm())
        return context | {
            "latest": latest_day(self.object),
            "is_erasure": self.object.kind == RequestKind.ERASE,
            "today": today(),
        }

    def _act(self, form: forms.Form, *, is_extension: bool) -> None:
        said, now, name = form.cleaned_data, timezone.now(), str(self.request.user)
        number = self.object.pk
        if is_extension:
            extend_request(number=number, until=said["until"], reason=said["reason"], by_name=name, at=now)
            log(instance=self.object, action="privacy.extend", user=self.request.user, data={})
            return
        answer_request(
            number=number,
            decision=Decision(said["decision"]),
            reason=said["reason"],
            by_name=name,
            at=now,
            erases=said["erases"],
        )
        log(instance=self.object, action="privacy.answer", user=self.request.user, data={})
