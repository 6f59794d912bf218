"""What readers type and tick, checked without looking up who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core import form_tokens
from core.mail_addresses import AddressRefusedError, MailAddress, parse_address
from core.tokens import BadTokenError
from newsletters.choices import Frequency
from newsletters.consent_words import consent_body
from newsletters.services.subscription_rows import Choice

if TYPE_CHECKING:
    import datetime as dt

    from newsletters.models import Topic
    from newsletters.shown_topics import ShownTopic


def make_form_token(language: str, *, at: dt.datetime) -> str:
    """Return what a form holds in place of a cookie: when it was made, and which words it showed."""
    return form_tokens.make_form_token(_words(language), at=at)


def read_form_token(token: str, language: str) -> tuple[dt.datetime, bool]:
    """Return when a form was made, and whether it showed the words of today; raise `BadTokenError`."""
    return form_tokens.read_form_token(token, _words(language))


def _words(language: str) -> str:
    return f"{language}\n{consent_body(language)}"


class SignUpForm(forms.Form):
    """The sign-up. Every field is bounded; nothing typed comes back in a message."""

    address = forms.CharField(required=False, strip=False)
    topic = forms.MultipleChoiceField(
        error_messages={
            "required": _("Choose at least one topic."),
            "invalid_choice": _("One of the topics is not offered any more. Choose again."),
            "invalid_list": _("Choose at least one topic."),
        }
    )
    locale = forms.ChoiceField(
        choices=settings.LANGUAGES,
        error_messages={
            "required": _("Choose a language."),
            "invalid_choice": _("This language is not offered. Choose another one."),
        },
    )
    frequency = forms.ChoiceField(
        choices=Frequency.choices,
        required=False,
        error_messages={"invalid_choice": _("This frequency is not offered. Choose another one.")},
    )
    waits_for_language = forms.BooleanField(required=False)

    def __init__(self, *args: Any, topics: list[ShownTopic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._topics = {shown.topic.slug: shown.topic for shown in topics}
        field = self.fields["topic"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [(slug, slug) for slug in self._topics]

    def clean_address(self) -> MailAddress:
        """Read the address by the standards, or say what to do."""
        try:
            return parse_address(
                self.cleaned_data["address"], takes_international=settings.AVOW_INTERNATIONAL_ADDRESSES
            )
        except AddressRefusedError as error:
            raise forms.ValidationError(error.reason) from error

    def chosen_topics(self) -> list[Topic]:
        """Return what was ticked, each once."""
        return [topic for slug, topic in self._topics.items() if slug in set(self.cleaned_data["topic"])]


class PreferencesForm(SignUpForm):
    """The same for somebody who is subscribed: each topic with its own frequency, and no topic is leaving."""

    def __init__(self, *args: Any, topics: list[ShownTopic], **kwargs: Any) -> None:
        super().__init__(*args, topics=topics, **kwargs)
        del self.fields["address"], self.fields["frequency"]
        self.fields["topic"].required = False
        for slug in self._topics:
            self.fields[f"frequency-{slug}"] = forms.ChoiceField(
                choices=Frequency.choices,
                required=False,
                error_messages={"invalid_choice": _("This frequency is not offered. Choose another one.")},
            )

    def choices(self) -> list[Choice]:
        """Return what was ticked, with the frequency of each."""
        return [
            Choice(topic=topic, frequency=self.cleaned_data[f"frequency-{topic.slug}"])
            for topic in self.chosen_topics()
        ]


def is_form_token_sound(token: str, language: str) -> bool:
    """Whether a form of ours that showed the words of today holds `token`."""
    try:
        _made, is_today = read_form_token(token, language)
    except BadTokenError:
        return False
    return is_today
