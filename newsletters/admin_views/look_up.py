"""The screen on which one subscriber is looked up, by the whole address and for a purpose. Nobody is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from core.dates import civil_date
from core.mail_addresses import AddressRefusedError, MailAddress, parse_address
from newsletters.admin_views.base import MailScreen, may_look_up
from newsletters.admin_views.mailing import title_of, with_titles
from newsletters.models import Mailing, Topic
from newsletters.services.look_up import look_up_subscriber
from newsletters.shown_topics import show_topics

if TYPE_CHECKING:
    from django.http import HttpResponse

    from newsletters.admin_views.base import Visitor


class LookUpForm(forms.Form):
    """Whom, and why."""

    address = forms.CharField(
        required=False,  # an empty one gets the same kind of sentence as a malformed one
        strip=False,
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("The whole address, exactly. Parts of addresses find nobody."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        max_length=300,
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy(
            "For example the number of the letter in which the person asks. It is kept for good with your name and the time."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_address(self) -> MailAddress:
        """Read it as the sign-up does."""
        try:
            return parse_address(self.cleaned_data["address"], takes_international=True)
        except AddressRefusedError as error:
            raise forms.ValidationError(error.reason) from error


@method_decorator(sensitive_post_parameters(), name="dispatch")
class LookUpView(MailScreen, FormView[LookUpForm]):
    """Asks, keeps that it was asked, and answers on the same page: nothing of it stands in an address."""

    template_name = "newsletters/admin/look_up.html"
    form_class = LookUpForm
    header_icon = "search"

    def is_for(self, user: Visitor) -> bool:
        return may_look_up(user)

    def get_page_title(self) -> str:
        return _("Look up a subscriber")

    def form_valid(self, form: LookUpForm) -> HttpResponse:
        address: MailAddress = form.cleaned_data["address"]
        found = look_up_subscriber(
            address=address,
            reason=form.cleaned_data["reason"],
            by_name=str(self.request.user),
            at=timezone.now(),
        )
        deliveries = [delivery for person in found.people for delivery in person.deliveries]
        mailings = with_titles(Mailing.objects.filter(pk__in={delivery.mailing_id for delivery in deliveries}))
        shown = show_topics(Topic.objects.all(), get_language() or "en")
        context = self.get_context_data(
            form=form,
            address=address.address,
            found=found,
            titles={mailing.pk: title_of(mailing) for mailing in mailings},
            topics={topic.topic.pk: topic for topic in shown},
            topics_by_slug={topic.topic.slug: topic for topic in shown},
            today=civil_date(timezone.now()),
        )
        return self.render_to_response(context)
