from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest

from newsletters.models import BulletinPage
from newsletters.services import readiness
from newsletters.services.readiness import gather_facts, subject_warnings
from tests.factories.newsletters import NOW, make_subscriber, make_subscription, make_topic, name_topic
from tests.factories.policies import issue, make_page
from tests.newsletters.bulletins import CHINESE, approve, make_bulletin, make_image, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db


def reload(page: BulletinPage) -> BulletinPage:
    return BulletinPage.objects.get(pk=page.pk)


def refusals(page: BulletinPage) -> str:
    return " ".join(gather_facts(page, at=NOW).refusals)


#: Wagtail leaves the files of new renditions to the garbage collector.
SPOOLED = "ignore:Unclosed file:ResourceWarning"


@pytest.fixture
def image() -> Iterator[Any]:
    yield make_image()
    gc.collect()


class TestGatherFacts:
    def test_counts_readers_and_says_what_they_get(self) -> None:
        topic = name_topic(make_topic(required_languages=["zh-hant"]))
        make_subscriber(topics=(topic,), locale="zh-hant")
        make_subscriber(topics=(topic,))
        make_subscription(make_subscriber(), topic, waits_for_language=True)
        source = make_bulletin(topic)
        approve(source)

        facts = gather_facts(source, at=NOW)

        english, chinese = facts.languages
        assert (english.readers, english.waiting, english.gets, english.receiving) == (2, 1, "zh-hant", 1)
        assert (chinese.readers, chinese.gets, chinese.receiving) == (1, "zh-hant", 1)
        assert (facts.receiving, facts.refusals) == (2, [])
        assert chinese.size > 1000

    def test_refuses_while_a_required_language_is_missing(self) -> None:
        source = make_bulletin()
        approve(source)

        assert "English is required. There is no page in this language." in refusals(source)

    def test_refuses_what_is_not_approved(self) -> None:
        source = make_bulletin()
        translate(source)
        approve(source)

        assert "English is required. Its text is not approved yet." in refusals(source)

    def test_refuses_a_translation_older_than_its_source(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()
        approve(source, english)

        assert "English: Older than its source: 1 parts are, and 0 are missing." in refusals(source)

    def test_refuses_a_copy_that_nobody_translated(self) -> None:
        source = make_bulletin()
        english = translate(source, title=source.title, summary=source.summary, body=source.body.raw_data)
        approve(source, english)

        assert "English: The text is not in this language." in refusals(source)

    def test_warns_of_a_part_that_nobody_translated(self) -> None:
        source = make_bulletin()
        english = translate(source)
        body = list(english.body.raw_data)
        body[0] = {**body[0], "value": source.body.raw_data[0]["value"] + "：隱私權政策修正公布"}
        english.body = body
        english.save_revision()
        approve(source, english)

        (found,) = gather_facts(source, at=NOW).languages[0].warnings

        assert "another language: 本期重點" in found

    def test_refuses_a_link_that_leads_nowhere(self) -> None:
        links = [
            {"text": "政策", "url": "/zh-hant/policies/"},
            {"text": "無", "url": "/zh-hant/policies/nothing/"},
            {"text": "外部", "url": "https://nowhere.invalid/"},
        ]
        source = make_bulletin(body=[("links", {"title": "連結", "links": links})])
        approve(source)

        facts = gather_facts(source, at=NOW).languages[1]

        assert [link.finding for link in facts.links] == ["works", "broken", "unchecked"]
        assert "policies/nothing/ leads nowhere." in facts.faults[0]

    def test_refuses_a_change_that_has_no_text_in_the_language(self) -> None:
        edition = issue(make_page()).edition
        source = make_bulletin(body=[("change", {"edition": str(edition.pk), "clauses": []})])
        approve(source, translate(source, body=source.body.raw_data))

        assert "English: Edition privacy 1.0 has no text in this language." in refusals(source)

    def test_refuses_a_megabyte_of_text_before_anything_is_made_of_it(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(readiness, "render_article", None)  # would be called in vain
        source = make_bulletin(body=[("text", f"<p>{'本署網站的隱私權政策修正公布。' * 70_000}</p>")])
        approve(source)

        found = refusals(source)

        assert "The text is longer than 100,000 characters." in found

    @pytest.mark.filterwarnings(SPOOLED)
    @pytest.mark.parametrize("loss", ["row", "file", "content"])
    def test_refuses_a_bulletin_whose_image_is_missing(self, image: Any, loss: str) -> None:
        source = make_bulletin(body=[*CHINESE, ("picture", {"image": image, "alt": "標誌"})])
        approve(source)
        assert "image" not in refusals(source)
        image.renditions.all().delete()
        if loss == "row":
            image.delete()
        elif loss == "file":
            image.file.storage.delete(image.file.name)
        else:
            with image.file.storage.open(image.file.name, "wb") as file:
                file.write(b"no image")

        assert "1 image is missing." in refusals(source)
        for mode in ("mail", "text", "web"):
            assert reload(source).make_preview_request(preview_mode=mode).status_code == 200

    @pytest.mark.filterwarnings(SPOOLED)
    def test_refuses_a_bulletin_whose_image_was_made_and_lost(self, image: Any) -> None:
        source = make_bulletin(body=[*CHINESE, ("picture", {"image": image, "alt": "標誌"})])
        approve(source)
        assert "image" not in refusals(source)
        rendition = image.renditions.get()
        rendition.file.storage.delete(rendition.file.name)

        assert "1 image is missing." in refusals(source)


class TestSubjectWarnings:
    @pytest.mark.parametrize(
        ("subject", "word"),
        [
            ("長" * 40, "long"),
            ("FREE MONEY today", "shouts"),
            ("快來看！！", "shouts"),
            ("★★ 特別報導", "shouts"),
            ("Re: your request", "answer"),
            ("回覆：您的申請", "answer"),
            ("News 🎉", "pictographs"),
        ],
    )
    def test_tells_what_filters_dislike(self, subject: str, word: str) -> None:
        assert word in " ".join(subject_warnings(subject))

    @pytest.mark.parametrize(
        "subject", ["《隱私權政策》修正公布", "ICAO rules for travellers", "Privacy: what is new?"]
    )
    def test_leaves_plain_subjects_alone(self, subject: str) -> None:
        assert subject_warnings(subject) == []
