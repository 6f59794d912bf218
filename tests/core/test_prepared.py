from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from core.append_only import RecordImmutableError
from core.prepared import PreparedQuery, fetch_all
from policies.models import Edition, EditionText
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

    def test_reads_left_out_fields_when_they_are_asked_for(self) -> None:
        make_bilingual_policy()
        prepared = PreparedQuery(lambda locale: EditionText.objects.filter(locale=locale).defer("html"), locale="?")
        text = prepared.run(locale="en")[0]
        assert "html" not in vars(text)
        assert "<section" in text.html

    def test_knows_when_there_is_no_related_row(self) -> None:
        make_bilingual_policy()
        editions = Edition.objects.select_related("previous").order_by("major")
        prepared = PreparedQuery(lambda slug: editions.filter(policy__slug=slug), slug="?")
        with CaptureQueriesContext(connection) as queries:
            first, second = prepared.run(slug="privacy")
            assert first.previous is None
            assert second.previous == first
        assert len(queries) == 1

    def test_gives_instances_that_are_known_to_be_stored(self) -> None:
        make_bilingual_policy()
        edition = PreparedQuery(lambda slug: editions_of(slug), slug="?").run(slug="privacy")[0]
        assert not edition._state.adding
        assert edition._state.db == "default"
        with pytest.raises(RecordImmutableError):
            edition.save()

    def test_refuses_a_stand_in_that_the_query_does_not_use(self) -> None:
        prepared = PreparedQuery(lambda slug: Edition.objects.all(), slug="?")

        with pytest.raises(ValueError, match="no place"):
            prepared.run(slug="privacy")


class TestFetchAll:
    def statements(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            return int(cursor.fetchone()[0])

    @pytest.mark.parametrize(("is_on", "more"), [(True, 1), (False, 0)])
    def test_keeps_a_statement_for_the_connection_unless_told_not_to(self, is_on: bool, more: int) -> None:
        before = self.statements()
        with override_settings(AVOW_PREPARED_STATEMENTS=is_on):
            for number in (1, 2):
                assert fetch_all(f"SELECT %s + 10{int(is_on)}", [number]) == [(number + 100 + is_on,)]
        assert self.statements() == before + more

    def test_fails_as_django_s_own_cursors_do(self) -> None:
        with pytest.raises(DataError), transaction.atomic():
            fetch_all("SELECT 1 / 0")
