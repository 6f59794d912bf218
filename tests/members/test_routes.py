"""Every address of accounts × who asks: a new one fails here until somebody says who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from members.models import User
from members.services.factors import new_secret, set_app
from members.urls import urlpatterns
from tests.accounts import sign_in_staff
from tests.policies import admin_desk as desk

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db

#: What a visitor, a member, another member and an editor get: `in` leads to signing in, `on` elsewhere in the account.
VISITORS = {"visitor": 200, "member": "on", "other": "on", "editor": "on"}
EVERYBODY = {"visitor": 200, "member": 200, "other": 200, "editor": 200}
OWN = {"visitor": "in", "member": 200, "other": 200, "editor": 200}
TABLE: dict[str, dict[str, int | str]] = {
    "account": OWN,
    "account_login": VISITORS,
    "mfa_authenticate": {"visitor": "in", "member": "on", "other": "on", "editor": "on"},
    "mfa_login_webauthn": {"visitor": "in", "member": "on", "other": "on", "editor": "on"},
    "account_signup": VISITORS,
    "account_reset_password": EVERYBODY,
    "account_link": {"visitor": 404, "member": 404, "other": 404, "editor": 404},
    "account_profile": OWN,
    "account_address": OWN,
    "account_passphrase": OWN,
    "account_sessions": OWN,
    "account_activity": OWN,
    "account_not_me": OWN,
    "account_logout": OWN,
    # Editors have a second factor here, members have a passphrase alone, which cannot be asked for by code.
    "account_reauthenticate": OWN,
    "mfa_reauthenticate": {"visitor": "in", "member": "on", "other": "on", "editor": 200},
    "mfa_reauthenticate_webauthn": {"visitor": "in", "member": "on", "other": "on", "editor": "on"},
    "mfa_index": OWN,
    "mfa_activate_totp": {"visitor": "in", "member": 200, "other": 200, "editor": "on"},
    "mfa_deactivate_totp": {"visitor": "in", "member": 404, "other": 404, "editor": 200},
    "mfa_add_webauthn": OWN,
    "mfa_remove_webauthn": {"visitor": "in", "member": 200, "other": 404, "editor": 404},
    "mfa_view_recovery_codes": {"visitor": "in", "member": 200, "other": "on", "editor": 200},
}


@pytest.fixture
def member() -> User:
    return User.objects.create_user("wang@readers.example", "apricot lantern seventeen")


@pytest.fixture
def passkey(member: User) -> Authenticator:
    return Authenticator.objects.create(
        user=member, type=Authenticator.Type.WEBAUTHN, data={"name": "Telephone", "credential": {}}
    )


@pytest.fixture
def browsers(member: User) -> dict[str, Client]:
    other = User.objects.create_user("lin@readers.example", "apricot lantern seventeen")
    editor = desk.make_author()
    set_app(user=editor, secret=new_secret())
    signed_in = {"member": member, "other": other, "editor": editor}
    return {"visitor": Client()} | {name: sign_in_staff(user) for name, user in signed_in.items()}


def see(response: HttpResponse) -> int | str:
    if response.status_code != 302:
        return response.status_code
    return "in" if "/account/sign-in/" in response["Location"] else "on"


def test_every_route_is_in_the_table():
    assert {pattern.name for pattern in urlpatterns} == set(TABLE)


@pytest.mark.parametrize("name", sorted(set(TABLE) - {"mfa_remove_webauthn", "mfa_view_recovery_codes"}))
def test_is_answered_as_the_reader_deserves(name, browsers):
    path = reverse(name, args=["none"] if name == "account_link" else [])
    assert {who: see(browser.get(path)) for who, browser in browsers.items()} == TABLE[name]


def test_a_passkey_is_its_owners_to_remove(browsers, passkey, monkeypatch):
    # The key itself is not asked for: only that the row is out of others' reach.
    monkeypatch.setattr("allauth.mfa.models.Authenticator.__str__", lambda _self: "Telephone")
    path = reverse("mfa_remove_webauthn", args=[passkey.pk])
    found = {who: see(browser.get(path)) for who, browser in browsers.items()}
    assert found == TABLE["mfa_remove_webauthn"]
    for who in ("visitor", "other", "editor"):
        browsers[who].post(path)
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_recovery_codes_come_with_a_factor(browsers, passkey):
    path = reverse("mfa_view_recovery_codes")
    assert {who: see(browser.get(path)) for who, browser in browsers.items()} == TABLE["mfa_view_recovery_codes"]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_in_chinese_too_and_no_fault(name, browsers):
    arguments = {"account_link": ["none"], "mfa_remove_webauthn": [999]}.get(name, [])
    path = reverse(name, args=arguments).replace("/en/", "/zh-hant/", 1)
    for browser in browsers.values():
        for method in (browser.get, browser.head, browser.post, browser.put, browser.delete):
            assert method(path).status_code < 500
