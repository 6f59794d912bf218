"""A member's account in a real browser: opened, made safe, used on a shared computer, and left."""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from members.choices import LetterKind
from members.links import letter_path
from members.models import AccountLetter, User
from tests.e2e.axe import violations
from tests.e2e.signing_in import fill_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Page

    from tests.e2e.site import Site

    InDatabase = Callable[[], AbstractContextManager[None]]

PASSPHRASE = "apricot lantern seventeen"
WORDS = {
    "en": {
        "address": "E-mail address",
        "passphrase": "Passphrase",
        "open": "Open an account",
        "confirm": "Confirm",
        "in": "Sign in",
        "out": "Sign out",
        "account": "Account",
        "add": "Add a passkey",
        "with": "Sign in with a passkey",
    },
    "zh-hant": {
        "address": "電子郵件地址",
        "passphrase": "密碼",
        "open": "申請帳號",
        "confirm": "確認",
        "in": "登入",
        "out": "登出",
        "account": "帳號",
        "add": "新增通行金鑰",
        "with": "以通行金鑰登入",
    },
}


@pytest.fixture
def address() -> str:
    return f"reader-{secrets.token_hex(6)}@readers.example"


@pytest.fixture
def member(address: str, in_site_database: InDatabase) -> str:
    """An account that is open already; its address."""
    with in_site_database():
        User.objects.create_user(address, PASSPHRASE)
    return address


def sign_in(page: Page, address: str, language: str = "en") -> None:
    words = WORDS[language]
    page.goto(f"/{language}/account/sign-in/")
    page.get_by_label(words["address"]).fill(address)
    page.get_by_label(words["passphrase"]).fill(PASSPHRASE)
    page.get_by_role("button", name=words["in"], exact=True).click()
    page.wait_for_url(f"**/{language}/account/")


def wait_for_letter(in_site_database: InDatabase, address: str) -> AccountLetter:
    """Return the letter that asks for confirmation: the site answers first and writes it afterwards."""
    end = time.monotonic() + 20
    while True:
        with in_site_database():
            letter = AccountLetter.objects.filter(kind=LetterKind.CONFIRM, address=address).first()
        if letter is not None or time.monotonic() > end:
            assert letter is not None, "No letter was written."
            return letter
        time.sleep(0.1)


@pytest.mark.parametrize("language", WORDS)
def test_is_opened_and_signs_in_with_a_passkey(
    new_context: Callable[..., BrowserContext], site: Site, address: str, language: str, in_site_database: InDatabase
) -> None:
    # Passkeys belong to a name, and a number is none (WebAuthn §5.1.2).
    page = new_context(base_url=site.url.replace("127.0.0.1", "localhost")).new_page()
    words = WORDS[language]
    page.goto(f"/{language}/account/sign-up/")
    page.get_by_label(words["address"]).fill(address)
    page.get_by_label(words["passphrase"]).fill(PASSPHRASE)
    page.get_by_role("button", name=words["open"]).click()
    expect(page.locator("form")).to_have_count(0)
    page.goto(letter_path(wait_for_letter(in_site_database, address).pk, language))
    page.get_by_role("button", name=words["confirm"], exact=True).click()
    sign_in(page, address, language)

    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    page.goto(f"/{language}/account/factors/passkeys/new/")
    page.get_by_role("button", name=words["add"]).click()
    page.wait_for_url("**/factors/codes/")
    page.get_by_role("button", name=words["out"]).click()
    page.goto(f"/{language}/account/sign-in/")
    page.get_by_role("button", name=words["with"]).click()
    page.wait_for_url(f"**/{language}/account/")
    expect(page.get_by_text(address)).to_be_visible()


def test_on_a_shared_computer_back_shows_nothing(page: Page, member: str) -> None:
    sign_in(page, member)
    page.goto("/en/account/activity/")
    page.goto("/en/account/profile/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    for _ in range(2):
        page.go_back()
        expect(page.get_by_text(member)).to_have_count(0)
        expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    assert page.context.cookies() == [] or all("session" not in each["name"] for each in page.context.cookies())


PAGES = ("", "profile/", "address/", "passphrase/", "factors/", "factors/app/", "factors/passkeys/new/", "sessions/")
OPEN_PAGES = ("sign-in/", "sign-up/", "reset/", "link/none/")


@pytest.mark.parametrize("language", WORDS)
def test_pages_have_no_violation(page: Page, member: str, language: str) -> None:
    found = []
    for path in OPEN_PAGES:
        page.goto(f"/{language}/account/{path}")
        found += [f"{path}: {line}" for line in violations(page)]
    page.goto(f"/{language}/account/sign-up/")
    page.get_by_role("button", name=WORDS[language]["open"]).click()  # a form with faults
    found += [f"faults: {line}" for line in violations(page)]
    sign_in(page, member, language)
    for path in (*PAGES, "activity/", "not-me/", "sign-out/"):
        page.goto(f"/{language}/account/{path}")
        found += [f"{path}: {line}" for line in violations(page)]
        if language == "zh-hant":
            expect(page.locator("main h1")).to_have_text(re.compile("[一-鿿]"))
    assert found == []


def test_works_without_scripts(new_context: Callable[..., BrowserContext], member: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, member)
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_text("this session")).to_be_visible()
    page.get_by_role("button", name="End all and sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def test_staff_without_a_factor_get_nowhere(page: Page, site: Site, member: str, in_site_database: InDatabase) -> None:
    with in_site_database():
        User.objects.filter(email=member).update(is_superuser=True, is_staff=True)
    sign_in(page, member)
    for path in ("/admin/", "/admin/pages/", "/admin/login/", "/en/_util/login/"):
        page.goto(path)
        assert re.search(r"/account/", page.url), path
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Second factors")).to_be_visible()
    # With two factors the same door opens.
    page.context.clear_cookies()
    fill_in(page, site, "wu.poyi")
    expect(page).to_have_url(re.compile("/admin/$"))
