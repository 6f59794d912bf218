from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from newsletters.models import BulletinPage, Mailing
from newsletters.pieces import standing
from tests.accounts import sign_in_staff
from tests.factories.members import UserFactory
from tests.factories.newsletters import make_subscriber
from tests.newsletters.bulletins import approve, approved_bulletin, make_bulletin, translate

pytestmark = pytest.mark.django_db


def reload(page: BulletinPage) -> BulletinPage:
    return BulletinPage.objects.get(pk=page.pk)


class TestSendingScreen:
    @pytest.fixture
    def approver(self, client: Any) -> Any:
        user = UserFactory(is_superuser=True, is_staff=True)
        sign_in_staff(user, client)
        return user

    def url(self, page: BulletinPage) -> str:
        return reverse("avow_bulletins:sending", args=[page.pk])

    def test_shows_the_facts_and_changes_nothing(self, client: Any, approver: Any) -> None:
        page = approved_bulletin()
        make_subscriber(topics=(page.topic,))

        html = client.get(self.url(page)).content.decode()

        assert "1 reader would get it now." in html
        assert "Approve and send" in html
        assert not Mailing.objects.exists()

    def test_sends_when_it_is_confirmed(self, client: Any, approver: Any) -> None:
        page = approved_bulletin()

        client.post(self.url(page), {"act": "send", "uses_fallback": "on"})
        assert not Mailing.objects.exists()
        client.post(self.url(page), {"act": "send", "confirmed": "on", "uses_fallback": "on"})

        assert Mailing.objects.get().approved_by_name == str(approver)
        assert "This bulletin was approved for sending." in client.get(self.url(page)).content.decode()

    def test_says_what_is_refused(self, client: Any, approver: Any) -> None:
        source = make_bulletin()
        approve(source)

        html = client.get(self.url(source)).content.decode()
        client.post(self.url(source), {"act": "send", "confirmed": "on"})

        assert "English is required." in html
        assert not Mailing.objects.exists()

    def test_its_author_finds_no_button(self, client: Any, approver: Any) -> None:
        page = approved_bulletin(author=approver)

        html = client.get(self.url(page)).content.decode()

        assert 'value="send"' not in html
        assert "You wrote this bulletin" in html

    def test_a_translation_can_be_confirmed(self, client: Any, approver: Any) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()
        approve(source, english)

        client.post(self.url(source), {"act": "confirm", "page": english.pk})

        assert standing(reload(english).get_latest_revision_as_object(), reload(source)).is_current

    @pytest.mark.parametrize("number", ["", "x", "999999"])
    def test_knows_no_page_of_another_bulletin(self, client: Any, approver: Any, number: str) -> None:
        assert client.post(self.url(make_bulletin()), {"act": "test", "page": number}).status_code == 404

    def test_is_closed_to_those_who_may_not_edit(self, client: Any) -> None:
        user = UserFactory(is_staff=True)
        sign_in_staff(user, client)

        assert client.get(self.url(make_bulletin())).status_code in {302, 403}
