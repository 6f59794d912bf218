from __future__ import annotations

import pytest

from newsletters.choices import TopicKind
from newsletters.models import Topic, TopicText
from newsletters.services.topics import ALL_POLICIES, ensure_alert_topics, ensure_policy_topic
from tests.factories.policies import issue, make_bilingual_policy, make_page

pytestmark = pytest.mark.django_db


def names(topic: Topic) -> dict[str, str]:
    return dict(topic.texts.values_list("locale", "name"))


class TestEnsureAlertTopics:
    def test_makes_one_for_all_policies_and_one_for_each_published_one(self) -> None:
        policy = make_bilingual_policy()
        make_page("cookies")

        ensure_alert_topics()

        general = Topic.objects.get(slug=ALL_POLICIES)
        assert (general.kind, general.policy, set(names(general))) == (TopicKind.ALERT, None, {"en", "zh-hant"})
        assert list(Topic.objects.exclude(pk=general.pk).values_list("policy", "slug")) == [
            (policy.pk, "policy-privacy")
        ]
        assert names(policy.alert_topic) == {
            "zh-hant": "《隱私權政策》異動通知",
            "en": "Changes of “Privacy policy”",
        }

    def test_can_be_called_again(self) -> None:
        make_bilingual_policy()
        ensure_alert_topics()
        before = list(Topic.objects.order_by("pk").values_list("pk", "list_id"))

        ensure_alert_topics()

        assert list(Topic.objects.order_by("pk").values_list("pk", "list_id")) == before

    def test_keeps_the_words_of_editors(self) -> None:
        policy = make_bilingual_policy()
        ensure_alert_topics()
        TopicText.objects.filter(topic__policy=policy, locale="en").update(name="Privacy news")
        TopicText.objects.filter(topic__slug=ALL_POLICIES, locale="en").update(name="All news")

        ensure_alert_topics()

        assert names(policy.alert_topic)["en"] == "Privacy news"
        assert names(Topic.objects.get(slug=ALL_POLICIES))["en"] == "All news"


class TestEnsurePolicyTopic:
    def test_a_name_made_here_follows_the_title(self) -> None:
        page = make_page()
        policy = issue(page).edition.policy
        ensure_policy_topic(policy)
        issue(page, on="2024-03-01", title="隱私權及個人資料保護政策")

        topic = ensure_policy_topic(policy)

        assert names(topic) == {"zh-hant": "《隱私權及個人資料保護政策》異動通知"}

    def test_a_language_that_comes_later_gets_its_name_then(self) -> None:
        policy = issue(make_page()).edition.policy
        ensure_policy_topic(policy)
        issue(make_page(language="en"), on="2024-02-01")

        assert set(names(ensure_policy_topic(policy))) == {"en", "zh-hant"}

    def test_a_long_title_is_cut(self) -> None:
        policy = issue(make_page(title="長" * 200)).edition.policy

        assert len(names(ensure_policy_topic(policy))["zh-hant"]) == 120
