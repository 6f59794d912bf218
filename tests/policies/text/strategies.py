"""Hypothesis strategies for clauses and documents, as the sanitiser would let them in."""

import uuid
from dataclasses import replace

from hypothesis import strategies as st

from policies.text.body import BREAK, Block, BlockKind, Run, canonical_blocks, render_body
from policies.text.clauses import MAX_DEPTH, Clause, Document
from policies.text.sanitize import sanitize_line

LANGUAGES = ("en", "zh-hant")
HREFS = (
    "https://example.org/",
    "https://example.org/?a=1&b=%22two%22",
    "/en/policies/privacy/",
    "#c-1",
    "mailto:privacy@example.org",
)
# One draw makes a whole text of these characters, which is what keeps the properties fast.
CHARACTERS = "abcB 019.,;:'-–()<>&\"*_`[]#+=~!|\\/{} \u3000\u00a0個人資料三五年之的，。、「」（）１𠮷éあ\U000e0100"
PHRASES = (
    "we keep data for 30 days",
    "we keep data for 90 days, not 1,000",
    "the user's e-mail may not",
    "個人資料保護法",
    "本機關內部使用，保存三年。",
    "本機關及所屬機關內部使用，保存五年。",
    "使用 Cookie１２次",
    "&amp; <p> &lt;",
    "-->  <!-- clause",
    "1. one",
    "- two",
    "{new} http://x.example",
)

keys = st.uuids(version=4).map(str)
texts = st.text(CHARACTERS, max_size=12) | st.sampled_from(PHRASES) | st.text(max_size=4)
lines = texts.map(sanitize_line)


# Few draws make fast examples: one for all the marks of a run.
MARKED = (
    *[Run("x")] * 6,
    Run(BREAK),
    Run("x", strong=True),
    Run("x", em=True, code=True),
    Run("x", strong=True, em=True),
    *(Run("x", href=href) for href in HREFS),
    Run("x", href=HREFS[0], strong=True),
)


def _write(run: Run, text: str) -> Run:
    return run if run.text == BREAK else replace(run, text=text.replace(BREAK, " ") or "x")


runs = st.builds(_write, st.sampled_from(MARKED), texts)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    kind = draw(st.sampled_from((*[BlockKind.PARAGRAPH] * 3, BlockKind.BULLET, BlockKind.ORDERED)))
    level = 0 if kind is BlockKind.PARAGRAPH else draw(st.sampled_from((1, 1, 2)))
    return Block(kind, tuple(draw(st.lists(runs, min_size=1, max_size=3))), level)


def _settle(source: list[Block]) -> str:
    return render_body(canonical_blocks(source))


bodies = st.lists(blocks(), max_size=3).map(_settle)


@st.composite
def clauses(draw: st.DrawFn, key: str | None = None) -> Clause:
    return Clause(
        key=key or draw(keys),
        depth=draw(st.integers(1, MAX_DEPTH)),
        heading=draw(lines),
        body=draw(bodies),
        numbered=draw(st.sampled_from((True, True, True, False))),
        reason=draw(lines),
    )


clause_lists = st.lists(clauses(), max_size=4, unique_by=lambda clause: clause.key).map(tuple)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    return Document(
        language=draw(st.sampled_from(LANGUAGES)),
        title=draw(lines),
        summary=draw(lines),
        clauses=draw(clause_lists),
    )


@st.composite
def revised(draw: st.DrawFn) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
    """Two editions that share some keys: clauses dropped, added, moved, indented and reworded."""
    old = draw(clause_lists)
    new = list(draw(st.permutations(old)) if draw(st.booleans()) else old)
    kept = [clause for clause in new if draw(st.integers(0, 4))]
    changed = [draw(clauses(key=clause.key)) if draw(st.booleans()) else clause for clause in kept]
    added = draw(st.lists(clauses(), max_size=2))
    for clause in added:
        changed.insert(draw(st.integers(0, len(changed))), clause)
    return old, tuple({clause.key: clause for clause in changed}.values())


def key_of(number: int) -> str:
    return str(uuid.UUID(int=number))
