"""Pasting into the list of clauses, from a real clipboard, as the word processors fill it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from policies.drafts import page_document
from policies.models import PolicyPage
from policies.text.clauses import Clause
from tests.clipboards import PROGRAMS, SAMPLES, Sample, word
from tests.e2e import axe, desk
from tests.e2e.signing_in import sign_in
from tests.e2e.test_keyboard import tab_to
from tests.factories.policies import key, make_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.e2e.site import Site

_EDITOR = ".Draftail-Editor [contenteditable=true]"
_BAR = "[data-clause-paste]"
_ROWS = ".clause-stream [data-streamfield-child]:not([aria-hidden])"
_READ_ROWS = """rows => rows.map(row => [
  row.dataset.clauseDepth,
  row.querySelector(".c-sf-block__type").textContent,
  row.querySelector("input[name$='-heading']").value || row.querySelector("[contenteditable=true]").innerText.trim(),
].join(" "))"""
_COPY = """([html, text]) => document.addEventListener("copy", (event) => {
  event.preventDefault();
  if (html) event.clipboardData.setData("text/html", html);
  event.clipboardData.setData("text/plain", text);
})"""
LOCALES = {"en": "en-GB", "zh-hant": "zh-TW"}


@dataclass
class Form:
    """The form of a policy's draft, in which nothing is saved yet."""

    page: Page
    draft: PolicyPage

    def rows(self) -> list[str]:
        return list(self.page.eval_on_selector_all(_ROWS, _READ_ROWS))

    def row(self, index: int) -> Locator:
        return self.page.locator(_ROWS).nth(index)

    def text(self, index: int) -> Locator:
        return self.row(index).locator(_EDITOR)

    def heading(self, index: int) -> Locator:
        return self.row(index).locator("input[name$='-heading']")

    def copy(self, html: str, text: str) -> None:
        """Fill the clipboard as another program does, by a copy of its own."""
        other = self.page.context.new_page()
        other.goto("/healthz")
        other.evaluate(_COPY, [html, text])
        other.keyboard.press("Control+C")
        other.close()
        self.page.bring_to_front()

    def paste(self, html: str, text: str, *, keys: str = "Control+V") -> None:
        """Paste where the cursor is."""
        self.copy(html, text)
        self.page.keyboard.press(keys)

    @property
    def bar(self) -> Locator:
        return self.page.locator(_BAR)

    @property
    def said(self) -> Locator:
        return self.page.locator(".clause-stream [role=status]")


@pytest.fixture
def open_form(
    new_context: Callable[..., BrowserContext],
    site: Site,
    in_site_database: Callable[[], AbstractContextManager[None]],
) -> Callable[..., Form]:
    def open_form(language: str = "en", *, content: list[Clause] | None = None) -> Form:
        with in_site_database():
            draft = make_page(f"paste-{secrets.token_hex(4)}", language=language, content=content)
        context = new_context(locale=LOCALES[language])
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
        page = context.new_page()
        sign_in(page, site, "chen.meihui")
        desk.open_page(page, draft.pk)
        return Form(page, draft)

    return open_form


def words_of(sample: Sample) -> list[str]:
    return [re.sub(r"<[^>]+>", "", line) for line in sample.outline]


class TestPrograms:
    @pytest.mark.parametrize("language", LOCALES)
    @pytest.mark.parametrize("program", PROGRAMS)
    def test_the_structure_is_kept_and_saved(
        self,
        open_form: Callable[..., Form],
        in_site_database: Callable[[], AbstractContextManager[None]],
        program: str,
        language: str,
    ) -> None:
        form = open_form(language)
        before = form.rows()
        sample = SAMPLES[language]
        form.text(1).click()
        form.paste(PROGRAMS[program](sample), sample.plain)
        expect(form.bar).to_be_focused()
        expect(form.said).to_contain_text("6")
        expect(form.page.locator(_ROWS)).to_have_count(9)

        numbered = {"en": ["3.", "4."], "zh-hant": ["三、", "四、"]}[language]
        found = form.rows()
        assert [row.split(" ", 2)[::2] for row in found[2:8]] == [row.split(" ", 2)[::2] for row in words_of(sample)]
        assert [row.split()[1] for row in found[2:8] if row[0] == "1"] == numbered
        assert found[:2] == before[:2]
        assert found[8].split()[-1] == before[2].split()[-1]

        with form.page.expect_navigation():
            form.page.keyboard.press("Control+S")
        with in_site_database():
            saved = page_document(PolicyPage.objects.get(pk=form.draft.pk).get_latest_revision_as_object()).clauses
        assert [f"{clause.depth} {clause.heading or clause.body}" for clause in saved[2:8]] == [
            line[0] + line[line.index(" ", 2) :] for line in sample.outline
        ]
        assert [clause.key for clause in (saved[0], saved[1], saved[8])] == [key("0"), key("1"), key("2")]

    @pytest.mark.parametrize("language", LOCALES)
    def test_plain_text_keeps_it_too(self, open_form: Callable[..., Form], language: str) -> None:
        form = open_form(language)
        sample = SAMPLES[language]
        form.heading(2).click()
        form.paste("", re.sub("</?b>", "", sample.plain))
        expect(form.bar).to_be_focused()
        assert [row.split(" ", 2)[::2] for row in form.rows()[3:]] == [
            row.split(" ", 2)[::2] for row in words_of(sample)
        ]


class TestUndo:
    def test_by_the_key_at_once(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        before = form.rows()
        form.text(1).click()
        form.paste(word(SAMPLES["en"]), SAMPLES["en"].plain)
        expect(form.bar).to_be_focused()
        form.page.keyboard.press("Control+Z")
        expect(form.bar).to_have_count(0)
        expect(form.said).to_have_text("Undone.")
        assert form.rows() == before
        expect(form.text(1)).to_be_focused()

    def test_the_key_is_the_fields_own_once_something_was_typed(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        form.text(1).click()
        form.paste(word(SAMPLES["en"]), SAMPLES["en"].plain)
        expect(form.bar).to_be_focused()
        form.heading(0).click()
        form.page.keyboard.type("x")
        form.page.keyboard.press("Control+Z")
        expect(form.page.locator(_ROWS)).to_have_count(9)
        expect(form.heading(0)).to_have_value("Scope")

    @pytest.mark.parametrize(("language", "undo"), [("en", "Undo"), ("zh-hant", "復原")])
    def test_with_the_keyboard_alone(self, open_form: Callable[..., Form], language: str, undo: str) -> None:
        form = open_form(language)
        before = form.rows()
        form.copy(word(SAMPLES[language]), SAMPLES[language].plain)
        for _ in range(2):
            tab_to(form.page, _EDITOR, must_show=False)
        form.page.keyboard.press("Control+V")
        expect(form.bar).to_be_focused()
        tab_to(form.page, f"{_BAR} button", limit=1)
        expect(form.page.locator(":focus")).to_have_text(undo)
        form.page.keyboard.press("Enter")
        expect(form.bar).to_have_count(0)
        assert form.rows() == before

    def test_escape_keeps_the_clauses_and_goes_back(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        form.text(1).click()
        form.paste(word(SAMPLES["en"]), SAMPLES["en"].plain)
        expect(form.bar).to_be_focused()
        form.page.keyboard.press("Escape")
        expect(form.bar).to_have_count(0)
        expect(form.text(1)).to_be_focused()
        expect(form.page.locator(_ROWS)).to_have_count(9)


class TestTheClauseItIsPastedInto:
    def test_is_filled_when_it_is_empty(self, open_form: Callable[..., Form]) -> None:
        empty = Clause(key("empty"), 2)
        form = open_form(content=[Clause(key("0"), 1, "Scope", "<p>All.</p>"), empty])
        form.text(1).click()
        form.paste("", "(a) One thing is this.\n(b) Another thing is that.")
        expect(form.bar).to_be_focused()
        assert form.rows() == ["1 1. Scope", "2 (1) One thing is this.", "2 (2) Another thing is that."]
        identity = form.row(1).locator("input[name$='-id']")
        assert identity.input_value() == key("empty")
        form.page.keyboard.press("Control+Z")
        expect(form.page.locator(_ROWS)).to_have_count(2)
        expect(form.text(1)).not_to_contain_text("One thing")

    def test_takes_the_introduction_of_what_stands_under_it(self, open_form: Callable[..., Form]) -> None:
        form = open_form(content=[Clause(key("0"), 1, "Data", ""), Clause(key("1"), 1, "Contact", "<p>Write.</p>")])
        form.text(0).click()
        form.paste("", "We collect:\n(1) names of members;\n(2) their numbers.")
        expect(form.bar).to_be_focused()
        assert form.rows() == ["1 1. Data", "2 (1) names of members;", "2 (2) their numbers.", "1 2. Contact"]
        expect(form.text(0)).to_have_text("We collect:")
        form.page.keyboard.press("Control+Z")
        expect(form.page.locator(_ROWS)).to_have_count(2)
        expect(form.text(0)).not_to_contain_text("We collect:")

    def test_keeps_its_own_subclauses(self, open_form: Callable[..., Form]) -> None:
        form = open_form(
            content=[Clause(key("0"), 1, "A"), Clause(key("1"), 2, "A1", "<p>x</p>"), Clause(key("2"), 1, "B")]
        )
        form.heading(0).click()
        form.paste("", "1. New one is here.\n2. New two is here.")
        expect(form.bar).to_be_focused()
        assert [row.split(" ", 2)[2] for row in form.rows()] == ["A", "A1", "New one is here.", "New two is here.", "B"]

    def test_goes_where_its_level_was_chosen(self, open_form: Callable[..., Form]) -> None:
        form = open_form(content=[Clause(key("0"), 1, "A", "<p>x</p>"), Clause(key("1"), 1)])
        form.row(1).locator("select").select_option("2")
        form.text(1).click()
        form.paste("", "1. New one is here.\n2. New two is here.")
        expect(form.bar).to_be_focused()
        assert [row[0] for row in form.rows()] == ["1", "2", "2"]


class TestText:
    def test_one_paragraph_is_an_ordinary_paste_with_its_marks(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        form.text(1).click()
        form.page.keyboard.press("Control+End")
        form.paste(
            "<p class=MsoNormal> And <b>bold</b> <span style='color:red'>words</span>.<o:p></o:p></p>",
            " And bold words.",
        )
        expect(form.text(1)).to_contain_text("bold words")
        expect(form.text(1).locator("[style*=bold]", has_text="bold")).to_have_count(1)
        expect(form.bar).to_have_count(0)
        expect(form.page.locator(_ROWS)).to_have_count(3)

    def test_one_item_of_word_comes_without_its_number(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        form.text(1).click()
        form.page.keyboard.press("Control+End")
        sample = SAMPLES["en"]
        one = Sample("en", sample.lines[2:3], ())
        form.paste(word(one), one.plain)
        expect(form.text(1)).to_contain_text("Nothing for any other use.")
        expect(form.text(1)).not_to_contain_text("(2)")
        expect(form.page.locator(_ROWS)).to_have_count(3)

    @pytest.mark.parametrize("place", ["heading", "text"])
    def test_may_be_had_alone_afterwards(self, open_form: Callable[..., Form], place: str) -> None:
        form = open_form()
        field = form.heading(1) if place == "heading" else form.text(1)
        field.click()
        form.page.keyboard.press("Control+End")
        form.paste("", " (1) One thing.\n(2) Another.")
        expect(form.bar).to_be_focused()
        form.bar.get_by_role("button", name="Paste as text only").click()
        expect(form.page.locator(_ROWS)).to_have_count(3)
        expect(form.bar).to_have_count(0)
        if place == "heading":
            expect(field).to_have_value("Retention (1) One thing. (2) Another.")
        else:
            expect(field).to_contain_text("(2) Another.")

    def test_is_pasted_alone_by_its_own_keys(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        form.text(1).click()
        form.paste(word(SAMPLES["en"]), "(1) One thing.\n(2) Another.", keys="Control+Shift+V")
        expect(form.text(1)).to_contain_text("(2) Another.")
        expect(form.bar).to_have_count(0)
        expect(form.page.locator(_ROWS)).to_have_count(3)

    def test_paragraphs_without_numbers_stay_in_the_clause_unless_asked(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        before = form.rows()
        form.text(1).click()
        form.page.keyboard.press("Control+End")
        form.paste("<p>First of a letter.</p><p>Second of it.</p>", "First of a letter.\n\nSecond of it.")
        expect(form.bar).to_contain_text("stayed in one clause")
        expect(form.text(1)).to_be_focused()
        expect(form.text(1)).to_contain_text("Second of it.")
        form.bar.get_by_role("button", name="Make a clause of each paragraph").click()
        expect(form.page.locator(_ROWS)).to_have_count(5)
        expect(form.text(1)).not_to_contain_text("Second of it.")
        assert form.rows()[2:4] == ["1 3. First of a letter.", "1 4. Second of it."]
        form.page.keyboard.press("Control+Z")
        expect(form.page.locator(_ROWS)).to_have_count(3)
        assert form.rows() == before

    def test_from_one_clause_to_another_is_wagtails(self, open_form: Callable[..., Form]) -> None:
        form = open_form(content=[Clause(key("0"), 1, "A", "<p>One (1).</p><p>Two (2).</p>"), Clause(key("1"), 1, "B")])
        form.text(0).click()
        form.page.keyboard.press("Control+A")
        form.page.keyboard.press("Control+C")
        form.text(1).click()
        form.page.keyboard.press("Control+V")
        expect(form.text(1)).to_contain_text("Two (2).")
        expect(form.bar).to_have_count(0)
        expect(form.page.locator(_ROWS)).to_have_count(2)


class TestTroubles:
    def test_signed_out_it_says_so_and_gives_the_text(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        before = form.rows()
        form.text(1).click()
        form.page.context.clear_cookies()
        form.paste("", "(1) One thing.\n(2) Another.")
        expect(form.bar).to_contain_text("you were signed out")
        assert form.rows() == before
        form.bar.get_by_role("button", name="Paste as text only").click()
        expect(form.text(1)).to_contain_text("(2) Another.")

    def test_too_much_is_refused(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        form.text(1).click()
        form.paste("<h2>Clause</h2>" * 301, "Clause\n" * 301)
        expect(form.bar).to_contain_text("too much")
        expect(form.page.locator(_ROWS)).to_have_count(3)

    def test_scripts_are_not_run(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        form.text(1).click()
        form.paste(
            "<p>1. One<img src=x onerror='window.hit=1'></p><p>2. <a href='javascript:window.hit=1'>Two</a>"
            "<script>window.hit=1</script></p>",
            "1. One\n2. Two",
        )
        expect(form.bar).to_be_focused()
        assert form.rows()[2:4] == ["1 3. One", "1 4. Two"]
        assert form.page.evaluate("window.hit") is None

    def test_the_bar_breaks_no_rule(self, open_form: Callable[..., Form]) -> None:
        form = open_form()
        form.text(1).click()
        form.paste("", "1. One thing.\n1. Another.\n5. Five.")
        expect(form.bar.locator("li")).not_to_have_count(0)
        found = [line for line in axe.violations(form.page) if "clause-paste" in line or "clause" in line]
        assert found == []
