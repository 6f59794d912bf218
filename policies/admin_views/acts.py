"""Acts on the record: withdraw, reinstate, correct a note, announce a date. Each asks, and then cannot be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.dates import format_date, today
from core.languages import language_name
from policies.admin_views.asking import AskingView
from policies.admin_views.base import PolicyScreen
from policies.choices import EditionKind
from policies.forms import CivilDateField, CivilDateInput, describe_edition
from policies.models import Edition, EditionText, Policy
from policies.services import (
    StandingOrder,
    announce_effective_date,
    correct_note,
    reinstate_policy,
    withdraw_policy,
)
from policies.services.planning import find_standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.utils.functional import Promise

    from policies.services.planning import Standing


class ActForm(forms.Form):
    """A form whose last field says that the act is meant."""

    confirmed = forms.BooleanField(label=gettext_lazy("I have read what this does and mean it."))

    field_order: list[str] | None = None


class _DatedForm(ActForm):
    """From when something applies, and whether it takes the place of what is announced."""

    effective_from = CivilDateField(label=gettext_lazy("Effective from"), widget=CivilDateInput())
    document_no = forms.CharField(label=gettext_lazy("Document number"), required=False, max_length=120)

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not standing.announced:
            return
        announced = pgettext("between words", ", ").join(describe_edition(e, standing) for e in standing.announced)
        self.fields["replaces_announced"] = forms.BooleanField(
            label=_("It takes the place of what is announced for that day or later, which never applies."),
            help_text=announced,
            required=False,
        )

    @property
    def replaces_announced(self) -> bool:
        """Whether its editor confirmed that announced editions never apply."""
        return bool(self.cleaned_data.get("replaces_announced"))


class StandingForm(_DatedForm):
    """When a withdrawal or a reinstatement applies, and why, in every language the policy has a text in."""

    def __init__(self, *args: Any, locales: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locales = locales
        for locale in locales:
            label = _("Notice to readers (%(language)s)") % {"language": language_name(locale)}
            self.fields[locale] = forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}))
        self.order_fields([*locales, "effective_from", "document_no", "replaces_announced", "confirmed"])

    @property
    def notices(self) -> dict[str, str]:
        """The notices by language."""
        return {locale: self.cleaned_data[locale] for locale in self.locales}


class NoteForm(ActForm):
    """A change note as it should have been."""

    note = forms.CharField(label=gettext_lazy("Corrected note"), widget=forms.Textarea(attrs={"rows": 4}))
    reason = forms.CharField(
        label=gettext_lazy("Why it is corrected"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ["note", "reason", "confirmed"]


class DateForm(_DatedForm):
    """The date of an edition that was issued with its date to be announced."""

    field_order = ["effective_from", "document_no", "replaces_announced", "confirmed"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


class ActView(PolicyScreen, AskingView):
    """An act on the record of a policy, from which it is reached."""

    def get_success_url(self) -> str:
        return reverse("avow_policies:record", args=[self.policy.pk])


@dataclass(frozen=True, kw_only=True)
class StandingAct:
    """A withdrawal or a reinstatement as its screen speaks of it."""

    title: str | Promise
    button: str | Promise
    effects: tuple[str | Promise, ...]
    done: str | Promise
    do: Callable[[StandingOrder], Edition]
    is_serious: bool = False


STANDING_ACTS = {
    EditionKind.WITHDRAWAL: StandingAct(
        title=gettext_lazy("Withdraw"),
        button=gettext_lazy("Withdraw the policy"),
        effects=(
            gettext_lazy("A withdrawal is an edition of its own. From its date the policy no longer applies."),
            gettext_lazy("The text stays readable under your notice, with all earlier editions."),
            gettext_lazy("The policy can be reinstated later, by another edition."),
        ),
        done=gettext_lazy("Edition %(number)s withdraws the policy."),
        do=withdraw_policy,
        is_serious=True,
    ),
    EditionKind.REINSTATEMENT: StandingAct(
        title=gettext_lazy("Reinstate"),
        button=gettext_lazy("Reinstate the policy"),
        effects=(
            gettext_lazy(
                "A reinstatement is an edition of its own. From its date the policy applies again, with the text it had."
            ),
            gettext_lazy("To change the text as well, reinstate first and publish a new edition afterwards."),
        ),
        done=gettext_lazy("Edition %(number)s reinstates the policy."),
        do=reinstate_policy,
    ),
}


class StandingView(ActView):
    """Withdraws or reinstates a policy; which of both, `kind` says."""

    form_class = StandingForm
    kind: EditionKind = EditionKind.WITHDRAWAL

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.policy = get_object_or_404(Policy, pk=kwargs["policy_id"])
        self.words = STANDING_ACTS[self.kind]
        self.button, self.is_serious = self.words.button, self.words.is_serious

    def get_page_title(self) -> str:
        return str(self.words.title)

    def get_form_kwargs(self) -> dict[str, Any]:
        texts = EditionText.objects.filter(edition__policy=self.policy)
        locales = set(texts.order_by("locale").values_list("locale", flat=True).distinct())
        first = self.policy.prevailing_locale
        return {
            **super().get_form_kwargs(),
            "locales": sorted(locales, key=lambda locale: (locale != first, locale)),
            "standing": find_standing(self.policy.pk, on=today()),
            "initial": {"effective_from": today()},
        }

    def explain(self) -> list[str]:
        return [str(sentence) for sentence in self.words.effects]

    def act(self, form: StandingForm) -> str:
        edition = self.words.do(
            StandingOrder(
                policy=self.policy,
                notices=form.notices,
                effective_from=form.cleaned_data["effective_from"],
                document_no=form.cleaned_data["document_no"],
                replaces_announced=form.replaces_announced,
                issued_at=timezone.now(),
                issued_by=str(self.request.user),
            )
        )
        return str(self.words.done) % {"number": edition.number}


class CorrectNoteView(ActView):
    """Puts a change note right by a new row."""

    form_class = NoteForm
    button = gettext_lazy("Publish the corrected note")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.text = get_object_or_404(EditionText.objects.select_related("edition__policy"), pk=kwargs["text_id"])
        self.policy = self.text.edition.policy

    def get_initial(self) -> dict[str, Any]:
        newest = self.text.note_corrections.order_by("-sequence").first()
        return {"note": newest.note if newest else self.text.change_note}

    def get_page_title(self) -> str:
        return _("Correct the change note of edition %(number)s (%(language)s)") % {
            "number": self.text.edition.number,
            "language": language_name(self.text.locale),
        }

    def explain(self) -> list[str]:
        return [
            _(
                "Readers see the corrected note with the day it was corrected. The note they saw before stays in the record."
            ),
            _("Correct a note for a slip in it. If the text itself is wrong, publish a new edition."),
        ]

    def act(self, form: NoteForm) -> str:
        correct_note(
            text=self.text,
            note=form.cleaned_data["note"],
            reason=form.cleaned_data["reason"],
            issued_at=timezone.now(),
            issued_by=str(self.request.user),
        )
        return _("The change note of edition %(number)s was corrected.") % {"number": self.text.edition.number}


class AnnounceDateView(ActView):
    """Fills the date of an edition that was *to be announced*."""

    form_class = DateForm
    button = gettext_lazy("Announce the date")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.edition = get_object_or_404(Edition.objects.select_related("policy"), pk=kwargs["edition_id"])
        self.policy = self.edition.policy

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "standing": find_standing(self.policy.pk, on=today())}

    def get_page_title(self) -> str:
        return _("Announce when edition %(number)s takes effect") % {"number": self.edition.number}

    def explain(self) -> list[str]:
        return [_("The date is added to the record and shown at once. It cannot be changed afterwards.")]

    def act(self, form: DateForm) -> str:
        announced = announce_effective_date(
            edition=self.edition,
            effective_from=form.cleaned_data["effective_from"],
            document_no=form.cleaned_data["document_no"],
            replaces_announced=form.replaces_announced,
            issued_at=timezone.now(),
            issued_by=str(self.request.user),
        )
        language = self.request.LANGUAGE_CODE if hasattr(self.request, "LANGUAGE_CODE") else "en"
        date = format_date(announced.effective_from, language)
        return _("Edition %(number)s takes effect on %(date)s.") % {"number": self.edition.number, "date": date}
