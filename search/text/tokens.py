"""Cutting folded text into tokens: runs of Chinese (or kana, bopomofo, hangul), and whole words of everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.text.folding import fold

#: Scripts written without spaces between words, and Hangul, whose words grow endings.
_RUN = (
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"(?P<run>[{_RUN}]+)|[^\W_{_RUN}]+(?:'[^\W_{_RUN}]+)*")
#: Longer words are cut, in texts and queries alike: PostgreSQL takes no lexeme of more than 2,046 bytes.
_LONGEST_WORD = 120


@dataclass(frozen=True, slots=True)
class Token:
    """A run or a word of a folded text, as it is looked for, and where it stands."""

    text: str
    is_run: bool
    start: int
    end: int


def tokenize(folded: str) -> list[Token]:
    """Return the tokens of a folded text. A word is without its possessive and apostrophes: `agency's` is `agency`."""
    return [
        Token(match[0], is_run=True, start=match.start(), end=match.end())
        if match["run"]
        else Token(_clean_word(match[0]), is_run=False, start=match.start(), end=match.end())
        for match in _TOKEN.finditer(folded)
    ]


def join_tokens(tokens: list[Token]) -> str:
    """Return tokens as they are compared: single spaces between them and around them all."""
    return f" {' '.join(token.text for token in tokens)} " if tokens else " "


def normal_form(text: str) -> str:
    """Return what `text` says without case, variants, spacing and punctuation: ` 使用 cookie 之目的 `."""
    return join_tokens(tokenize(fold(text)))


def bigrams(run: str) -> list[str]:
    """Return every two neighbours of a run, then its last character, so that each character begins one of them."""
    return [run[place : place + 2] for place in range(len(run))]


def _clean_word(word: str) -> str:
    return word.removesuffix("'s").replace("'", "")[:_LONGEST_WORD]
