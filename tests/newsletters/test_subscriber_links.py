from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from newsletters.models import (
    Subscriber,
    Subscription,
)
from tests.factories.newsletters import make_topic, name_topic
from tests.newsletters.reader_pages import Reader, confirm_path, every_link, sign_up

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Reader()


@pytest.fixture
def topic():
    return name_topic(make_topic("news"))


class TestEveryLink:
    @pytest.fixture
    def links(self, client, topic) -> dict[str, str]:
        request = sign_up(client)
        client.post(confirm_path(request), {"topic": [topic.pk]})
        return dict(every_link(Subscriber.objects.get(), request))

    def test_is_kept_by_nobody_and_told_to_nobody(self, client, links):
        for path in links.values():
            response = client.get(path)
            assert response.status_code == 200
            assert response["Cache-Control"] == "no-store"
            assert response["Referrer-Policy"] == "no-referrer"
            assert "noindex" in response["X-Robots-Tag"]
            assert 'name="robots" content="noindex"' in response.content.decode()
            assert not response.cookies

    def test_leads_to_the_same_page_in_the_other_language(self, client, links):
        for path in links.values():
            page = client.get(path).content.decode()
            href = re.search(r'href="([^"]+)" hreflang="zh-Hant"', page)
            assert href is not None
            other = client.get(href[1])
            assert other.status_code == 200
            assert '<html lang="zh-Hant">' in other.content.decode()

    def test_forged_truncated_and_of_another_purpose_is_not_found(self, client, links):
        tokens = {name: path.strip("/").rpartition("/")[2] for name, path in links.items()}
        for name, path in links.items():
            own = tokens[name]
            others = [token for other, token in tokens.items() if other != name]
            flipped = own[:-1] + ("A" if own[-1] != "A" else "B")
            for token in [*others, own[:-1], own[:10], "x", "x" * 500, flipped, own + "A"]:
                for method in (client.get, client.post):
                    assert method(path.replace(own, token), {"act": "all"}).status_code == 404
        assert Subscription.objects.filter(ended_at=None).exists()

    def test_takes_no_other_method_and_no_long_body(self, client, links):
        for path in links.values():
            assert client.put(path).status_code == 405
            assert client.delete(path).status_code == 405
            assert client.options(path)["Allow"] == "GET, HEAD, POST, OPTIONS"
            assert client.post(path, {"x": "y" * 70_000}).status_code == 413

    def test_stands_in_no_log(self, client, links, caplog):
        for path in links.values():
            client.get(path)
            client.put(path)
            client.post(path, {"act": "x"})
            client.get(path[:-6] + "/")
        for path in links.values():
            assert path.strip("/").rpartition("/")[2] not in caplog.text
