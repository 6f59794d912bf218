from __future__ import annotations

import gzip
import socket
import time
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core.models import SiteVersion
from policies import middleware
from policies.middleware import RecordCacheMiddleware, page_store
from policies.page_cache import PageStore, StoredPage
from tests.factories.policies import CHINESE, clauses, issue, make_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from policies.models import PolicyPage

PATH = "/zh-hant/policies/privacy/"


@pytest.fixture
def page(db: None) -> PolicyPage:
    page = make_page()
    issue(page)
    return page


class View:
    """Stands for the rest of the site; counts how often it is asked."""

    def __init__(self, make: Callable[[HttpRequest], HttpResponse] | None = None) -> None:
        self.asked = 0
        self.make = make or (lambda _request: HttpResponse("text"))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.asked += 1
        return self.make(request)


def ask(view: View, path: str = PATH, **headers: str) -> HttpResponse:
    return RecordCacheMiddleware(view)(RequestFactory(headers=headers).get(path))


class TestValidators:
    def test_same_page_has_the_same_tag(self, client: Client, page: PolicyPage) -> None:
        first, second = client.get(PATH), client.get(PATH)

        assert first["ETag"] == second["ETag"]
        assert first.content == second.content

    def test_answers_304_without_a_body(self, client: Client, page: PolicyPage) -> None:
        etag = client.get(PATH)["ETag"]

        again = client.get(PATH, headers={"If-None-Match": etag})

        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
        assert again["Cache-Control"] == middleware.CACHE_CONTROL
        assert "Content-Type" not in again

    @pytest.mark.parametrize("form", ["W/{}", '"other", {}', "*"])
    def test_compares_tags_weakly(self, client: Client, page: PolicyPage, form: str) -> None:
        etag = client.get(PATH)["ETag"]

        assert client.get(PATH, headers={"If-None-Match": form.format(etag)}).status_code == 304

    @pytest.mark.parametrize("wanted", ['"other"', "", "rubbish"])
    def test_answers_in_full_to_another_tag(self, client: Client, page: PolicyPage, wanted: str) -> None:
        assert client.get(PATH, headers={"If-None-Match": wanted}).status_code == 200

    def test_tags_of_compressed_and_plain_differ(self, client: Client, page: PolicyPage) -> None:
        plain = client.get(PATH)
        compressed = client.get(PATH, headers={"Accept-Encoding": "br, gzip"})

        assert plain["ETag"] != compressed["ETag"]
        assert client.get(PATH, headers={"If-None-Match": compressed["ETag"]}).status_code == 200

    def test_compresses(self, client: Client, page: PolicyPage) -> None:
        plain = client.get(PATH)

        compressed = client.get(PATH, headers={"Accept-Encoding": "gzip"})

        assert compressed["Content-Encoding"] == "gzip"
        assert compressed["Vary"] == plain["Vary"] == "Accept-Encoding"
        assert compressed["Content-Length"] == str(len(compressed.content))
        assert gzip.decompress(compressed.content) == plain.content

    def test_head_has_the_headers_of_get(self, client: Client, page: PolicyPage) -> None:
        got, head = client.get(PATH), client.head(PATH)

        assert head.content == b""
        assert (head["ETag"], head["Content-Length"]) == (got["ETag"], got["Content-Length"])

    def test_has_the_same_headers_from_memory(self, client: Client, page: PolicyPage) -> None:
        made, kept = client.get(PATH, secure=True), client.get(PATH, secure=True)

        assert set(made.headers) == set(kept.headers)
        assert kept["Content-Security-Policy"] == made["Content-Security-Policy"]
        assert kept["X-Frame-Options"] == "DENY"
        assert kept["Content-Language"] == "zh-Hant"

    def test_lets_nginx_keep_a_page_to_the_end_of_the_second(self, client: Client, page: PolicyPage) -> None:
        before = int(time.time())

        until = int(client.get(PATH)["X-Accel-Expires"].removeprefix("@"))

        assert before <= until <= int(time.time())


class TestFreshness:
    def test_a_page_in_memory_takes_one_query(self, client: Client, page: PolicyPage) -> None:
        client.get(PATH)

        with CaptureQueriesContext(connection) as queries:
            client.get(PATH)

        assert len(queries) == 1

    def test_a_new_edition_shows_with_the_next_request(self, client: Client, page: PolicyPage) -> None:
        etag = client.get(PATH)["ETag"]
        changed = [*CHINESE[:1], (CHINESE[1][0], "<p>保存五年。</p>"), *CHINESE[2:]]

        issue(page, on="2025-03-01", content=clauses(*changed))

        answer = client.get(PATH, headers={"If-None-Match": etag})
        assert answer.status_code == 200
        assert "保存五年" in answer.content.decode()

    def test_an_announced_edition_comes_into_force_at_midnight(
        self, client: Client, page: PolicyPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        view = View()
        ask(view)
        tomorrow = middleware.today().replace(year=2100)
        monkeypatch.setattr(middleware, "today", lambda: tomorrow)

        ask(view)

        assert view.asked == 2

    def test_nothing_is_kept_when_turned_off(self, page: PolicyPage, settings: SettingsWrapper) -> None:
        settings.AVOW_PAGE_CACHE = False
        view = View()

        answers = [ask(view), ask(view)]

        assert view.asked == 2
        assert answers[0]["ETag"] == answers[1]["ETag"]


@pytest.mark.django_db
class TestWhatIsKept:
    @pytest.mark.parametrize("path", [PATH, f"{PATH}?", f"{PATH}?view=table&format=json", "/en/", "/zh-hant/policies/"])
    def test_keeps_pages_of_the_record(self, path: str) -> None:
        view = View()
        ask(view, path)
        ask(view, path)

        assert view.asked == 1

    @pytest.mark.parametrize(
        "path",
        [
            f"{PATH}?utm_source=x",
            f"{PATH}?view=table&x=1",
            f"{PATH}?x",
            f"{PATH}?view={'a' * 200}",
            "/en/search/?q=data",
            "/admin/",
            "/",
            "/xx/policies/privacy/",
        ],
    )
    def test_leaves_everything_else_alone(self, path: str) -> None:
        view = View()
        ask(view, path)
        answer = ask(view, path)

        assert view.asked == 2
        assert "ETag" not in answer

    def test_leaves_posts_alone(self) -> None:
        view = View()
        for _ in range(2):
            RecordCacheMiddleware(view)(RequestFactory().post(PATH))

        assert view.asked == 2

    @pytest.mark.parametrize("status", [301, 404, 410, 500])
    def test_does_not_keep_errors(self, status: int) -> None:
        view = View(lambda _request: HttpResponse(status=status))
        answers = [ask(view), ask(view)]

        assert view.asked == 2
        assert answers[1].status_code == status

    def test_never_keeps_a_cookie(self) -> None:
        def greet(request: HttpRequest) -> HttpResponse:
            response = HttpResponse("hello")
            response.set_cookie("session", "one reader's")
            return response

        view = View(greet)
        answers = [ask(view), ask(view)]

        assert view.asked == 2
        assert answers[1].cookies
        assert page_store.find(f"http:{PATH}?") is None

    def test_keeps_http_and_https_apart(self) -> None:
        view = View(
            lambda request: HttpResponse(headers={"Strict-Transport-Security": "x"} if request.is_secure() else {})
        )
        handle = RecordCacheMiddleware(view)
        handle(RequestFactory().get(PATH, secure=True))

        assert "Strict-Transport-Security" not in handle(RequestFactory().get(PATH))

    def test_plain_http_is_redirected_where_https_is_required(self, client: Client, settings: SettingsWrapper) -> None:
        settings.SECURE_SSL_REDIRECT = True
        make_page_public()
        assert client.get(PATH, secure=True).status_code == 200

        assert client.get(PATH).status_code == 301


class TestWithoutDatabase:
    @pytest.fixture
    def dead_port(self, transactional_db: None) -> Iterator[Callable[[], None]]:
        """Return what takes the database away: every new connection is refused."""

        def take_away() -> None:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            connection.close()
            connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": str(port)}

        former = dict(connection.settings_dict)
        yield take_away
        connection.settings_dict |= former

    def test_serves_the_last_page_known(self, client: Client, dead_port: Callable[[], None]) -> None:
        make_page_public()
        known = client.get(PATH)

        dead_port()
        stale = client.get(PATH)

        assert (stale.status_code, stale.content) == (200, known.content)
        assert stale["Warning"] == '110 - "Response is stale"'
        assert "Warning" not in known

    def test_has_no_answer_to_what_it_never_made(self, client: Client, dead_port: Callable[[], None]) -> None:
        dead_port()
        client.raise_request_exception = False

        answer = client.get(PATH)

        assert answer.status_code == 500
        assert "Content-Security-Policy" in answer

    def test_opens_a_new_connection_when_the_server_dropped_the_old_one(
        self, client: Client, transactional_db: None
    ) -> None:
        make_page_public()
        client.get(PATH)
        assert connection.connection is not None
        connection.connection.close()

        assert client.get(PATH).status_code == 200


class TestPageStore:
    def test_is_bounded(self) -> None:
        store = PageStore(max_bytes=10_000)

        for number in range(100):
            store.put(f"/{number}", stored(b"x" * 1_000))

        kept = [page for number in range(100) if (page := store.find(f"/{number}"))]
        assert 0 < sum(page.size for page in kept) <= 10_000

    def test_drops_what_was_not_asked_for_longest(self) -> None:
        store = PageStore(max_bytes=8_000)
        for name in ("a", "b", "c"):
            store.put(name, stored(b"x" * 1_000))
        store.find("a")

        store.put("d", stored(b"x" * 1_000))

        assert store.find("a") is not None
        assert store.find("b") is None

    def test_counts_a_replaced_page_once(self) -> None:
        store = PageStore(max_bytes=8_000)
        store.put("a", stored(b"x" * 1_000))

        for _ in range(20):
            store.put("b", stored(b"y" * 1_000))

        assert store.find("a") is not None


def stored(body: bytes) -> StoredPage:
    return StoredPage((1,), body, {}, "tag")


def make_page_public() -> None:
    issue(make_page())
    assert SiteVersion.current() > 0
