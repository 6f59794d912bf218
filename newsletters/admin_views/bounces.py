"""Reports about mail that came back, and what they led to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import ListView
from wagtail.admin.paginator import WagtailPaginator

from newsletters.admin_views.acts import ReasonForm
from newsletters.admin_views.base import MailScreen, may_operate
from newsletters.choices import BounceChannel, BounceEffect, BounceKind
from newsletters.models import Bounce
from newsletters.services.grading import count_held, decide_held
from policies.admin_views.asking import AskingView

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from newsletters.admin_views.base import Visitor


class HeldForm(ReasonForm):
    """Whether a destination that refused many at once is believed, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("forget", gettext_lazy("It was a fault of theirs: forget these reports")),
            ("apply", gettext_lazy("It is true: end the subscriptions of these addresses")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ["decision", "reason"]


class BouncesView(MailScreen, ListView[Bounce]):
    """Lists them, newest first; `?kind=` and `?effect=` choose among them. Above, what is held back."""

    template_name = "newsletters/admin/bounces.html"
    paginate_by = 50
    paginator_class = WagtailPaginator
    page_kwarg = "p"

    def get_page_title(self) -> str:
        return _("Bounces")

    @property
    def chosen(self) -> dict[str, str]:
        """The values that the list is narrowed to."""
        allowed = {"kind": BounceKind.values, "effect": BounceEffect.values, "channel": BounceChannel.values}
        asked = {name: self.request.GET.get(name, "") for name in allowed}
        return {name: value for name, value in asked.items() if value in allowed[name]}

    def get_queryset(self) -> QuerySet[Bounce]:
        found = Bounce.objects.filter(**self.chosen).select_related("delivery__mailing")
        return found.order_by("-received_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            held=count_held(),
            filters=[
                ("kind", _("About"), BounceKind.choices, self.chosen.get("kind", "")),
                ("effect", _("Led to"), BounceEffect.choices, self.chosen.get("effect", "")),
                ("channel", _("Came by"), BounceChannel.choices, self.chosen.get("channel", "")),
            ],
            **kwargs,
        )


class DecideHeldView(MailScreen, AskingView):
    """Decides about the bounces of `?destination=` that were held back."""

    form_class = HeldForm
    button = gettext_lazy("Decide")

    def is_for(self, user: Visitor) -> bool:
        return may_operate(user)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.destination = request.GET.get("destination", "")[:255]

    def get_page_title(self) -> str:
        return _("Decide about bounces held back")

    def get_page_subtitle(self) -> str:
        return self.destination

    def get_trail(self) -> list[dict[str, Any]]:
        return [{"url": reverse("avow_mail:bounces"), "label": _("Bounces")}]

    def get_success_url(self) -> str:
        return reverse("avow_mail:bounces")

    def explain(self) -> list[str]:
        count = dict(count_held()).get(self.destination)
        if count is None:
            raise Http404
        sentence = ngettext(
            "%(destination)s says of %(count)s recipient that the address does not exist.",
            "%(destination)s says of %(count)s recipients that their addresses do not exist.",
            count,
        ) % {"destination": self.destination, "count": number_format(count)}
        return [sentence, _("What is applied ends subscriptions; people would have to sign up again.")]

    def act(self, form: HeldForm) -> str:
        count = decide_held(
            destination=self.destination,
            is_true=form.cleaned_data["decision"] == "apply",
            reason=form.cleaned_data["reason"],
            user=self.request.user,
            at=timezone.now(),
        )
        done = ngettext("%(count)s bounce was decided.", "%(count)s bounces were decided.", count)
        return done % {"count": number_format(count)}
