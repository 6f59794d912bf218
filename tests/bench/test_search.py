"""The bench of search in small."""

from __future__ import annotations

import pytest

from bench.search import catalogue, corpus, terms
from search.services import refresh_stale
from search.sources import PolicySource
from tests.factories.search import NOW


def test_the_corpus_is_always_the_same() -> None:
    for language in (corpus.CHINESE, corpus.ENGLISH):
        assert list(corpus.make(5, language)) == list(corpus.make(5, language))


def test_terms_stand_where_they_are_said_to() -> None:
    texts = {"zh-hant": ["保存個人資料三年"], "en": ["Personal data are kept"]}
    for asked in terms.sample(texts, 20):
        assert 2 <= len(asked.text) <= 8
        assert terms.places(asked, [text.lower() for text in texts[asked.language]] + ["x"]) <= {0}
    assert terms.places(terms.Asked("dat", "en", is_phrase=False), ["data"]) == set()


@pytest.mark.django_db
def test_the_clauses_are_indexed() -> None:
    catalogue.fill(20)
    assert refresh_stale(source=PolicySource.name, at=NOW) == 22
