from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from newsletters.link_checks import Finding, check_links, is_public
from tests.factories.policies import key, make_bilingual_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = "http://127.0.0.1:8000"


class _Answers(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_HEAD(self) -> None:
        self.asked.append(self.path)
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    _Answers.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


def find(url: str, **options: object) -> Finding:
    return check_links([url], **options)[0].finding  # type: ignore[arg-type]


@pytest.mark.django_db
class TestOwnLinks:
    @pytest.mark.parametrize(
        ("path", "finding"),
        [
            ("", Finding.WORKS),
            ("/en/policies/privacy/", Finding.WORKS),
            ("/en/policies/privacy/editions/2.0/", Finding.WORKS),
            (f"/en/policies/privacy/editions/2.0/#c-{key('1')}", Finding.WORKS),
            ("/en/policies/privacy/editions/2.0/#c-nothing", Finding.BROKEN),
            ("/en/policies/privacy/editions/9.0/", Finding.BROKEN),
            ("/en/policies/nothing/", Finding.BROKEN),
            ("/nothing/", Finding.BROKEN),
        ],
    )
    def test_are_opened(self, path: str, finding: Finding) -> None:
        make_bilingual_policy()

        assert find(f"{SITE}{path}") == finding


class TestOtherLinks:
    @pytest.mark.parametrize(
        ("status", "finding"),
        [
            (200, Finding.WORKS),
            (301, Finding.WORKS),
            (404, Finding.BROKEN),
            (410, Finding.BROKEN),
            (403, Finding.UNCHECKED),
            (405, Finding.UNCHECKED),
            (500, Finding.UNCHECKED),
        ],
    )
    def test_are_asked_for_their_head(self, server: str, status: int, finding: Finding) -> None:
        assert find(f"{server}/{status}", may_ask=lambda _address: True) == finding

    def test_never_knock_at_our_own_doors(self, server: str) -> None:
        assert find(f"{server}/200") == Finding.UNCHECKED
        assert _Answers.asked == []

    @pytest.mark.parametrize(
        "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "fe80::1"]
    )
    def test_private_addresses_are_not_asked(self, address: str) -> None:
        assert not is_public(address)

    def test_are_left_to_people_where_the_network_says_nothing(self) -> None:
        assert find("https://nowhere.invalid/") == Finding.UNCHECKED
        assert find("mailto:a@b.example") == Finding.WORKS

    def test_are_asked_a_few_times_at_most(self, server: str) -> None:
        found = check_links([f"{server}/200{'/' * n}" for n in range(14)], may_ask=lambda _a: True)

        assert [link.finding for link in found].count(Finding.UNCHECKED) >= 4
        assert len(_Answers.asked) <= 10
