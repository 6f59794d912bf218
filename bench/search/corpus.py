"""A hundred thousand clauses in two languages, made of the sentences of the demo's policies and of invented names.

The same numbers always give the same text. Sentences make terms that are everywhere, names make terms that occur once.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from home.demo.source import POLICY_SLUGS, load_policy
from policies.text.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

CHINESE, ENGLISH = "zh-hant", "en"
_SEED = 20260314
_RUN = re.compile("[\u4e00-\u9fff]{2,}")
_SYLLABLES = ["ka", "lo", "mi", "ten", "rus", "vor", "ban", "del", "gri", "os", "pen", "qua", "sit", "um", "ver", "zan"]
_NAMED = 0.3


@dataclass(frozen=True, slots=True)
class Sample:
    """A clause as it will be indexed."""

    language: str
    heading: str
    body: str


def make(count: int, language: str) -> Iterator[Sample]:
    """Return `count` clauses in a language."""
    chance = random.Random(f"{_SEED} {language}")
    headings, phrases = _material(language)
    write = _chinese if language == CHINESE else _english
    for _ in range(count):
        yield Sample(language, chance.choice(headings), write(chance, phrases))


def _chinese(chance: random.Random, phrases: list[str]) -> str:
    characters = _characters()
    parts = [
        chance.choice(phrases) + ("".join(chance.choices(characters, k=chance.randint(2, 4))) * _is_named(chance))
        for _ in range(chance.randint(3, 14))
    ]
    return "，".join(parts) + "。"


def _english(chance: random.Random, phrases: list[str]) -> str:
    parts = [
        chance.choice(phrases) + (f" {''.join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))}" * _is_named(chance))
        for _ in range(chance.randint(1, 5))
    ]
    return "; ".join(parts) + "."


def _is_named(chance: random.Random) -> bool:
    return chance.random() < _NAMED


@cache
def _material(language: str) -> tuple[list[str], list[str]]:
    """Return the headings and the phrases of the demo's texts, each as often as it stands there."""
    texts = [edition.texts[language] for slug in POLICY_SLUGS for edition in load_policy(slug).editions]
    clauses = [clause for text in texts for clause in text.clauses]
    headings = [clause.heading for clause in clauses if clause.heading]
    bodies = [plain_text(clause.body) for clause in clauses]
    if language == CHINESE:
        return headings, [run for body in bodies for run in _RUN.findall(body)]
    sentences = [part.strip() for body in bodies for part in re.split(r"[.;:\n]", body)]
    return headings, [sentence for sentence in sentences if len(sentence.split()) > 2]


@cache
def _characters() -> list[str]:
    _headings, phrases = _material(CHINESE)
    return sorted({character for phrase in phrases for character in phrase})
