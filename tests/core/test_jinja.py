from __future__ import annotations

import datetime as dt

import pytest
from django.template import engines
from django.test import RequestFactory, override_settings
from django.utils.safestring import mark_safe
from django.utils.translation import override
from jinja2 import UndefinedError

from core.jinja import environment


def render(source: str, request: object = None, **context: object) -> str:
    return str(engines["jinja2"].from_string(source).render(context, request))


class TestEnvironment:
    def test_escapes_what_is_not_marked_safe(self) -> None:
        assert render("{{ a }}{{ b }}", a="<b>", b=mark_safe("<b>")) == "&lt;b&gt;<b>"

    def test_escapes_what_a_translated_sentence_names(self) -> None:
        assert render("{% trans a=a %}Search: {{ a }}{% endtrans %}", a="<b>") == "Search: &lt;b&gt;"

    def test_translates_into_the_language_of_the_reader(self) -> None:
        with override("zh-hant"):
            assert render("{{ _('Policies') }}") == "政策"
            assert render("{{ pgettext('between words', ', ') }}") == "、"

    def test_a_name_that_is_missing_is_an_error_in_tests(self) -> None:
        with pytest.raises(UndefinedError):
            render("{{ nothing }}")

    @override_settings(AVOW_STRICT_TEMPLATES=False)
    def test_a_name_that_is_missing_leaves_a_gap_for_readers(self) -> None:
        assert environment().from_string("a{{ nothing }}b").render() == "ab"

    def test_a_page_may_leave_out_what_base_html_can_do_without(self) -> None:
        page = render("{% extends 'base.html' %}", RequestFactory().get("/en/"), agency=None, language="en")
        assert "canonical" not in page

    def test_a_page_outside_the_cache_may_hold_a_form(self) -> None:
        form = render("<form method='post'>{{ csrf_input }}</form>", RequestFactory().get("/en/"))
        assert 'type="hidden" name="csrfmiddlewaretoken"' in form


class TestLanguages:
    """Words are compiled in, so each language has templates of its own."""

    def both(self, source: str, **context: object) -> tuple[str, str]:
        with override("zh-hant"):
            chinese = render(source, **context)
        return render(source, **context), chinese

    def test_each_language_has_its_own(self) -> None:
        assert self.both("{{ _('Policies') }}") == ("Policies", "政策")

    def test_a_sentence_is_put_together_in_the_order_of_the_language(self) -> None:
        source = "{% trans first=a, last=b %}From {{ first }} to {{ last }}{% endtrans %}"
        assert self.both(source, a="<", b="2") == ("From &lt; to 2", "自&lt;至2")

    def test_plurals_hang_on_the_number(self) -> None:
        source = "{% trans counter=n %}{{ counter }} clause changed{% pluralize %}{{ counter }} clauses changed{% endtrans %}"
        assert self.both(source, n=1) == ("1 clause changed", "1條有變更")
        assert self.both(source, n=2) == ("2 clauses changed", "2條有變更")

    def test_words_with_a_context_and_a_percent_sign(self) -> None:
        source = "{% trans 'label of a period' %}In force{% endtrans %}{{ _('100%%') }}"
        assert self.both(source) == ("In force100%", "適用期間100%")
        assert self.both("{% trans %}100%{% endtrans %}") == ("100%", "100%")

    def test_a_message_made_at_run_time_is_looked_up_then(self) -> None:
        source = "{{ _('Edition %(number)s', number=n) }}{{ pgettext('between words', c) }}"
        assert self.both(source, n="<1>", c=", ") == ("Edition &lt;1&gt;, ", "第&lt;1&gt;版、")

    def test_what_a_template_imports_is_of_its_language(self) -> None:
        source = "{% from 'components/links.html' import where_to_go %}{{ where_to_go(()) }}"
        english, chinese = self.both(source)
        assert "All policies" in english
        assert "所有政策" in chinese
        assert "All policies" not in chinese

    def test_without_a_language_the_default_one_is_meant(self) -> None:
        with override(None):
            assert render("{{ _('Policies') }}") == "Policies"


class TestAddresses:
    """Addresses without a part that is only known when a page is written are compiled in too."""

    def test_are_of_the_language_of_the_template(self) -> None:
        source = "{{ url('policies:list') }} {{ url('policies:current', slug) }}"
        assert render(source, slug="privacy") == "/en/policies/ /en/policies/privacy/"
        with override("zh-hant"):
            assert render(source, slug="privacy") == "/zh-hant/policies/ /zh-hant/policies/privacy/"

    def test_of_fixed_parts_are_not_looked_up_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        template = engines["jinja2"].from_string("{{ url('policies:list') }} {{ static('css/site.css') }}{{ url }}")
        monkeypatch.setitem(template.template.environment.globals, "url", "")
        assert str(template.render({})).startswith("/en/policies/ /static/css/site")


class TestCivilTime:
    def test_writes_an_instant_as_its_day_in_taipei(self) -> None:
        instant = dt.datetime(2026, 3, 13, 16, 0, tzinfo=dt.UTC)
        assert render("{{ civil_time(at) }}", at=instant) == '<time datetime="2026-03-14">14 March 2026</time>'

    def test_writes_nothing_for_an_unknown_day(self) -> None:
        assert render("{{ civil_time(day) }}", day=None) == ""

    def test_writes_the_language_asked_for(self) -> None:
        assert "民國115年" in render("{{ civil_time(day, 'zh-hant') }}", day=dt.date(2026, 3, 14))


class TestLanguageLinks:
    SOURCE = "{% for link in language_links() %}{{ link.url }}{{ '*' if link.is_current }} {% endfor %}"

    def test_links_home_where_there_is_no_request(self) -> None:
        assert render(self.SOURCE, language="en") == "/en/* /zh-hant/ "

    def test_links_to_the_same_page(self) -> None:
        assert render(self.SOURCE, RequestFactory().get("/en/policies/")) == "/en/policies/* /zh-hant/policies/ "

    def test_links_where_the_page_says(self) -> None:
        found = render(self.SOURCE, RequestFactory().get("/en/x/"), language_addresses={"zh-hant": "/zh-hant/y/"})
        assert found == "/en/x/* /zh-hant/y/ "


class TestFilters:
    def test_writes_paragraphs_of_plain_text(self) -> None:
        assert render("{{ a|linebreaks }}", a="<b>\n\nc") == "<p>&lt;b&gt;</p>\n\n<p>c</p>"
