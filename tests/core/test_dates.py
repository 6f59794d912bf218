from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import civil_date, format_date, parse_date, roc_year


class TestFormatDate:
    def test_english_is_day_month_year(self):
        assert format_date(dt.date(2026, 3, 14), "en") == "14 March 2026"

    def test_chinese_gives_both_calendars(self):
        assert format_date(dt.date(2026, 3, 14), "zh-hant") == "中華民國115年3月14日（2026年3月14日）"

    def test_chinese_gives_gregorian_alone_before_the_republic(self):
        assert format_date(dt.date(1911, 12, 31), "zh-hant") == "1911年12月31日"

    def test_the_first_year_is_1912(self):
        assert roc_year(dt.date(1912, 1, 1)) == 1
        assert roc_year(dt.date(1911, 12, 31)) is None


class TestCivilDate:
    def test_an_evening_in_utc_is_the_next_day_in_taipei(self):
        assert civil_date(dt.datetime(2026, 3, 13, 16, 0, tzinfo=dt.UTC)) == dt.date(2026, 3, 14)
        assert civil_date(dt.datetime(2026, 3, 13, 15, 59, tzinfo=dt.UTC)) == dt.date(2026, 3, 13)


class TestParseDate:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-03-14",
            "民國115年3月14日",
            "中華民國115年3月14日",
            "115.3.14",
            "115-03-14",
            "1150314",
            "２０２６-０３-１４",
        ],
    )
    def test_reads_what_officials_write(self, text):
        assert parse_date(text) == dt.date(2026, 3, 14)

    def test_reads_a_two_digit_year_of_the_republic(self):
        assert parse_date("0940526") == dt.date(2005, 5, 26)
        assert parse_date("940526") == dt.date(2005, 5, 26)

    @pytest.mark.parametrize(
        "text", ["", "2026-02-30", "tomorrow", "115", "1.2", "民國", "2026-13-01", "０", "民國0年1月1日", "000101"]
    )
    def test_answers_none_for_what_is_no_date(self, text):
        assert parse_date(text) is None

    @given(st.dates(min_value=dt.date(1912, 1, 1), max_value=dt.date(2910, 12, 31)))
    def test_reads_back_both_calendars(self, day):
        assert parse_date(day.isoformat()) == day
        assert parse_date(f"民國{day.year - 1911}年{day.month}月{day.day}日") == day

    @given(st.text(max_size=30))
    def test_never_fails(self, text):
        parse_date(text)
