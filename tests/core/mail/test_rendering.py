from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import override_settings
from lxml import html as parser

from core.languages import html_language
from core.mail import MailContent, MailContentError, render_mail, resolve
from core.models import Agency

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

VALUES = {"unsubscribe_url": "https://www.ola.example/u/T0k-en_/", "preferences_url": "https://www.ola.example/p/T0k/"}


@pytest.fixture(autouse=True)
def _sample_templates() -> Iterator[None]:
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[-1]["DIRS"].append(Path(__file__).parent / "templates")
    with override_settings(TEMPLATES=engines):
        yield


@pytest.fixture
def agency() -> Agency:
    return Agency.objects.create(
        language="zh-hant",
        name="海外聯絡署",
        unit="法制及個資保護室",
        privacy_officer="個人資料保護長",
        postal_address="100001臺北市示範區範例路1段100號",
        telephone="+886 2 0000 0100",
        email="privacy@ola.example",
    )


def mail(language: str = "zh-hant", **context: Any) -> MailContent:
    words = {"headline": "電子報第一期", "words": "本期內容。", "topic_name": "政策消息", **context}
    return render_mail("sample", language=language, context=words)


def page(content: MailContent) -> parser.HtmlElement:
    return parser.document_fromstring(resolve(content.html, VALUES))


class TestRenderMail:
    def test_says_its_language_and_direction(self, agency: Agency) -> None:
        root = page(mail())

        assert (root.get("lang"), root.get("dir")) == ("zh-Hant", "ltr")
        assert root.xpath("//title/text()") == ["電子報第一期"]

    def test_carries_the_agencys_identity_in_both_bodies(self, agency: Agency) -> None:
        content = mail()

        for body in (page(content).text_content(), resolve(content.text, VALUES)):
            for words in (agency.name, agency.unit, agency.postal_address, agency.privacy_officer, agency.email):
                assert words in body

    def test_gives_the_reason_in_its_own_language(self, agency: Agency) -> None:
        content = mail("en", headline="Issue 1", words="News.", topic_name="Policy news")

        assert "subscribed to “Policy news”" in " ".join(resolve(content.text, VALUES).split())
        assert "訂閱了海外聯絡署的「政策消息」" in page(mail()).text_content()

    def test_keeps_places_for_what_each_reader_gets(self, agency: Agency) -> None:
        content = mail()

        for body in (content.html, content.text):
            assert [part["value"] for part in body if isinstance(part, dict)] == ["unsubscribe_url", "preferences_url"]
            assert "avowvalue" not in resolve(body, VALUES)
        assert page(content).xpath("//a/@href")[:2] == list(VALUES.values())
        assert VALUES["unsubscribe_url"] in resolve(content.text, VALUES).splitlines()

    def test_a_text_cannot_plant_such_a_place(self, agency: Agency) -> None:
        content = mail(words="avowvalue" + "0" * 32 + "xunsubscribe_urlx")

        assert sum(isinstance(part, dict) for part in content.html) == 2

    def test_says_whose_it_is_in_another_language_when_the_card_is_missing(self, agency: Agency) -> None:
        root = page(mail("en"))

        assert root.get("lang") == "en"
        assert root.xpath("//p[strong='海外聯絡署']/@lang") == [html_language("zh-hant")]

    def test_names_the_site_when_there_is_no_card_at_all(self) -> None:
        content = mail("en")

        assert f"of {settings.WAGTAIL_SITE_NAME} and confirmed it." in " ".join(resolve(content.text, VALUES).split())
        assert "None" not in page(content).text_content()

    def test_escapes_words_in_html_and_leaves_them_in_text(self, agency: Agency) -> None:
        content = mail(headline="A & B <b>", words="</mj-text><script>alert(1)</script> &copy; 'q' \"q\"")

        assert page(content).xpath("//script") == []
        assert "</mj-text><script>alert(1)</script> &copy; 'q' \"q\"" in page(content).text_content()
        assert "A & B <b>" in resolve(content.text, VALUES)

    def test_a_subject_is_one_line(self, agency: Agency) -> None:
        content = mail(headline="電子報\r\nBcc: victim@agency.example\u2028第一期 " + "長" * 300)

        assert content.subject.startswith("電子報 Bcc: victim@agency.example 第一期 長")
        assert len(content.subject) == 250
        assert content.subject.isprintable()

    def test_fetches_nothing(self, agency: Agency) -> None:
        source = resolve(mail().html, VALUES)

        for fetching in ("src=", "url(", "@import", "<link", "fonts."):
            assert fetching not in source

    def test_keeps_its_colours_for_dark_screens(self, agency: Agency) -> None:
        source = resolve(mail().html, VALUES)

        assert '<meta name="color-scheme" content="light dark">' in source
        assert "@media (prefers-color-scheme: dark)" in source

    def test_takes_an_image_of_the_site(self, agency: Agency) -> None:
        address = f"{settings.WAGTAILADMIN_BASE_URL}/media/images/map.png"

        assert page(mail(image=address, alt="路線圖")).xpath("//img/@alt") == ["路線圖"]

    @pytest.mark.parametrize(
        ("planted", "fault"),
        [
            ({"image": "https://tracker.example/p.png"}, "comes from outside"),
            ({"image": "//tracker.example/p.png"}, "comes from outside"),
            ({"image": f"{settings.WAGTAILADMIN_BASE_URL}/media/../open/1.png"}, "comes from outside"),
            ({"raw": '<img src="http://127.0.0.1:8000/media/a.png" />'}, "no text alternative"),
            ({"raw": '<div style="background: url(https://tracker.example/p)"></div>'}, "by its styles"),
            ({"raw": "<style>@import 'https://tracker.example/c.css';</style>"}, "by its styles"),
            ({"raw": '<table background="https://tracker.example/p.png"></table>'}, "“background”"),
            ({"raw": '<link rel="preload" as="image" href="https://tracker.example/p.png" />'}, "<link>"),
            ({"raw": "<script>go()</script>"}, "<script>"),
            ({"raw": '<!--[if mso]><v:fill src="https://tracker.example/p.png" /><![endif]-->'}, "one mail program"),
            ({"raw": '<meta http-equiv="Refresh" content="0" />'}, "elsewhere"),
            ({"raw": '<a href="javascript:go()">go</a>'}, "leads nowhere"),
            ({"raw": '<a href="/en/policies/">relative</a>'}, "leads nowhere"),
        ],
    )
    def test_refuses_what_would_be_fetched_or_tell_who_reads(self, planted: dict[str, str], fault: str) -> None:
        with pytest.raises(MailContentError, match=fault):
            mail("en", **planted)

    def test_drops_style_sheets_of_others(self) -> None:
        content = mail("en", raw='<link rel="stylesheet" href="https://tracker.example/c.css" />')

        assert "tracker.example" not in resolve(content.html, VALUES)

    def test_refuses_an_image_with_an_address_for_each_reader(self) -> None:
        beacon = "{% load mail %}<img alt='' src='http://127.0.0.1:8000/media/{% value \"preferences_url\" %}' />"
        engines = copy.deepcopy(settings.TEMPLATES)
        source = (
            '{% extends "email/subscription.mjml" %}{% block content %}<mj-raw>' + beacon + "</mj-raw>{% endblock %}"
        )
        engines[-1]["APP_DIRS"] = False
        engines[-1]["OPTIONS"]["loaders"] = [
            ("django.template.loaders.locmem.Loader", {"email/sample/body.mjml": source}),
            "django.template.loaders.filesystem.Loader",
        ]
        engines[-1]["DIRS"].append(Path(__file__).parent / "templates")

        with override_settings(TEMPLATES=engines), pytest.raises(MailContentError, match="tell who reads"):
            mail("en")
