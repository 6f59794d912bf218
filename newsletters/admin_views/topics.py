"""What one can subscribe to, as editors set it up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.viewsets.model import ModelViewSet

from core.models import SiteVersion
from newsletters.choices import Frequency
from newsletters.models import Delivery, Topic, TopicText
from newsletters.services.topics import list_id


class TopicForm(WagtailAdminModelForm):
    """A topic with its name and description in every language of the site."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("languages"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    required_languages = forms.MultipleChoiceField(
        label=gettext_lazy("required languages"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "A bulletin is not sent while its text in one of these is missing or older than its source."
        ),
    )
    frequencies = forms.MultipleChoiceField(
        label=gettext_lazy("frequencies"), choices=Frequency.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Topic
        fields = [
            "slug",
            "kind",
            "list_id",
            "languages",
            "required_languages",
            "frequencies",
            "default_frequency",
            "position",
            "is_open",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = {text.locale: text for text in self.instance.texts.all()} if self.instance.pk else {}
        for code, name in settings.LANGUAGES:
            text = texts.get(code)
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name (%(language)s)") % {"language": name},
                max_length=120,
                initial=text.name if text else "",
                required=code in (self.instance.languages or []),
            )
            self.fields[f"description_{code}"] = forms.CharField(
                label=_("Description (%(language)s)") % {"language": name},
                initial=text.description if text else "",
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        if self.instance.pk:
            self.fields["kind"].disabled = True
            self.fields["list_id"].disabled = Delivery.objects.filter(topic=self.instance).exists()
        else:
            self.fields["list_id"].required = False

    def clean(self) -> dict[str, Any]:
        """Give a new topic its List-Id; refuse to require a language in which nothing is sent."""
        cleaned: dict[str, Any] = super().clean()
        if not cleaned.get("list_id") and cleaned.get("slug"):
            cleaned["list_id"] = list_id(cleaned["slug"])
            if Topic.objects.filter(list_id=cleaned["list_id"]).exclude(pk=self.instance.pk).exists():
                raise ValidationError({"list_id": _("Another topic has this List-Id already.")})
        if not set(cleaned.get("required_languages") or []) <= set(cleaned.get("languages") or []):
            raise ValidationError({"required_languages": _("Only a language of this topic can be required.")})
        return cleaned

    @transaction.atomic
    def save(self, commit: bool = True) -> Topic:
        """Save the topic with its words."""
        topic: Topic = super().save(commit=commit)
        for code, _name in settings.LANGUAGES:
            name, description = self.cleaned_data[f"name_{code}"], self.cleaned_data[f"description_{code}"]
            if name:
                words = {"name": name, "description": description}
                TopicText.objects.update_or_create(topic=topic, locale=code, defaults=words)
            else:
                TopicText.objects.filter(topic=topic, locale=code).delete()
        SiteVersion.bump()
        return topic


class TopicViewSet(ModelViewSet):
    """Topics are never deleted: subscriptions and what was sent point at them. A closed one takes no new subscriptions."""

    model = Topic
    icon = "tag"
    name = "mail_topics"
    menu_label = gettext_lazy("Topics")
    add_to_admin_menu = False
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["slug", "kind", "languages", "position", "is_open"]

    def get_form_class(self, for_update: bool = False) -> type[TopicForm]:
        del for_update
        return TopicForm

    def get_queryset(self, request: Any) -> Any:
        del request
        return Topic.objects.order_by("position", "slug")


topic_viewset = TopicViewSet("mail_topics")
