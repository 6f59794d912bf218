import pytest

from bench import comparison


@pytest.fixture(autouse=True)
def few_clauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "CLAUSES", 40)


class TestMeasure:
    @pytest.mark.parametrize("language", comparison.TEXTS)
    def test_we_mark_little_more_than_what_changed(self, language: str) -> None:
        found = comparison.measure(comparison.make_editions(language))
        assert found["marked"] <= comparison.MARKED_BUDGET
        assert found["marked"] <= found["wagtail_marked"]

    def test_makes_the_same_editions_each_time(self) -> None:
        assert comparison.make_editions("en") == comparison.make_editions("en")


class TestMain:
    def test_says_whether_a_budget_is_missed(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(comparison, "FIRST_BUDGET", 60_000)
        monkeypatch.setattr(comparison, "CACHED_BUDGET", 60_000)
        assert comparison.main() == 0
        assert "Wagtail" in capsys.readouterr().out
        monkeypatch.setattr(comparison, "MARKED_BUDGET", 0)
        assert comparison.main() == 1
