"""Accounts from sign-up to freezing, as a browser without scripts sees them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from members.choices import EventKind, LetterKind
from members.links import LinkPart, letter_path
from members.models import AccountEvent, AccountLetter, User
from members.periods import EVENTS_KEPT, LETTERS_KEPT, UNCONFIRMED_KEPT
from members.services.retention import keep_retention
from newsletters.models import Delivery
from tests.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

ADDRESS = "wang@readers.example"
PASSPHRASE = "apricot lantern seventeen"
OTHER = "violet harbour forty-two"
ACCOUNT = "/en/account/"
HTML = "text/html"


@pytest.fixture
def browser() -> Client:
    return Client(headers={"user-agent": "Mozilla/5.0 (Windows) Firefox/140.0"}, REMOTE_ADDR="192.0.2.77")


@pytest.fixture
def member() -> User:
    return User.objects.create_user(ADDRESS, PASSPHRASE)


def sign_up(client: Client, address: str = ADDRESS, passphrase: str = PASSPHRASE, **more: str):
    return client.post(f"{ACCOUNT}sign-up/", {"email": address, "passphrase": passphrase, **more})


def sign_in(client: Client, address: str = ADDRESS, passphrase: str = PASSPHRASE, **more: str):
    return client.post(f"{ACCOUNT}sign-in/", {"login": address, "password": passphrase, **more})


def letter(kind: LetterKind) -> AccountLetter:
    return AccountLetter.objects.filter(kind=kind).latest("pk")


def kinds() -> list[str]:
    return list(AccountLetter.objects.order_by("pk").values_list("kind", flat=True))


def happened() -> list[str]:
    return list(AccountEvent.objects.order_by("pk").values_list("kind", flat=True))


def follow(client: Client, found: AccountLetter, part: LinkPart = LinkPart.ACT, **fields: str):
    return client.post(letter_path(found.pk, "en", part), fields)


def is_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


class TestSignUp:
    def test_opens_an_account_to_whoever_reads_the_mail(self, browser):
        assert "Look into your mail" in Page(sign_up(browser)).text
        assert Delivery.objects.get().address == ADDRESS
        assert sign_in(browser).status_code == 403
        path = letter_path(letter(LetterKind.CONFIRM).pk, "en")
        assert browser.get(path).status_code == 200
        assert User.objects.get().unconfirmed_since is not None  # looking changes nothing
        assert browser.post(path).status_code == 200
        assert browser.post(path).status_code == 410
        assert sign_in(browser)["Location"] == ACCOUNT
        assert is_in(browser)
        assert happened() == [EventKind.CONFIRMED, EventKind.SIGNED_IN]

    def test_answers_the_same_whoever_is_known(self, browser, member):
        pages = [re.sub(r'value="[^"]{64}"', "", sign_up(browser, who).content.decode()) for who in (ADDRESS, "a@b.tw")]
        assert pages[0] == pages[1]
        assert kinds() == [LetterKind.KNOWN, LetterKind.CONFIRM]
        member.refresh_from_db()
        assert member.check_password(PASSPHRASE)

    @pytest.mark.parametrize("address", ["WANG@readers.example", "Wang@READERS.example", " wang@readers.example "])
    def test_takes_another_spelling_for_the_same_address(self, browser, member, address):
        sign_up(browser, address)
        assert kinds() == [LetterKind.KNOWN]

    def test_a_second_time_sends_the_link_again_and_keeps_the_passphrase(self, browser):
        sign_up(browser)
        sign_up(browser, passphrase=OTHER)
        assert kinds() == [LetterKind.CONFIRM] * 2
        assert User.objects.get().check_password(PASSPHRASE)

    @pytest.mark.parametrize(
        ("address", "passphrase", "words"),
        [
            ("", PASSPHRASE, "This field is required"),
            ("wang", PASSPHRASE, "has one @ in it"),
            ("wang\u202e@readers.example", PASSPHRASE, "cannot be seen"),
            ("w" * 10_000 + "@readers.example", PASSPHRASE, "at most"),
            (ADDRESS, "short", "too short"),
            (ADDRESS, "wang@readers.example", "too similar"),
            (ADDRESS, "qwertyqwerty", "stands on lists"),
            (ADDRESS, "x" * 100_000, "at most"),
        ],
    )
    def test_says_what_is_wrong(self, browser, address, passphrase, words):
        response = sign_up(browser, address, passphrase)
        assert response.status_code == 422
        assert words in Page(response).words("//*[@role='alert']")
        assert not User.objects.exists()

    def test_a_body_of_json_is_a_form_without_fields(self, browser):
        for path in ("sign-up/", "sign-in/", "reset/"):
            response = browser.post(f"{ACCOUNT}{path}", {"email": ADDRESS}, content_type="application/json")
            assert (path, response.status_code, response["Content-Type"].partition(";")[0]) == (path, 422, HTML)

    def test_is_limited_by_network_and_by_address(self, browser):
        for nth in range(30):
            assert sign_up(browser, f"reader{nth}@readers.example").status_code == 200
        assert sign_up(browser).status_code == 429
        elsewhere = Client(REMOTE_ADDR="198.51.100.1")
        for _ in range(9):
            sign_up(elsewhere)
        assert AccountLetter.objects.filter(address=ADDRESS).count() == 5


class TestSignIn:
    def test_answers_the_same_whoever_is_known(self, browser, member):
        pages = [
            re.sub(rf'value="[^"]{{64}}"|{re.escape(who)}', "", sign_in(browser, who, "wrong").content.decode())
            for who in (ADDRESS, "nobody@readers.example")
        ]
        assert pages[0] == pages[1]
        assert "do not belong together" in pages[0]

    def test_hashes_as_often_whoever_is_known(self, browser, member, monkeypatch):
        from django.contrib.auth.hashers import MD5PasswordHasher

        hashed: list[str] = []
        encode = MD5PasswordHasher.encode
        monkeypatch.setattr(
            MD5PasswordHasher,
            "encode",
            lambda self, password, salt: hashed.append(salt) or encode(self, password, salt),
        )
        counts = []
        for who in (ADDRESS, "nobody@readers.example"):
            hashed.clear()
            sign_in(browser, who, "wrong")
            counts.append(len(hashed))
        assert counts[0] == counts[1] == 1

    def test_is_guessed_at_ten_times(self, browser, member):
        for _ in range(10):
            sign_in(browser, passphrase="wrong")
        response = sign_in(browser)
        assert response.status_code == 422
        assert "too many attempts" in Page(response).text
        assert not is_in(browser)

    def test_does_not_count_those_who_get_in(self, browser, member):
        for _ in range(12):
            browser.cookies.clear()
            assert sign_in(browser).status_code == 302

    def test_gives_the_session_a_new_key(self, browser, member):
        browser.get(f"{ACCOUNT}sign-in/?next=/en/")
        session = browser.session
        session["planted"] = True
        session.save()
        before = browser.cookies["sessionid"].value
        sign_in(browser)
        assert browser.cookies["sessionid"].value != before

    def test_never_leads_to_another_site(self, browser, member):
        assert sign_in(browser, next="https://evil.example/")["Location"] == ACCOUNT

    def test_of_an_account_with_a_factor_is_not_done_yet(self, browser, member):
        from members.services.factors import new_secret, set_app

        set_app(user=member, secret=new_secret())
        assert sign_in(browser)["Location"] == f"{ACCOUNT}sign-in/factor/"
        assert not is_in(browser)


class TestSession:
    def test_dies_with_the_browser(self, browser, member):
        sign_in(browser)
        cookie = browser.cookies["sessionid"]
        assert (cookie["max-age"], cookie["expires"]) == ("", "")
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")

    @pytest.mark.parametrize(
        ("idle", "whole", "shared", "expected"),
        [
            (29, 60, False, True),
            (31, 60, False, False),
            (1, 11 * 60 + 59, False, True),
            (1, 12 * 60 + 1, False, False),
            (9, 50, True, True),
            (11, 50, True, False),
            (1, 61, True, False),
        ],
    )
    def test_ends_by_itself(self, browser, member, idle, whole, shared, expected):
        sign_in(browser, **({"shared": "on"} if shared else {}))
        self.age(browser, idle=idle, whole=whole)
        assert is_in(browser) is expected

    @pytest.mark.parametrize(
        ("idle", "whole", "expected"), [(19, 60, True), (21, 60, False), (1, 479, True), (1, 481, False)]
    )
    def test_of_staff_ends_sooner(self, browser, member, idle, whole, expected):
        User.objects.update(is_superuser=True)
        sign_in(browser)
        self.age(browser, idle=idle, whole=whole)
        assert is_in(browser) is expected

    def test_that_ended_is_gone_from_the_server(self, browser, member):
        sign_in(browser)
        self.age(browser, idle=31, whole=60)
        browser.get(ACCOUNT)
        assert not Session.objects.exists()
        assert not UserSession.objects.exists()

    def age(self, client: Client, *, idle: int, whole: int) -> None:
        session = client.session
        now = timezone.now().timestamp()
        session["avow_began"], session["avow_seen"] = now - 60 * whole, now - 60 * idle
        session.save()

    def test_pages_are_kept_by_nobody(self, browser, member):
        sign_in(browser)
        for path in ("", "profile/", "sessions/", "activity/", "factors/", "sign-up/", "link/x/"):
            assert browser.get(f"{ACCOUNT}{path}")["Cache-Control"] == "no-store"

    def test_that_was_signed_out_cannot_be_replayed(self, browser, member):
        sign_in(browser)
        stolen = browser.cookies["sessionid"].value
        assert browser.get(f"{ACCOUNT}sign-out/").status_code == 200
        assert is_in(browser)  # looking changes nothing
        response = browser.post(f"{ACCOUNT}sign-out/")
        assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
        thief = Client()
        thief.cookies["sessionid"] = stolen
        assert not is_in(thief)

    def test_list_shows_device_and_network_and_no_address(self, browser, member):
        sign_in(browser)
        page = Page(browser.get(f"{ACCOUNT}sessions/"))
        assert "Firefox, Windows" in page.text
        assert "192.0.2.0/24" in page.text
        assert "192.0.2.77" not in page.text
        assert UserSession.objects.get().ip == "192.0.2.0"

    def test_others_are_ended_one_by_one_or_all(self, browser, member):
        others = [Client() for _ in range(3)]
        for client in (browser, *others):
            sign_in(client)
        page = Page(browser.get(f"{ACCOUNT}sessions/"))
        numbers = [each.get("value") for each in page.all("//button[@name='end']")]
        assert len(numbers) == 3 + 2
        browser.post(f"{ACCOUNT}sessions/", {"end": numbers[0]})
        assert sum(map(is_in, others)) == 2
        browser.post(f"{ACCOUNT}sessions/", {"end": "others"})
        assert sum(map(is_in, others)) == 0
        assert is_in(browser)
        browser.post(f"{ACCOUNT}sessions/", {"end": "all"})
        assert not is_in(browser)

    @pytest.mark.parametrize("end", ["", "x", "-1", "9" * 40, "１"])
    def test_nonsense_ends_nothing(self, browser, member, end):
        sign_in(browser)
        assert browser.post(f"{ACCOUNT}sessions/", {"end": end}).status_code == 302
        assert is_in(browser)

    def test_of_somebody_else_is_out_of_reach(self, browser, member):
        other = Client()
        User.objects.create_user("lin@readers.example", PASSPHRASE)
        sign_in(other, "lin@readers.example")
        sign_in(browser)
        number = UserSession.objects.get(user__email="lin@readers.example").pk
        browser.post(f"{ACCOUNT}sessions/", {"end": str(number)})
        assert is_in(other)


class TestReset:
    def ask(self, client: Client, address: str = ADDRESS):
        return client.post(f"{ACCOUNT}reset/", {"email": address})

    def test_answers_the_same_and_writes_to_the_known_alone(self, browser, member):
        pages = [self.ask(browser, who).content for who in (ADDRESS, "nobody@readers.example")]
        assert pages[0] == pages[1]
        assert kinds() == [LetterKind.RESET]

    def test_sets_a_passphrase_once_and_ends_every_session(self, browser, member):
        thief = Client()
        sign_in(thief)
        self.ask(browser)
        self.ask(browser)
        first = AccountLetter.objects.filter(kind=LetterKind.RESET).earliest("pk")
        assert follow(browser, first, passphrase="short").status_code == 422
        assert follow(browser, first, passphrase=OTHER).status_code == 200
        assert not is_in(thief)
        assert sign_in(browser).status_code == 422
        assert sign_in(browser, passphrase=OTHER).status_code == 302
        for spent in (first, letter(LetterKind.RESET)):
            assert follow(browser, spent, passphrase=PASSPHRASE).status_code == 410
        assert LetterKind.SECURITY in kinds()

    def test_is_over_after_an_hour(self, browser, member):
        self.ask(browser)
        AccountLetter.objects.update(expires_at=timezone.now())
        assert follow(browser, letter(LetterKind.RESET), passphrase=OTHER).status_code == 410
        member.refresh_from_db()
        assert member.check_password(PASSPHRASE)

    def test_does_not_open_what_has_a_factor(self, browser, member):
        from members.services.factors import new_secret, set_app

        set_app(user=member, secret=new_secret())
        self.ask(browser)
        follow(browser, letter(LetterKind.RESET), passphrase=OTHER)
        assert sign_in(browser, passphrase=OTHER)["Location"] == f"{ACCOUNT}sign-in/factor/"


class TestNotMe:
    def test_freezes_until_a_passphrase_is_set_by_mail(self, browser, member):
        sign_in(browser)
        thief = Client(headers={"user-agent": "Chrome/140 (Linux)"})
        sign_in(thief)
        assert kinds() == [LetterKind.NEW_DEVICE]
        notice = letter(LetterKind.NEW_DEVICE)
        stranger = Client()
        assert stranger.get(letter_path(notice.pk, "en", LinkPart.NOT_ME)).status_code == 200
        assert is_in(thief)  # looking changes nothing
        for _ in range(2):
            assert follow(stranger, notice, LinkPart.NOT_ME).status_code == 200
        assert not is_in(thief)
        assert not is_in(browser)
        assert sign_in(browser).status_code == 403
        assert happened().count(EventKind.FROZEN) == 1
        browser.post(f"{ACCOUNT}reset/", {"email": ADDRESS})
        follow(browser, letter(LetterKind.RESET), passphrase=OTHER)
        assert sign_in(browser, passphrase=OTHER).status_code == 302

    def test_ends_what_is_signed_in_without_the_list_of_sessions(self, browser, member):
        browser.force_login(member)
        assert is_in(browser)
        User.objects.update(frozen_at=timezone.now())
        assert not is_in(browser)

    def test_is_on_the_page_of_what_happened(self, browser, member):
        sign_in(browser)
        assert f"{ACCOUNT}not-me/" in Page(browser.get(f"{ACCOUNT}activity/")).links
        assert browser.post(f"{ACCOUNT}not-me/").status_code == 200
        assert not is_in(browser)
        assert User.objects.get().frozen_at is not None


class TestAddress:
    NEW = "wang.new@readers.example"

    @pytest.fixture
    def signed_in(self, browser, member) -> Client:
        sign_in(browser)
        return browser

    def test_changes_at_the_new_one_and_is_undone_from_the_old(self, signed_in, member):
        signed_in.post(f"{ACCOUNT}address/", {"email": self.NEW})
        asked = letter(LetterKind.ADDRESS_NEW)
        assert asked.address == self.NEW
        member.refresh_from_db()
        assert member.email == ADDRESS
        assert follow(Client(), asked).status_code == 200
        member.refresh_from_db()
        assert member.email == self.NEW
        told = letter(LetterKind.ADDRESS_OLD)
        assert told.address == ADDRESS
        assert dt.timedelta(days=7) == told.expires_at - told.created_at
        assert follow(Client(), told).status_code == 200
        member.refresh_from_db()
        assert member.email == ADDRESS
        assert not is_in(signed_in)
        assert follow(Client(), asked).status_code == 410

    def test_of_two_changes_at_once_the_first_wins(self, signed_in, member):
        letters = []
        for address in ("one@readers.example", "two@readers.example"):
            signed_in.post(f"{ACCOUNT}address/", {"email": address})
            letters.append(letter(LetterKind.ADDRESS_NEW))
        assert follow(Client(), letters[1]).status_code == 200
        assert follow(Client(), letters[0]).status_code == 410
        member.refresh_from_db()
        assert member.email == "two@readers.example"

    def test_says_nothing_about_one_that_is_taken(self, signed_in, member):
        User.objects.create_user("lin@readers.example", PASSPHRASE)
        pages = [
            signed_in.post(f"{ACCOUNT}address/", {"email": who})
            for who in ("lin@readers.example", "new@readers.example")
        ]
        assert [Page(page).words("//main//h1") for page in pages] == ["Look into your mail"] * 2
        assert kinds() == [LetterKind.KNOWN, LetterKind.ADDRESS_NEW]
        User.objects.create_user("new@readers.example", PASSPHRASE)
        assert follow(Client(), letter(LetterKind.ADDRESS_NEW)).status_code == 409
        member.refresh_from_db()
        assert member.email == ADDRESS
        assert AccountLetter.objects.get(kind=LetterKind.ADDRESS_NEW).used_at is None  # nothing half done

    @pytest.mark.parametrize("path", ["address/", "passphrase/"])
    def test_needs_a_fresh_proof(self, signed_in, path):
        session = signed_in.session
        session["account_authentication_methods"][0]["at"] -= 400
        session.save()
        proof = signed_in.get(f"{ACCOUNT}{path}")["Location"]
        assert proof.startswith(f"{ACCOUNT}proof/?next=")
        assert signed_in.post(proof, {"password": "wrong"}).status_code == 422
        assert signed_in.post(proof, {"password": PASSPHRASE})["Location"] == f"{ACCOUNT}{path}"
        assert signed_in.get(f"{ACCOUNT}{path}").status_code == 200


class TestPassphrase:
    def test_is_changed_and_other_sessions_end(self, browser, member):
        other = Client()
        sign_in(other)
        sign_in(browser)
        assert browser.post(f"{ACCOUNT}passphrase/", {"passphrase": OTHER}).status_code == 200
        assert is_in(browser)
        assert not is_in(other)
        assert UserSession.objects.count() == 1

    def test_is_kept_nowhere_while_a_proof_is_asked_for(self, browser, member):
        sign_in(browser)
        session = browser.session
        session["account_authentication_methods"][0]["at"] -= 400
        session.save()
        response = browser.post(f"{ACCOUNT}passphrase/", {"passphrase": OTHER})
        assert response["Location"].startswith(f"{ACCOUNT}proof/")
        assert OTHER not in str(dict(browser.session.items()))


class TestProfile:
    def test_every_field_is_its_owners_to_change(self, browser, member):
        other = User.objects.create_user("lin@readers.example", PASSPHRASE)
        sign_in(browser)
        fields = {
            "last_name": "王",
            "first_name": "小明",
            "nickname": "Ming",
            "postal_address": "臺北市中正區凱達格蘭大道2號",
            "telephone": "02-2348-2999",
            "language": "zh-hant",
        }
        assert browser.post(f"{ACCOUNT}profile/", fields).status_code == 200
        member.refresh_from_db()
        other.refresh_from_db()
        assert {name: getattr(member, name) for name in fields} == fields
        assert {getattr(other, name) for name in fields} == {""}
        assert happened()[-1] == EventKind.PROFILE_CHANGED
        browser.post(f"{ACCOUNT}profile/", dict.fromkeys(fields, ""))
        member.refresh_from_db()
        assert {getattr(member, name) for name in fields} == {""}

    @pytest.mark.parametrize("bad", ["a\u202eb", "a\u0007b", "a\u200bb", "x" * 10_000, "a\x00b"])
    def test_refuses_what_cannot_be_seen_and_what_is_too_long(self, browser, member, bad):
        sign_in(browser)
        response = browser.post(f"{ACCOUNT}profile/", {"nickname": bad, "first_name": "Ming"})
        assert response.status_code == 422
        assert Page(response).all("//*[@role='alert']")
        member.refresh_from_db()
        assert member.first_name == ""

    def test_cannot_make_anybody_an_editor(self, browser, member):
        sign_in(browser)
        browser.post(f"{ACCOUNT}profile/", {"is_superuser": "on", "is_staff": "on", "email": "x@y.tw"})
        member.refresh_from_db()
        assert (member.is_superuser, member.is_staff, member.email) == (False, False, ADDRESS)


class TestForms:
    LONG = " Ab " * 20 + "9 "

    def test_take_a_passphrase_exactly_as_it_was_typed(self, browser):
        for passphrase in (self.LONG, "密語也可以用中文寫成一句", "x" * 8 + "y" * 992):
            User.objects.all().delete()
            sign_up(browser, passphrase=passphrase)
            user = User.objects.get()
            assert user.check_password(passphrase)
            for other in {passphrase.strip(), passphrase.swapcase(), passphrase[:72], f"{passphrase} "} - {passphrase}:
                assert not user.check_password(other)

    @pytest.mark.parametrize("path", ["sign-in/", "sign-up/"])
    def test_let_managers_fill_them_in(self, browser, path):
        field = Page(browser.get(f"{ACCOUNT}{path}")).one("//input[@type='password']")
        assert field.get("autocomplete") in {"current-password", "new-password"}
        assert field.get("value") is None

    def test_never_write_a_passphrase_back(self, browser):
        assert PASSPHRASE not in sign_up(browser, "wang").content.decode()


class TestLinks:
    @pytest.mark.parametrize("token", ["x", "AQgB", "x" * 5000, "%00"])
    def test_none_of_ours_is_answered_with_404(self, token):
        assert Client().get(f"{ACCOUNT}link/{token}/").status_code == 404

    def test_of_a_letter_that_is_gone_is_over(self):
        assert Client().get(letter_path(999_999, "en")).status_code == 410

    @pytest.mark.parametrize("kind", LetterKind)
    def test_every_letter_is_written_in_both_languages_with_its_links(self, member, kind, in_mail):
        for language in ("en", "zh-hant"):
            text = in_mail(member, kind, language)
            assert f"/{language}/account/link/" in text


@pytest.fixture
def in_mail() -> Callable[[User, LetterKind, str], str]:
    """Return what writes a letter and gives its text as the engine composes it."""
    from core.mail import ValueName, resolve
    from members.links import letter_url
    from members.services.letters import write_letter

    def write(user: User, kind: LetterKind, language: str) -> str:
        found = write_letter(user=user, kind=kind, language=language, open_for=UNCONFIRMED_KEPT, at=timezone.now())
        delivery = Delivery.objects.get(reference=found.pk)
        values = {
            ValueName.ACCOUNT_URL: letter_url(found.pk, language),
            ValueName.ACCOUNT_NOT_ME_URL: letter_url(found.pk, language, LinkPart.NOT_ME),
        }
        assert user.email not in str(delivery.body.html)
        return resolve(delivery.body.text, {str(name.value): value for name, value in values.items()})

    return write


class TestRetention:
    def test_purges_what_is_past_its_days_and_nothing_else(self, member):
        now = timezone.now()
        second = dt.timedelta(seconds=1)
        User.objects.create_user("late@readers.example", PASSPHRASE, unconfirmed_since=now - UNCONFIRMED_KEPT - second)
        User.objects.create_user("new@readers.example", PASSPHRASE, unconfirmed_since=now - UNCONFIRMED_KEPT + second)
        for age in (EVENTS_KEPT - second, EVENTS_KEPT + second):
            AccountEvent.objects.create(user=member, kind=EventKind.SIGNED_IN, happened_at=now - age)
        for age in (LETTERS_KEPT - second, LETTERS_KEPT + second):
            AccountLetter.objects.create(
                user=member, kind=LetterKind.RESET, locale="en", address=ADDRESS, created_at=now, expires_at=now - age
            )
        assert keep_retention(at=now) == {"unconfirmed": 1, "events": 1, "letters": 1, "sessions": 0}
        assert not User.objects.filter(email="late@readers.example").exists()
        assert sum(keep_retention(at=now).values()) == 0


class TestPublicPages:
    def test_do_not_know_who_reads_them(self, browser, member):
        sign_in(browser)
        signed_in, visitor = browser.get("/en/search/"), Client().get("/en/search/")
        assert signed_in.content == visitor.content
        assert "Cookie" not in visitor.get("Vary", "")
        assert signed_in.cookies == {}
