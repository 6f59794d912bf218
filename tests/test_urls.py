"""Every address of the site: what it answers, in which language, and that asking never changes anything."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client

from core.addresses import in_language
from policies.models import Edition, EditionText, PolicyPage
from policies.services import StandingOrder, withdraw_policy
from tests.factories.policies import at, issue, make_bilingual_policy, make_page
from tests.pages import Page
from tests.policies import admin_desk as desk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytestmark = pytest.mark.django_db

LANGUAGES = {"en": "en", "zh-hant": "zh-Hant"}
PRIVACY = "/en/policies/privacy/"

#: Addresses in English of pages that exist in both languages.
PAGES = (
    "/en/",
    "/en/policies/",
    PRIVACY,
    f"{PRIVACY}history/",
    f"{PRIVACY}editions/1.0/",
    f"{PRIVACY}editions/2.0/",
    f"{PRIVACY}at/2024-02-29/",
    f"{PRIVACY}compare/1.0...2.0/",
    f"{PRIVACY}compare/1.0...2.0/?view=table",
    f"{PRIVACY}compare/2.0...2.0/",
    "/en/policies/security/",
    "/en/policies/security/editions/2.0/",
    "/en/search/",
    "/en/search/?q=policy",
    "/en/data-register/",
    "/en/bulletins/topics/all-policies/",
)
#: Pages with a form that needs no cookie, whose answer nobody keeps.
FORMS = ("/en/bulletins/", "/en/bulletins/?topic=all-policies")
#: What is not a web page, and its media type.
FILES = {
    f"{PRIVACY}history/feed.atom": "application/atom+xml",
    f"{PRIVACY}editions/2.0/?format=json": "application/json",
    f"{PRIVACY}editions/2.0/?format=md": "text/markdown",
    f"{PRIVACY}editions/2.0/?format=akn": "application/akn+xml",
    f"{PRIVACY}editions/2.0/?format=txt": "text/plain",
    f"{PRIVACY}compare/1.0...2.0/?format=json": "application/json",
    "/en/bulletins/topics/all-policies/feed.atom": "application/atom+xml",
}
WITHOUT_LANGUAGE = {
    "/healthz": "text/plain",
    "/readyz": "text/plain",
    "/robots.txt": "text/plain",
    "/sitemap.xml": "application/xml",
}
LONG = "x" * 10_000
#: What nobody should ask for, below `/<lang>/`, and how it is answered.
BAD = {
    "policies/privacy/compare/9.9...1.0/": 404,
    "policies/privacy/compare/1.0...9.9/": 404,
    "policies/privacy/compare/1.0..2.0/": 404,
    "policies/privacy/compare/999999.999999...1.0/": 404,
    "policies/privacy/compare/9999999999999999999.0...1.0/": 404,
    "policies/privacy/compare/1.0...2.0/?view=diagonal": 400,
    "policies/privacy/compare/1.0...2.0/?format=pdf": 400,
    "policies/privacy/compare/01.0...2.0/": 404,
    "policies/privacy/at/2026-02-30/": 404,
    "policies/privacy/at/1890-01-01/": 404,
    "policies/privacy/at/0000-00-00/": 404,
    "policies/privacy/at/2026-2-3/": 404,
    "policies/privacy/at/20260203/": 404,
    "policies/privacy/at/2026-W01-1/": 404,
    "policies/privacy/at/yesterday/": 404,
    "policies/privacy/at/%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%96-03-14/": 404,
    "policies/privacy/at/2026-03-14%00/": 404,
    "policies/privacy/editions/1/": 404,
    "policies/privacy/editions/": 404,
    "policies/privacy/editions/1.0.0/": 404,
    "policies/privacy/editions/-1.0/": 404,
    "policies/privacy/editions/%EF%BC%91.0/": 404,
    "policies/privacy/editions/9999999.0/": 404,
    "policies/privacy/editions/999999.0/": 404,
    "policies/privacy/editions/2.0/?format=pdf": 400,
    "policies/privacy/editions/2.0/?format=": 400,
    "policies/privacy/editions/2.0/?format=json%00": 400,
    "policies/privacy/editions/2.0/?sequence=0": 404,
    "policies/privacy/editions/2.0/?sequence=-1": 404,
    "policies/privacy/editions/2.0/?sequence=2": 404,
    "policies/privacy/editions/2.0/?sequence=" + "9" * 400: 404,
    "policies/privacy/editions/2.0/?sequence=%EF%BC%91": 404,
    "policies/privacy/history/?before=0.1": 404,
    "policies/privacy/history/?before=99999999999.1": 404,
    "policies/privacy/history/?before=%00": 404,
    "policies/privacy/with/fr/": 404,
    "policies/privacy/with/%00/": 404,
    "policies/none/": 404,
    "policies/none/history/": 404,
    "policies/none/history/feed.atom": 404,
    "policies/none/editions/1.0/": 404,
    "policies/none/at/2024-01-15/": 404,
    "policies/none/at/2024-02-30/": 404,
    "policies/none/compare/1.0...2.0/": 404,
    "policies/none/with/fr/": 404,
    "policies/../../etc/passwd": 404,
    "policies/..%2f..%2fetc%2fpasswd/": 404,
    "policies/%2e%2e/%2e%2e/settings.py": 404,
    "policies/privacy%00/": 404,
    "policies/%ff%fe/": 404,
    "policies/%zz/": 404,
    "policies/%/": 404,
    "policies/隱私權/": 404,
    f"policies/{LONG}/": 404,
    f"policies/privacy/at/{LONG}/": 404,
    f"policies/privacy/with/{LONG}/": 404,
    f"nothing/{LONG}/": 404,
    "bulletins/0/": 404,
    "bulletins/999999/": 404,
    "bulletins/99999999999999999999/": 404,
    "bulletins/none/": 404,
    "bulletins/topics/none/": 404,
    "bulletins/topics/none/feed.atom": 404,
    "bulletins/topics/all-policies/?before=0": 404,
    "bulletins/topics/all-policies/?before=1": 404,
    "bulletins/topics/all-policies/?before=%00": 404,
    "bulletins/topics/all-policies/?before=" + "9" * 400: 404,
    "bulletins/topics/all-policies/?before=%EF%BC%91": 404,
    "bulletins/confirm/none/": 404,
    "bulletins/confirm/%00/": 404,
    "bulletins/not-me/none/": 404,
    "bulletins/undo/none/": 404,
    "bulletins/preferences/none/": 404,
    f"bulletins/preferences/{LONG}/": 404,
    f"bulletins/?topic={LONG}": 200,
    "bulletins/?topic=%00": 200,
    # A query that means nothing to a page is let be: links arrive with other people's parameters.
    f"policies/privacy/?{LONG}": 200,
    f"policies/privacy/?utm={LONG}": 200,
    f"policies/privacy/compare/1.0...2.0/?view={LONG}": 400,
    f"policies/privacy/history/?before={LONG}": 404,
    f"policies/?{'a=1&' * 900}": 200,
    f"search/?q={LONG}": 200,
    "search/?q=%00": 200,
    "search/?q=%ff%fe": 200,
    "search/?q=%27%3B%20DROP%20TABLE%20x": 200,
    "search/?q=%25%5C_": 200,
    "search/?q=%EE%80%80%F0%9F%98%80": 200,
    "search/?q=a&q=b": 200,
    "search/?w=%": 200,
}
#: The same below the root; these have no language but the browser's.
BAD_WITHOUT_LANGUAGE = {
    "/fr/": 404,
    "/fr/policies/privacy/": 404,
    "/zh/policies/privacy/": 404,
    "/en%00/": 404,
    "/%ff/": 404,
    "/../../etc/passwd": 404,
    "/.env": 404,
    "/static/../cms/settings/base.py": 404,
    "/static/%2e%2e/manage.py": 404,
    "/documents/1/none.pdf": 404,
    "/documents/99999999999999999999999/none.pdf": 404,
    "/documents/1/%00": 404,
    "/media/none.png": 404,
    "/policy-record/1/": 404,
    "/u/none/": 404,
    "/u/%00/": 404,
    f"/u/{LONG}/": 404,
    "/u/": 404,
    "/outbox/999999/": 404,
    "/outbox/99999999999999999999/html/": 404,
    f"/{LONG}": 404,
}


@pytest.fixture
def record() -> None:
    """Two policies in both languages, the second withdrawn."""
    make_bilingual_policy()
    source = make_page("security", title="資訊安全政策")
    issue(source, on="2024-01-15")
    issue(make_page("security", language="en", title="Security policy"), on="2024-01-15")
    withdraw_policy(
        StandingOrder(
            policy=source.policy,
            notices={"en": "The law says it now.", "zh-hant": "法律已有規定。"},
            effective_from=dt.date(2025, 9, 1),
            issued_at=at("2025-08-01"),
            issued_by="林書瑜",
        )
    )


@contextmanager
def nothing_written() -> Iterator[None]:
    """Fail on any statement that is not a read."""

    def refuse(execute: Any, statement: str, *rest: Any) -> Any:
        verb = str(statement).lstrip("( ").split(None, 1)[0].upper()
        assert verb in {"SELECT", "WITH", "SAVEPOINT", "RELEASE", "SET"}, statement
        # A common table expression may write as well.
        assert verb != "WITH" or not re.search(r"\b(INSERT|UPDATE|DELETE|MERGE)\b", str(statement)), statement
        return execute(statement, *rest)

    with connection.execute_wrapper(refuse):
        yield


def in_every_language(addresses: Iterable[str]) -> list[str]:
    return [in_language(address, code) for address in addresses for code in LANGUAGES]


def ask(addresses: Iterable[str], method: str = "get") -> dict[str, int]:
    """Return the status of each address, asked as a stranger, with nothing written."""
    with nothing_written():
        return {address: getattr(Client(), method)(address).status_code for address in addresses}


def language_of(address: str) -> str:
    return LANGUAGES[address.split("/")[1]]


@pytest.mark.usefixtures("record")
class TestPages:
    def test_every_page_is_there_in_the_language_of_its_address(self) -> None:
        for address in in_every_language(PAGES):
            response = Client().get(address)
            assert (address, response.status_code) == (address, 200)
            assert Page(response).one("/html").get("lang") == language_of(address)
            assert response["Content-Language"] == language_of(address)

    def test_two_languages_side_by_side(self) -> None:
        assert Page(Client().get("/en/policies/privacy/with/zh-hant/")).one("/html").get("lang") == "en"
        assert Page(Client().get("/zh-hant/policies/privacy/with/en/")).one("/html").get("lang") == "zh-Hant"
        assert set(ask(["/en/policies/privacy/with/en/", "/zh-hant/policies/privacy/with/zh-hant/"]).values()) == {404}

    def test_every_file_has_its_media_type(self) -> None:
        kinds = {each: kind for address, kind in FILES.items() for each in in_every_language([address])}
        for address, kind in (kinds | WITHOUT_LANGUAGE).items():
            response = Client().get(address)
            assert (address, response.status_code) == (address, 200)
            assert response["Content-Type"].split(";")[0] == kind

    def test_the_root_leads_to_the_language_that_the_browser_prefers(self) -> None:
        for accepted, home in {"zh-TW,zh;q=0.9": "/zh-hant/", "de,en;q=0.5": "/en/", "": "/en/", ";;": "/en/"}.items():
            response = Client(headers={"accept-language": accepted}).get("/")
            assert (response.status_code, response["Location"]) == (302, home)

    def test_an_address_without_its_last_slash_leads_to_the_one_with_it(self) -> None:
        for address in in_every_language(PAGES):
            if "?" in address:
                continue
            response = Client().get(address.removesuffix("/"))
            assert (response.status_code, response.headers.get("Location")) == (301, address)

    def test_a_comparison_asked_for_backwards_leads_to_the_one_forwards(self) -> None:
        response = Client().get("/zh-hant/policies/privacy/compare/2.0...1.0/?view=table")
        assert response.status_code == 301
        assert response["Location"] == "/zh-hant/policies/privacy/compare/1.0...2.0/?view=table"


@pytest.mark.usefixtures("record")
class TestLanguageSwitch:
    def switch(self, page: Page) -> dict[str, str]:
        links = page.all("//nav[contains(@class, 'languages')]//a")
        return {link.get("hreflang"): link.get("href") for link in links}

    def test_leads_to_the_same_thing_and_back(self) -> None:
        for address in [*in_every_language(PAGES), "/en/policies/privacy/with/zh-hant/"]:
            here = Page(Client().get(address))
            other = next(code for code in LANGUAGES.values() if code != language_of(address))
            there = self.switch(here)[other]
            response = Client().get(there)
            assert (there, response.status_code) == (there, 200)
            assert language_of(there) == other
            assert self.switch(Page(response))[language_of(address)] == self.switch(here)[language_of(address)]

    def test_leads_to_a_page_that_says_what_is_missing(self) -> None:
        issue(make_page("cookies", title="小型文字檔政策"), on="2024-01-15")
        for path in ("", "editions/1.0/", "at/2024-02-01/", "compare/1.0...1.0/"):
            there = self.switch(Page(Client().get(f"/zh-hant/policies/cookies/{path}")))["en"]
            response = Client().get(there)
            assert (there, response.status_code) == (there, 404)
            assert "/zh-hant/policies/cookies/" in " ".join(Page(response).links)

    def test_is_on_the_pages_that_say_no(self) -> None:
        for bad in ("policies/none/", "policies/privacy/at/2026-02-30/", "policies/privacy/editions/2.0/?format=pdf"):
            assert set(self.switch(Page(Client().get(f"/zh-hant/{bad}")))) == set(LANGUAGES.values())


@pytest.mark.usefixtures("record")
class TestBadAddresses:
    def test_each_is_answered_in_the_language_of_its_address(self) -> None:
        for path, status in BAD.items():
            for code, lang in LANGUAGES.items():
                # The browser prefers the other language: the address wins.
                other = next(each for each in LANGUAGES.values() if each != lang)
                with nothing_written():
                    response = Client(headers={"accept-language": other}).get(f"/{code}/{path}")
                assert (path, response.status_code) == (path, status)
                page = Page(response)
                assert (path, page.one("/html").get("lang")) == (path, lang)
                assert bool(re.search(r"[一-鿿]", page.words("//h1"))) == (code == "zh-hant")
                assert response.cookies == {}

    def test_head_is_answered_alike(self) -> None:
        expected = {f"/zh-hant/{path}": status for path, status in BAD.items()} | BAD_WITHOUT_LANGUAGE
        assert ask(expected, "head") == expected

    def test_without_a_language_the_browser_decides(self) -> None:
        for address, status in BAD_WITHOUT_LANGUAGE.items():
            for accepted, lang in {"zh-TW,en;q=0.5": "zh-Hant", "en": "en"}.items():
                response = Client(headers={"accept-language": accepted}).get(address)
                assert (address, response.status_code, response.cookies) == (address, status, {})
                # /zh/ is no address of ours, and yet says which language its reader reads.
                expected = "zh-Hant" if address.startswith("/zh/") else lang
                assert (address, Page(response).one("/html").get("lang")) == (address, expected)

    def test_none_of_them_repeats_what_was_asked_unescaped(self) -> None:
        script = "%3Cscript%3Ealert(1)%3C/script%3E"
        for path in (
            f"search/?q={script}",
            f"policies/{script}/",
            f"policies/privacy/at/{script}/",
            f"policies/privacy/?view={script}",
            f"policies/privacy/history/?before={script}",
        ):
            assert b"<script>alert" not in Client().get(f"/en/{path}").content


@pytest.mark.usefixtures("record")
class TestMethods:
    def test_head_answers_as_get_does_without_the_body(self) -> None:
        for address in [*in_every_language([*PAGES, *FILES]), *WITHOUT_LANGUAGE]:
            got, head = Client().get(address), Client().head(address)
            assert (address, head.status_code, head.content) == (address, 200, b"")
            for name in ("Content-Type", "Content-Language", "Cache-Control"):
                assert head.headers.get(name) == got.headers.get(name)

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_nothing_else_is_allowed(self, method: str) -> None:
        addresses = [*in_every_language([*PAGES, *FILES]), *WITHOUT_LANGUAGE, "/"]
        assert ask(addresses, method) == dict.fromkeys(addresses, 405)

    def test_no_answer_sets_a_cookie(self) -> None:
        for address in [*in_every_language([*PAGES, *FILES]), *WITHOUT_LANGUAGE, "/"]:
            response = Client().get(address)
            assert (address, dict(response.cookies)) == (address, {})


@pytest.mark.usefixtures("record")
class TestForms:
    def test_are_there_in_both_languages_and_change_nothing_by_being_looked_at(self) -> None:
        for address in in_every_language(FORMS):
            with nothing_written():
                got, head = Client().get(address), Client().head(address)
            assert (address, got.status_code, head.status_code, head.content) == (address, 200, 200, b"")
            assert Page(got).one("/html").get("lang") == language_of(address)
            assert (got["Cache-Control"], dict(got.cookies)) == ("no-store", {})

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_take_nothing_but_a_post(self, method: str) -> None:
        addresses = in_every_language(FORMS)
        assert ask(addresses, method) == dict.fromkeys(addresses, 405)


class TestAdmin:
    """Every screen of ours in the admin: who may see it, who is refused, who is asked to sign in."""

    #: 200 is seen, 403 refused (Wagtail sends home with a message: 302), `login` asked to sign in.
    SCREENS = {
        "": {"superuser": 200, "approver": 200, "author": 200},
        "pages/{page}/edit/": {"superuser": 200, "approver": 200, "author": 200},
        "pages/{english}/edit/": {"superuser": 200, "approver": 200, "author": 200},
        "pages/{page}/history/": {"superuser": 200, "approver": 200, "author": 200},
        "pages/add/policies/policypage/{index}/": {"superuser": 200, "approver": "home", "author": 200},
        "pages/{page}/revisions/{revision}/revert/": {"superuser": 200, "approver": 200, "author": 200},
        "pages/{page}/revisions/compare/{revision}...latest/": {"superuser": 200, "approver": 200, "author": 200},
        "policy-record/{policy}/": {"superuser": 200, "approver": 200, "author": 200},
        "policy-record/{policy}/withdraw/": {"superuser": 200, "approver": 200, "author": "home"},
        "policy-record/{policy}/reinstate/": {"superuser": 200, "approver": 200, "author": "home"},
        "policy-record/notes/{text}/": {"superuser": 200, "approver": 200, "author": "home"},
        "policy-record/dates/{edition}/": {"superuser": 200, "approver": 200, "author": "home"},
        "policy-record/pages/{page}/compare/{revision}/": {"superuser": 200, "approver": 200, "author": 200},
        "policy-record/pages/{page}/import/": {"superuser": 200, "approver": 200, "author": 200},
        "policy_settings/": {"superuser": 200, "approver": 200, "author": "home"},
        "policy_settings/edit/{policy}/": {"superuser": 200, "approver": 200, "author": "home"},
        "policy_settings/new/": {"superuser": "home", "approver": "home", "author": "home"},
        "policy_settings/delete/{policy}/": {"superuser": "home", "approver": "home", "author": "home"},
        "mail/": {"superuser": 200, "approver": "home", "author": "home"},
        "mail/uncertain/": {"superuser": 200, "approver": "home", "author": "home"},
        "mail/bounces/": {"superuser": 200, "approver": "home", "author": "home"},
        "mail/look-up/": {"superuser": 200, "approver": "home", "author": "home"},
        "mail_destinations/": {"superuser": 200, "approver": "home", "author": "home"},
        "mail_topics/": {"superuser": 200, "approver": 200, "author": "home"},
        # What does not exist.
        "mail/999999/": {"superuser": 404, "approver": 404, "author": 404},
        "bulletins/999999/sending/": {"superuser": 404, "approver": 404, "author": 404},
        "policy-record/999999/": {"superuser": 404, "approver": 404, "author": 404},
        "policy-record/99999999999999999999/": {"superuser": 404, "approver": 404, "author": 404},
        "policy-record/pages/{page}/compare/999999/": {"superuser": 404, "approver": 404, "author": 404},
        "policy-record/pages/{index}/import/": {"superuser": 404, "approver": 404, "author": 404},
        "policy-record/pages/{page}/structure/": {"superuser": 405, "approver": 405, "author": 405},
    }

    @pytest.mark.parametrize("path", SCREENS)
    def test_is_answered_as_the_role_deserves(self, path: str) -> None:
        make_bilingual_policy()
        address = f"/admin/{path.format(**self.ids())}"
        people = {
            "superuser": desk.make_user("Root", is_superuser=True),
            "approver": desk.make_approver(),
            "author": desk.make_author(),
        }
        assert {role: self.see(desk.sign_in(user), address) for role, user in people.items()} == self.SCREENS[path]
        assert self.see(Client(), address) == "login"

    def ids(self) -> dict[str, int]:
        pages = {page.language: page for page in PolicyPage.objects.select_related("locale").order_by("pk")}
        page = pages["zh-hant"]
        return {
            "page": page.pk,
            "english": pages["en"].pk,
            "index": page.get_parent().pk,
            "revision": page.revisions.order_by("pk")[0].pk,
            "policy": page.policy_id,
            "text": EditionText.objects.order_by("pk")[0].pk,
            "edition": Edition.objects.order_by("pk")[0].pk,
        }

    def see(self, client: Client, address: str) -> int | str:
        response = client.get(address)
        if response.status_code != 302:
            return int(response.status_code)
        return "login" if "/account/sign-in/" in response["Location"] else "home"
