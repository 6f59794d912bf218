"""The screen from which a bulletin is tried out and sent."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateTimeInput

from newsletters.errors import MailingRefused
from newsletters.models import BulletinPage
from newsletters.services.bulletins import find_confirmed_address, send_bulletin, send_test
from newsletters.services.readiness import gather_facts, source_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

#: A sending may be planned so far ahead.
_FARTHEST = dt.timedelta(days=90)


class SendForm(forms.Form):
    """When, and what readers get whose language has no text."""

    not_before = forms.DateTimeField(
        required=False,
        label=gettext_lazy("Not before"),
        widget=AdminDateTimeInput,
        help_text=gettext_lazy("Taipei time. Leave it empty to send at once."),
    )
    uses_fallback = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Readers whose language has no text get it in another one, which is said in theirs"),
    )
    confirmed = forms.BooleanField(label=gettext_lazy("I have looked at the mail in every language, and approve it"))

    def clean_not_before(self) -> dt.datetime | None:
        """Refuse what is not soon."""
        moment: dt.datetime | None = self.cleaned_data["not_before"]
        if moment is not None and moment > timezone.now() + _FARTHEST:
            raise forms.ValidationError(_("Choose a day within the next 90 days."))
        return moment


class SendingView(WagtailAdminTemplateMixin, TemplateView):
    """Facts about a bulletin before it is sent, and the acts: test, confirm a translation, send.

    Everybody who may edit the page sees it; those who may publish it, and did not write it, may send.
    """

    template_name = "newsletters/admin/sending.html"
    header_icon = "mail"
    page: BulletinPage

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.page = get_object_or_404(BulletinPage.objects.select_related("locale"), pk=kwargs["page_id"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        tester = self.page.permissions_for_user(request.user)
        if not tester.can_edit() and not tester.can_publish():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Send the bulletin")

    def get_page_subtitle(self) -> str:
        return str(self.page.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        edit = {"url": reverse("wagtailadmin_pages:edit", args=[self.page.pk]), "label": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, edit, {"url": "", "label": self.get_page_title()}]

    def may_send(self) -> bool:
        """Whether the user may send it, were they not its author."""
        return bool(source_of(self.page).permissions_for_user(self.request.user).can_publish())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = gather_facts(self.page, at=timezone.now())
        authors = {each.page.live_revision.user for each in facts.languages if each.page and each.page.live_revision}
        context: dict[str, Any] = super().get_context_data(
            **{
                "facts": facts,
                "page": self.page,
                "form": SendForm(),
                "may_send": self.may_send(),
                "is_author": self.request.user in authors,
                "own_address": find_confirmed_address(self.request.user),  # type: ignore[arg-type] # signed in: the admin saw to it
                "media": SendForm().media,
                **kwargs,
            }
        )
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what the pressed button says; a refusal comes back as a message."""
        act = {"test": self._test, "confirm": self._confirm, "send": self._send}.get(request.POST.get("act", ""))
        if act is None:
            return self.get(request, *args, **kwargs)
        try:
            return act()
        except MailingRefused as refusal:
            messages.error(request, refusal.reason)
            return self._again()

    def _test(self) -> HttpResponse:
        page = self._chosen_page()
        send_test(page=page, user=self.request.user, at=timezone.now())  # type: ignore[arg-type] # signed in
        messages.success(self.request, _("A test is on its way to your own address."))
        return self._again()

    def _confirm(self) -> HttpResponse:
        page = self._chosen_page()
        if not page.permissions_for_user(self.request.user).can_edit():
            raise PermissionDenied
        page.get_latest_revision_as_object().confirm_translation(self.request.user)
        message = _("Saved as a draft: the translation matches its source as it is now. It waits for approval.")
        messages.success(self.request, message)
        return self._again()

    def _send(self) -> HttpResponse:
        if not self.may_send():
            raise PermissionDenied
        form = SendForm(self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        mailing = send_bulletin(
            page=self.page,
            user=self.request.user,  # type: ignore[arg-type] # signed in
            at=timezone.now(),
            not_before=form.cleaned_data["not_before"],
            uses_fallback=form.cleaned_data["uses_fallback"],
        )
        messages.success(
            self.request, _("It will be sent when its time comes.") if mailing.not_before else _("It is being sent.")
        )
        return self._again()

    def _chosen_page(self) -> BulletinPage:
        pages = BulletinPage.objects.filter(translation_key=self.page.translation_key).select_related("locale", "topic")
        number = self.request.POST.get("page", "")
        page: BulletinPage = get_object_or_404(pages, pk=number if number.isascii() and number.isdecimal() else 0)
        return page

    def _again(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("avow_bulletins:sending", args=[self.page.pk]))
