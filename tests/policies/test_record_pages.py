"""Pages of the record are answered before anything that knows who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from csp.constants import HEADER
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from cms.middleware import ContentSecurityPolicyMiddleware
from policies.middleware import RecordPagesMiddleware
from tests.factories.policies import make_bilingual_policy

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def _others(request: HttpRequest) -> HttpResponse:
    return HttpResponse("others")


class TestRecordPages:
    def test_views_of_the_record_meet_no_session_and_no_account(self) -> None:
        request = RequestFactory().get("/en/policies/")
        response = RecordPagesMiddleware(_others)(request)
        assert response.content != b"others"
        assert not hasattr(request, "session")
        assert not hasattr(request, "user")
        assert request.resolver_match is not None
        assert request.resolver_match.view_name == "policies:list"

    @pytest.mark.parametrize("path", ["/", "/en/", "/en/search/", "/admin/", "/en/policies/privacy/below/it/"])
    def test_other_addresses_go_on(self, path: str) -> None:
        assert RecordPagesMiddleware(_others)(RequestFactory().get(path)).content == b"others"

    def test_a_preview_goes_on(self) -> None:
        make_bilingual_policy()
        request = RequestFactory().get("/en/policies/privacy/")
        request.is_dummy = True  # type: ignore[attr-defined] # Wagtail's mark
        assert RecordPagesMiddleware(_others)(request).content == b"others"

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/en/policies/nothing/", 404),
            ("/en/policies", 301),
            ("/en/policies/nothing/at/2026-02-30/", 404),
            ("/xx/policies/", 404),
        ],
    )
    def test_errors_and_missing_slashes_are_answered_as_everywhere(
        self, client: Client, path: str, status: int
    ) -> None:
        assert client.get(path).status_code == status

    def test_a_host_that_is_not_ours_is_refused(self, client: Client) -> None:
        make_bilingual_policy()
        assert client.get("/en/policies/privacy/", headers={"host": "evil.example"}).status_code == 400


class TestContentSecurityPolicy:
    def ask(self, **attributes: object) -> str:
        def view(request: HttpRequest) -> HttpResponse:
            response = HttpResponse()
            vars(response).update(attributes)
            return response

        response = ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/"))
        assert isinstance(response, HttpResponse)
        return response.headers[HEADER]

    def test_answers_have_the_policy_of_the_settings(self) -> None:
        policy = self.ask()
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe-inline" not in policy

    def test_an_answer_may_change_its_own(self) -> None:
        assert "frame-src 'self'" in self.ask(_csp_update={"frame-src": ["'self'"]})
        assert "frame-src" not in self.ask()
