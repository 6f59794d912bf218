from __future__ import annotations

import pytest
from django.test import Client

from core.data_register import register
from core.data_register.codes import Category, Purpose
from core.data_register.notices import notice_of
from core.models import Agency
from newsletters.consent_words import SIGN_UP_FORM
from newsletters.periods import CONTEXT_KEPT, LEFT_KEPT
from tests.pages import Page

pytestmark = pytest.mark.django_db


class TestNotice:
    def items(self, language: str = "en") -> list[str]:
        return [paragraph.text for paragraph in notice_of(SIGN_UP_FORM, language)]

    def test_says_all_that_article_8_asks_for(self):
        Agency.objects.create(language="en", name="Immigration Office", unit="Data Unit", email="dpo@agency.example")
        who, why, what, how_long, where, rights, without = self.items()
        assert who == "Immigration Office · Data Unit · dpo@agency.example"
        assert "135" in why
        assert "069" in why
        assert "Article 15" in why
        assert "E-mail address" in what
        assert "Network (not which machine)" in what
        assert "C001" in what
        assert f"{LEFT_KEPT.days} days after" in how_long
        assert f"{CONTEXT_KEPT.days} days" in how_long
        assert "Immigration Office" in where
        assert "Article 3" in rights
        assert "15 days" in rights
        assert "only mail cannot be sent" in without

    def test_is_in_the_language_asked_for(self):
        assert "個人資料保護法" in self.items("zh-hant")[5]

    def test_names_purposes_and_categories_as_the_ministry_does(self):
        why, what = self.items("zh-hant")[1:3]
        assert "135 資（通）訊服務" in why
        assert "069 契約、類似契約或其他法律關係事務" in why
        assert "C001 辨識個人者" in what

    def test_costs_one_query(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            self.items()

    def test_is_there_for_every_form_that_collects(self):
        collecting = [name for name, form in register.forms().items() if form.collects and form.why]
        assert SIGN_UP_FORM in collecting
        for name in collecting:
            for language in ("en", "zh-hant"):
                assert all(paragraph.text.strip() for paragraph in notice_of(name, language))


class TestPage:
    def test_shows_every_file_with_what_the_law_asks_for(self):
        page = Page(Client().get("/en/data-register/"))
        names = [heading.text for heading in page.all("//section/h2")]
        assert names == [str(file.name) for file in register.files()]
        assert len(names) > 30
        assert page.one("//section[@id='newsletters-subscriber']//dd[contains(., '135')]") is not None

    def test_is_in_both_languages(self):
        text = Page(Client().get("/zh-hant/data-register/")).text
        for purpose in (Purpose.ICT_SERVICES, Purpose.CONTRACTS):
            assert purpose.value in text
        assert Category.EMPLOYMENT.value in text
        assert "現行之受僱情形" in text

    def test_is_linked_from_every_page(self):
        assert "/en/data-register/" in Page(Client().get("/en/policies/")).links

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_changes_nothing(self, method):
        assert getattr(Client(), method)("/en/data-register/").status_code == 405
