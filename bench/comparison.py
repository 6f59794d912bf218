"""Compare two editions of 1,000 clauses with our comparison and with Wagtail's, in one run.

Every tenth clause has one word changed, so the truth is known: the old word and the new one. A
comparison is the better the fewer characters it marks beyond them. Times are of the processor, so that other
work on the machine counts little.
"""

import html
import json
import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

import django

from policies.text.clauses import Clause
from policies.text.compare import Comparison, Op, compare, render_redline

Result = TypeVar("Result")

CLAUSES = 1_000
EVERY = 10
SENTENCES = 4
ROUNDS = 5
# The budgets of the design: milliseconds, and characters marked for one truly changed.
FIRST_BUDGET = 100
CACHED_BUDGET = 10
MARKED_BUDGET = 1.2

TEXTS = {
    "en": (
        "The office collects your name, address and telephone number only for the service you ask.",
        "Logs of visits are kept for 30 days on servers in Taiwan and then erased from every copy.",
        "You may ask at any time to see, correct or delete the personal data that we hold on you.",
        "Cookies are set only after you agree, except the one that keeps you signed in.",
        "We answer requests within 15 days and tell you why when more time is needed.",
        "Data are handed to other agencies only where a law requires it or you have agreed.",
        "The officer for data protection reviews this clause every year and publishes the result.",
        "Messages to the office are encrypted on their way and stored for three years.",
    ),
    "zh-hant": (
        "本機關蒐集個人資料，僅限於執行法定職務必要範圍內使用，並於特定目的消失後主動刪除。",
        "網站伺服器之瀏覽紀錄保存三個月，作為流量統計及網路安全稽核之用，不對個別使用者進行分析。",
        "當事人得向本機關請求查詢、閱覽、製給複製本、補充或更正其個人資料。",
        "除法律另有規定或經當事人同意外，本機關不將個人資料提供予第三人或移作其他目的使用。",
        "本網站使用加密傳輸協定保護傳輸中之資料，並定期辦理弱點掃描及滲透測試。",
        "本機關於收受請求之日起十五日內為准駁之決定，必要時得予延長，並以書面通知請求人。",
        "電子報訂閱者得隨時透過郵件所附之連結取消訂閱，本機關不另收取費用。",
        "本政策修正時將公告於網站首頁，重大修正並以電子郵件通知會員。",
    ),
}
WORDS = {
    "en": ("registered", "90", "ministry", "seven", "records", "may", "promptly", "retained"),
    "zh-hant": ("五", "年", "得", "應", "六十", "主管", "外交部", "紀錄"),
}


@dataclass(frozen=True)
class Editions:
    """Two editions and how many characters truly differ."""

    language: str
    old: list[Clause]
    new: list[Clause]
    changed: int


def make_editions(language: str) -> Editions:
    """Make 1,000 clauses and the same with one word changed in every tenth, always alike."""
    chance = random.Random(language)
    old, new, changed = [], [], 0
    for number in range(CLAUSES):
        sentences = [chance.choice(TEXTS[language]) for _ in range(SENTENCES)]
        clause = Clause(key=str(UUID(int=number)), depth=1 + number % 3, heading="", body=_body(sentences))
        old.append(clause)
        if number % EVERY == 0:
            where = chance.randrange(SENTENCES)
            sentences[where], size = _change_a_word(sentences[where], language, chance)
            changed += size
            clause = replace(clause, body=_body(sentences))
        new.append(clause)
    return Editions(language, old, new, changed)


def measure(editions: Editions) -> dict[str, float]:
    """Return milliseconds of processor time and the characters marked for each truly changed, ours and Wagtail's."""
    first, comparison = _time(lambda: compare(editions.old, editions.new, language=editions.language))
    stored = json.dumps(comparison.to_data(), ensure_ascii=False)
    cached, _ = _time(lambda: Comparison.from_data(json.loads(stored)), ROUNDS)
    page, _ = _time(lambda: render_redline(comparison, changed_only=True), ROUNDS)
    theirs, markup = _time(_wagtail_comparison(editions))
    marked = sum(
        len(html.unescape(re.sub("<[^>]*>", "", span.text)))
        for row in comparison.rows
        for span in row.body
        if span.op is not Op.EQUAL
    )
    spans = re.findall(r'<span class="(?:addition|deletion)">(.*?)</span>', markup, re.DOTALL)
    return {
        "first": first,
        "cached": cached,
        "page": page,
        "wagtail": theirs,
        "marked": marked / editions.changed,
        "wagtail_marked": sum(map(len, map(html.unescape, spans))) / editions.changed,
    }


def main() -> int:
    """Print the figures; return 1 if a budget is missed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.test")
    django.setup()
    missed = 0
    print(f"Comparison of two editions of {CLAUSES:,} clauses, one word changed in every {EVERY}th")
    for language in TEXTS:
        found = measure(make_editions(language))
        print(
            f"  {language:8} first {found['first']:6.1f} ms (budget {FIRST_BUDGET}), "
            f"from the cache {found['cached']:5.1f} ms (budget {CACHED_BUDGET}), "
            f"redline {found['page']:5.1f} ms; Wagtail {found['wagtail']:6.1f} ms, "
            f"{found['wagtail'] / found['first']:.1f} times ours"
        )
        print(
            f"  {'':8} marked {found['marked']:.2f} characters for each truly changed "
            f"(budget {MARKED_BUDGET}); Wagtail {found['wagtail_marked']:.2f}"
        )
        missed += (
            (found["first"] > FIRST_BUDGET) + (found["cached"] > CACHED_BUDGET) + (found["marked"] > MARKED_BUDGET)
        )
    return 1 if missed else 0


def _body(sentences: list[str]) -> str:
    half = SENTENCES // 2
    paragraphs = (sentences[:half], sentences[half:])
    return "".join(f"<p>{' '.join(paragraph)}</p>" for paragraph in paragraphs)


def _change_a_word(sentence: str, language: str, chance: random.Random) -> tuple[str, int]:
    """Return the sentence with one word replaced, and the characters of both words."""
    pattern = r"\w+" if language == "en" else r"[\u4e00-\u9fff]"
    words = list(re.finditer(pattern, sentence))
    word = chance.choice(words)
    other = chance.choice([other for other in WORDS[language] if other != word[0]])
    return f"{sentence[: word.start()]}{other}{sentence[word.end() :]}", len(word[0]) + len(other)


def _wagtail_comparison(editions: Editions) -> Callable[[], str]:
    """Return what compares the editions as Wagtail's revision comparison does a StreamField."""
    # Wagtail can only be imported once Django is set up.
    from wagtail.admin.compare import StreamBlockComparison
    from wagtail.blocks import RichTextBlock, StreamBlock

    block = StreamBlock([("clause", RichTextBlock())])
    old, new = (
        block.to_python([{"type": "clause", "id": clause.key, "value": clause.body} for clause in clauses])
        for clauses in (editions.old, editions.new)
    )
    return lambda: str(StreamBlockComparison(block, True, True, old, new).htmldiff())


def _time(run: Callable[[], Result], rounds: int = 1) -> tuple[float, Result]:
    """Return the best of some rounds in milliseconds of processor time, and what the last one gave."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        result = run()
        best = min(best, time.process_time() - begun)
    return best * 1000, result


if __name__ == "__main__":
    raise SystemExit(main())
