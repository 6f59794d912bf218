from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policies.models import Edition
from policies.prepared import PreparedQuery
from policies.selectors import editions_of
from tests.factories.policies import issue, make_bilingual_policy, make_page

pytestmark = pytest.mark.django_db


class TestPreparedQuery:
    def test_gives_what_the_queryset_gives(self) -> None:
        make_bilingual_policy()
        prepared = PreparedQuery(lambda slug: editions_of(slug), slug="?")

        found, expected = prepared.run(slug="privacy"), list(editions_of("privacy"))

        assert found == expected
        for ours, theirs in zip(found, expected, strict=True):
            names = {*vars(theirs)} - {"_state"}
            assert {name: getattr(ours, name) for name in names} == {name: getattr(theirs, name) for name in names}
            assert ours.policy.hosts == theirs.policy.hosts

    def test_takes_other_values_and_one_query(self) -> None:
        make_bilingual_policy()
        issue(make_page("security"))
        prepared = PreparedQuery(lambda slug: editions_of(slug), slug="?")
        assert len(prepared.run(slug="privacy")) == 2

        with CaptureQueriesContext(connection) as queries:
            found = prepared.run(slug="security")

        assert [edition.policy.slug for edition in found] == ["security"]
        assert len(queries) == 1

    def test_refuses_a_stand_in_that_the_query_does_not_use(self) -> None:
        prepared = PreparedQuery(lambda slug: Edition.objects.all(), slug="?")

        with pytest.raises(ValueError, match="no place"):
            prepared.run(slug="privacy")
