"""What one can subscribe to."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from newsletters.choices import Frequency, TopicKind
from policies.models import Policy


def all_languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def all_frequencies() -> list[str]:
    return list(Frequency.values)


class Topic(models.Model):
    """Something that people subscribe to: a kind of bulletin, or changes of one policy or of all. May be edited.

    `list_id` is the identifier of RFC 2919, fixed once mail was sent under it. An alert topic without a policy stands
    for all policies. A closed topic takes no new subscriptions; its old ones go on.
    """

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=TopicKind)
    policy = models.OneToOneField(
        Policy, verbose_name=_("policy"), on_delete=models.PROTECT, null=True, blank=True, related_name="alert_topic"
    )
    list_id = models.CharField(_("List-Id"), max_length=255, unique=True)
    languages = ArrayField(models.CharField(max_length=12), verbose_name=_("languages"), default=all_languages)
    frequencies = ArrayField(
        models.CharField(max_length=20, choices=Frequency), verbose_name=_("frequencies"), default=all_frequencies
    )
    default_frequency = models.CharField(
        _("usual frequency"), max_length=20, choices=Frequency, default=Frequency.IMMEDIATE
    )
    required_languages = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("required languages"),
        default=all_languages,
        help_text=_("A bulletin is not sent while its text in one of these is missing or older than its source."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_open = models.BooleanField(_("takes new subscriptions"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=TopicKind.ALERT) | Q(policy=None), name="newsletters_topic_policy_means_alert"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class TopicText(models.Model):
    """How a topic introduces itself in one language. May be edited."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="texts")
    locale = models.CharField(_("language"), max_length=12, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True, help_text=_("What is sent, and about how often."))

    class Meta:
        verbose_name = _("topic’s words")
        verbose_name_plural = _("topics’ words")
        constraints = [models.UniqueConstraint(fields=["topic", "locale"], name="newsletters_topictext_language")]

    def __str__(self) -> str:
        return self.name
