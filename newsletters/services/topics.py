"""The topics that exist by themselves: changes of any policy, and changes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from core.languages import language_codes
from newsletters.choices import TopicKind
from newsletters.models import Topic, TopicText
from policies.models import EditionText, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The address of the topic for changes of all policies.
ALL_POLICIES = "all-policies"
_LONGEST_SLUG = 80
_LONGEST_NAME = 120


def list_id(slug: str) -> str:
    """Return the List-Id (RFC 2919) that a new topic gets."""
    return f"{slug}.{settings.AVOW_MAIL_DOMAIN}"


@transaction.atomic
def ensure_alert_topics() -> None:
    """Make what is missing of the alert topics: the one for all policies, and one for each that was ever published.

    Names and descriptions that editors wrote stay; a name made here follows the policy's title.
    """
    _ensure_general_topic()
    titles = _newest_titles()
    for policy in Policy.objects.published().filter(pk__in=titles).order_by("pk"):
        _ensure_policy_topic(policy, titles[policy.pk])


@transaction.atomic
def ensure_policy_topic(policy: Policy) -> Topic:
    """Return the topic for changes of `policy`, made if it is missing, with a name in each language it has a text in."""
    return _ensure_policy_topic(policy, _newest_titles(policy).get(policy.pk, {}))


def _ensure_general_topic() -> None:
    topic, is_new = Topic.objects.get_or_create(
        slug=ALL_POLICIES, defaults={"kind": TopicKind.ALERT, "list_id": list_id(ALL_POLICIES), "position": 10}
    )
    if not is_new:
        return
    for code in language_codes():
        with override(code):
            name = gettext("Changes of all policies")
            description = gettext("A mail whenever a policy changes in a way that readers need to know of.")
        TopicText.objects.create(topic=topic, locale=code, name=name, description=description)


def _ensure_policy_topic(policy: Policy, titles: Mapping[str, list[str]]) -> Topic:
    slug = f"policy-{policy.slug}"
    if len(slug) > _LONGEST_SLUG:
        slug = f"policy-{policy.pk}"
    topic, _is_new = Topic.objects.get_or_create(
        policy=policy, defaults={"slug": slug, "kind": TopicKind.ALERT, "list_id": list_id(slug), "position": 20}
    )
    texts = {text.locale: text for text in topic.texts.all()}
    for locale, names in titles.items():
        newest, *former = [_name(title, locale) for title in names]
        text = texts.get(locale)
        if text is None:
            TopicText.objects.create(topic=topic, locale=locale, name=newest)
        elif text.name in former and text.name != newest:
            text.name = newest
            text.save(update_fields=["name"])
    return topic


def _name(title: str, language: str) -> str:
    with override(language):
        name = gettext("Changes of “%(title)s”") % {"title": title}
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _newest_titles(policy: Policy | None = None) -> dict[int, dict[str, list[str]]]:
    """Return, by policy and language, the titles it ever had, newest first."""
    texts = EditionText.objects.newest_first()
    if policy is not None:
        texts = texts.filter(edition__policy=policy)
    titles: dict[int, dict[str, list[str]]] = {}
    for policy_id, locale, title in texts.values_list("edition__policy_id", "locale", "title"):
        found = titles.setdefault(policy_id, {}).setdefault(locale, [])
        if title not in found:
            found.append(title)
    return titles
