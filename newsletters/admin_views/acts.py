"""Acts of an operator. Each asks first, and is kept in Wagtail's history with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.log_actions import log

from newsletters.admin_views.base import MailScreen, may_operate
from newsletters.admin_views.mailing import title_of
from newsletters.choices import DeliveryState, MailingKind
from newsletters.errors import MailingRefused
from newsletters.models import Delivery, Mailing
from newsletters.services.mailings import cancel_mailing, pause_mailing, resume_mailing
from newsletters.services.uncertain import Decision, decide_uncertain
from policies.admin_views.asking import AskingView

if TYPE_CHECKING:
    from django.http import HttpRequest

    from newsletters.admin_views.base import Visitor


class ReasonForm(forms.Form):
    """Why it is done."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept in the history with your name."),
    )


class ConfirmForm(forms.Form):
    """Nothing but the button."""


class CancelForm(ReasonForm):
    """A reason, and that it is meant."""

    confirmed = forms.BooleanField(label=gettext_lazy("I have read what this does and mean it."))


class DecisionForm(ReasonForm):
    """What is to become of uncertain messages, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            (Decision.SEND_AGAIN.value, gettext_lazy("Send again: some readers may get it twice")),
            (Decision.ACCEPTED.value, gettext_lazy("Settle: it was accepted")),
            (Decision.GIVEN_UP.value, gettext_lazy("Settle: it was not accepted, and is not sent again")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ["decision", "reason"]


class ActView(MailScreen, AskingView):
    """An act on a mailing, from whose screen it is reached."""

    mailing: Mailing

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.mailing = get_object_or_404(Mailing, pk=kwargs["mailing_id"])

    def is_for(self, user: Visitor) -> bool:
        return may_operate(user)

    def get_success_url(self) -> str:
        return reverse("avow_mail:mailing", args=[self.mailing.pk])

    def keep(self, action: str, reason: str) -> None:
        """Put the act into the history."""
        log(instance=self.mailing, action=action, user=self.request.user, data={"reason": reason})

    def get_trail(self) -> list[dict[str, Any]]:
        return [{"url": self.get_success_url(), "label": title_of(self.mailing)}]


class PauseView(ActView):
    form_class = ReasonForm
    button = gettext_lazy("Pause")

    def get_page_title(self) -> str:
        return _("Pause the mailing")

    def explain(self) -> list[str]:
        sentences = [
            _("No further message of it leaves; those being handed over at this moment still do."),
            _("It can be resumed at any time. Nobody gets it twice."),
        ]
        if self.mailing.kind == MailingKind.TRANSACTIONAL:
            sentences.append(_("This is system mail: while it is paused, nobody can confirm a subscription."))
        return sentences

    def act(self, form: ReasonForm) -> str:
        reason = form.cleaned_data["reason"]
        pause_mailing(mailing=self.mailing, reason=reason)
        self.keep("newsletters.pause", reason)
        return _("The mailing is paused.")


class ResumeView(ActView):
    form_class = ConfirmForm
    button = gettext_lazy("Resume")

    def get_page_title(self) -> str:
        return _("Resume the mailing")

    def explain(self) -> list[str]:
        sentences = [_("The workers go on with the messages that wait.")]
        if self.mailing.paused_reason:
            sentences.insert(0, _("It was paused: %(reason)s") % {"reason": self.mailing.paused_reason})
        return sentences

    def act(self, form: forms.Form) -> str:
        del form
        resume_mailing(mailing=self.mailing)
        self.keep("newsletters.resume", "")
        return _("The mailing goes on.")


class CancelView(ActView):
    form_class = CancelForm
    button = gettext_lazy("Cancel for good")
    is_serious = True

    def get_page_title(self) -> str:
        return _("Cancel the mailing")

    def explain(self) -> list[str]:
        return [
            _("What waits is not sent. What was accepted cannot be called back."),
            _("Its page in the archive says that it was withdrawn. This cannot be undone."),
        ]

    def act(self, form: CancelForm) -> str:
        if self.mailing.kind == MailingKind.TRANSACTIONAL:
            raise MailingRefused(_("System mail cannot be cancelled. Pause it instead."))
        reason = form.cleaned_data["reason"]
        stopped = cancel_mailing(mailing=self.mailing, at=timezone.now(), reason=reason)
        self.keep("newsletters.cancel", reason)
        return ngettext(
            "The mailing is cancelled; %(count)s message was stopped.",
            "The mailing is cancelled; %(count)s messages were stopped.",
            stopped,
        ) % {"count": number_format(stopped)}


class DecideView(ActView):
    """Decides about one uncertain message, or about all of a mailing."""

    form_class = DecisionForm
    button = gettext_lazy("Decide")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.number: int | None = kwargs.get("delivery_id")
        uncertain = Delivery.objects.filter(mailing=self.mailing)
        if self.number is not None:
            get_object_or_404(uncertain, pk=self.number)
            self.count = 1
        else:
            self.count = uncertain.filter(state=DeliveryState.UNCERTAIN).count()

    def get_page_title(self) -> str:
        return _("Decide about uncertain messages")

    def get_page_subtitle(self) -> str:
        return f"#{self.number}" if self.number is not None else ""

    def explain(self) -> list[str]:
        count = ngettext(
            "It is not known whether %(count)s message was accepted: the connection broke after it was handed over and before the answer came.",
            "It is not known whether %(count)s messages were accepted: the connection broke after they were handed over and before the answer came.",
            self.count,
        ) % {"count": number_format(self.count)}
        return [
            count,
            _("The relay’s log knows: “manage.py reconcile_mail_log” settles what it finds there."),
            _("Sending again asks once more whether the reader still wants it."),
        ]

    def act(self, form: DecisionForm) -> str:
        count = decide_uncertain(
            mailing=self.mailing,
            decision=Decision(form.cleaned_data["decision"]),
            reason=form.cleaned_data["reason"],
            user=self.request.user,
            at=timezone.now(),
            delivery_number=self.number,
        )
        return ngettext("%(count)s message was decided.", "%(count)s messages were decided.", count) % {
            "count": number_format(count)
        }
