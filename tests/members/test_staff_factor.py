"""Nobody reaches the editors' side on a passphrase alone, by any door."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from members.choices import EventKind, LetterKind
from members.models import AccountEvent, AccountLetter
from members.services.factors import code_at, new_secret, set_app
from tests.accounts import show_factor, sign_in_staff
from tests.pages import Page
from tests.policies import admin_desk as desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from members.models import User

pytestmark = pytest.mark.django_db

SIGN_IN = "/en/account/sign-in/"
FACTOR = "/en/account/sign-in/factor/"
PASSPHRASE = "a-long-password"
ENGLISH = {"accept-language": "en"}


def example_of(part: str) -> str:
    """Return something that a converter of a route takes."""
    return {"int": "1", "uuid": "00000000-0000-0000-0000-000000000000"}.get(part, "x")


def addresses(patterns: list[object], prefix: str = "") -> Iterator[str]:
    """Yield an address for each route below `patterns`, with examples in the place of arguments."""
    for each in patterns:
        pattern = each.pattern
        if isinstance(pattern, RoutePattern):
            path = str(pattern)
            for name, converter in pattern.converters.items():
                kind = type(converter).__name__.removesuffix("Converter").lower()
                for spelled in (f"<{kind}:{name}>", f"<{name}>"):
                    path = path.replace(spelled, example_of(kind))
        else:
            path = "x/"  # a regular expression: any address below the prefix will do
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, prefix + path)
        elif isinstance(each, URLPattern):
            yield f"/{prefix}{path}"


def admin_addresses() -> list[str]:
    found = [path for path in addresses(get_resolver().url_patterns) if path.startswith("/admin/")]
    return sorted({path for path in found if "<" not in path})


@pytest.fixture
def secret() -> str:
    return new_secret()


@pytest.fixture
def editor(secret: str) -> User:
    user = desk.make_approver()
    set_app(user=user, secret=secret)
    return user


def now_code(secret: str) -> str:
    return code_at(secret, int(time.time()) // 30)


def show_passphrase(client: Client, user: User, **more: str):
    return client.post(SIGN_IN, {"login": user.email, "password": PASSPHRASE, **more}, headers=ENGLISH)


class TestDoors:
    def test_the_walk_finds_the_doors(self):
        found = admin_addresses()
        assert len(found) > 200
        assert {"/admin/", "/admin/login/", "/admin/pages/1/edit/", "/admin/policy-record/1/"} <= set(found)

    def test_without_signing_in_every_one_leads_to_our_form(self):
        client = Client(headers=ENGLISH)
        for path in admin_addresses():
            response = client.get(path)
            assert (path, response.status_code) == (path, 302)
            assert response["Location"].startswith(SIGN_IN), path

    def test_with_the_passphrase_alone_nobody_gets_anywhere(self):
        user = desk.make_user("Root", is_superuser=True)
        client = Client(headers=ENGLISH)
        client.force_login(user)
        for path in admin_addresses():
            for method in (client.get, client.post):
                response = method(path)
                assert (path, response.status_code) == (path, 302)
                assert response["Location"].startswith("/en/account/factors/?next="), path

    def test_scripts_are_refused_in_their_own_way(self):
        client = Client(headers={"x-requested-with": "XMLHttpRequest"})
        assert client.get("/admin/pages/1/edit/").status_code == 403

    def test_a_member_who_is_no_editor_is_refused_and_not_sent_in_circles(self, django_user_model):
        user = django_user_model.objects.create_user("wang@readers.example", PASSPHRASE)
        client = sign_in_staff(user)
        for path in ("/admin/", "/admin/login/", "/admin/pages/1/edit/"):
            assert client.get(path).status_code == 403

    @pytest.mark.parametrize("path", ["/_util/login/", "/en/_util/login/", "/zh-hant/_util/login/"])
    def test_the_side_doors_lead_to_our_form(self, path):
        response = Client(headers=ENGLISH).get(path)
        assert response.status_code in {301, 302}
        assert response["Location"].endswith("/account/sign-in/")
        assert Client().post(path, {"username": "x", "password": "y"}).status_code in {301, 302, 405}

    @pytest.mark.parametrize("path", ["/django-admin/", "/django-admin/login/"])
    def test_there_is_no_second_admin(self, path):
        assert Client().get(path).status_code == 404

    def test_the_way_back_leaves_the_site_never(self):
        client = Client(headers=ENGLISH)
        location = client.get("/admin/login/?next=https://evil.example/")["Location"]
        assert location == f"{SIGN_IN}?next=%2Fadmin%2F"
        assert client.get("/admin/login/?next=/admin/pages/")["Location"] == f"{SIGN_IN}?next=%2Fadmin%2Fpages%2F"

    def test_a_planted_address_is_closed_too(self, settings):
        # A view that forgot to ask for anything: the door stands before it.
        settings.ROOT_URLCONF = "tests.members.planted_urls"
        assert Client(headers=ENGLISH).get("/admin/planted/")["Location"].startswith(SIGN_IN)
        assert sign_in_staff(desk.make_approver()).get("/admin/planted/").content == b"inside"


class TestSigningIn:
    def test_takes_passphrase_and_code(self, editor, secret):
        client = Client(headers=ENGLISH)
        response = show_passphrase(client, editor, next="/admin/")
        assert response["Location"] == FACTOR
        assert client.get("/admin/")["Location"].startswith(SIGN_IN)
        response = client.post(FACTOR, {"code": now_code(secret)})
        assert (response.status_code, response["Location"]) == (302, "/admin/")
        assert client.get("/admin/").status_code == 200

    def test_refuses_a_wrong_code_and_keeps_that(self, editor):
        client = Client(headers=ENGLISH)
        show_passphrase(client, editor)
        response = client.post(FACTOR, {"code": "000000"})
        assert response.status_code == 422
        assert "not the code of this moment" in Page(response).text
        assert AccountEvent.objects.get().kind == EventKind.CODE_REFUSED

    def test_takes_a_code_once(self, editor, secret):
        code = now_code(secret)
        for expected in (302, 422):
            client = Client(headers=ENGLISH)
            show_passphrase(client, editor)
            assert client.post(FACTOR, {"code": code}).status_code == expected

    def test_is_guessed_at_five_times(self, editor, secret):
        client = Client(headers=ENGLISH)
        show_passphrase(client, editor)
        for _ in range(5):
            client.post(FACTOR, {"code": "000000"})
        response = client.post(FACTOR, {"code": now_code(secret)})
        assert response.status_code == 422
        assert "too many wrong codes" in Page(response).text

    def test_the_factor_cannot_be_reached_without_the_passphrase(self):
        assert Client().get(FACTOR)["Location"] == SIGN_IN

    def test_tells_staff_of_a_new_device_and_not_of_a_known_one(self, editor, secret):
        step = int(time.time()) // 30
        for nth, agent in enumerate(["Firefox/140.0 (Windows)", "Firefox/141.0 (Windows)", "Chrome/140 (Windows)"]):
            client = Client(headers={**ENGLISH, "user-agent": agent})
            show_passphrase(client, editor)
            client.post(FACTOR, {"code": code_at(secret, step - 1 + nth)})
        assert AccountEvent.objects.filter(kind=EventKind.SIGNED_IN).count() == 3
        assert AccountLetter.objects.filter(kind=LetterKind.NEW_DEVICE).count() == 2


class TestSettingUp:
    def test_an_app_opens_the_door_at_once(self):
        user = desk.make_approver()
        client = Client(headers=ENGLISH)
        show_passphrase(client, user, next="/admin/")
        assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/en/account/factors/")
        page = Page(client.get("/en/account/factors/app/"))
        assert page.all("//svg[@class='qr']/path")
        secret = page.words("//code[@class='secret']").replace(" ", "")
        assert client.post("/en/account/factors/app/", {"code": "000000"}).status_code == 422
        assert client.post("/en/account/factors/app/", {"code": now_code(secret)}).status_code == 302
        assert client.get("/admin/").status_code == 200

    def test_the_key_is_sealed(self, editor, secret):
        data = editor.authenticator_set.get().data
        assert secret not in str(data)

    def test_recovery_codes_are_shown_once_and_open_once(self, editor, secret):
        client = sign_in_staff(editor, Client(headers=ENGLISH))
        assert not Page(client.get("/en/account/factors/codes/")).all("//ul[@class='codes']")
        page = Page(client.post("/en/account/factors/codes/"))
        codes = [each.text_content().strip() for each in page.all("//ul[@class='codes']/li")]
        assert len(codes) == 10
        assert codes[0] not in Page(client.get("/en/account/factors/codes/")).text
        for expected in (302, 422):
            other = Client(headers=ENGLISH)
            show_passphrase(other, editor)
            assert other.post(FACTOR, {"code": codes[0]}).status_code == expected

    def test_taking_the_last_factor_away_shuts_the_door(self, editor):
        client = sign_in_staff(editor, Client(headers=ENGLISH))
        assert client.post("/en/account/factors/app/remove/").status_code == 302
        assert AccountEvent.objects.filter(kind=EventKind.FACTOR_REMOVED).count() == 1
        assert AccountLetter.objects.get().kind == LetterKind.SECURITY

    def test_needs_a_fresh_proof(self, editor):
        client = Client(headers=ENGLISH)
        client.force_login(editor)
        show_factor(client, editor)
        session = client.session
        session["account_authentication_methods"][0]["at"] -= 400
        session["account_authentication_methods"][1]["at"] -= 400
        session.save()
        for path in ("app/remove/", "codes/", "passkeys/new/"):
            assert client.get(f"/en/account/factors/{path}")["Location"].startswith("/en/account/proof/")
