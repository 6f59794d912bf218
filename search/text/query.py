"""What somebody typed, as terms that must all be found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from search.text.folding import fold
from search.text.references import Path, is_keyword, is_unit, read_reference
from search.text.tokens import Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from search.text.synonyms import SynonymTable

MAX_LENGTH = 200
MAX_TERMS = 12
_QUOTED = re.compile(
    '"([^"]*)"|“([^”]*)”|「([^」]*)」|『([^』]*)』|《([^》]*)》|«([^»]*)»|([^"“「『《«]+|.)', re.DOTALL
)
#: What holds words together that were typed without a space: e-mail, example.gov, name@example.gov.
_JOINT = re.compile(r"[-_.@+']")
#: Left out where something better is looked for beside them, and only where they are not in quotation marks.
_LITTLE_WORDS = frozenset([
    "a", "an", "and", "are", "as", "at", "be", "by", "do", "does", "for", "from", "has", "have", "how", "i",
    "if", "in", "into", "is", "it", "its", "may", "my", "no", "not", "of", "on", "or", "our", "shall", "so",
    "such", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to", "was",
    "we", "were", "what", "when", "where", "which", "who", "will", "with", "you", "your",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Needle:
    """Tokens that follow each other directly, or the number of a clause as `path`. `is_exact` ones are not stemmed."""

    tokens: tuple[str, ...] = ()
    runs: tuple[bool, ...] = ()
    is_exact: bool = False
    path: Path = ()

    @classmethod
    def of(cls, tokens: list[Token], *, is_exact: bool = False) -> Needle:
        return cls(tuple(t.text for t in tokens), tuple(t.is_run for t in tokens), is_exact)

    @property
    def literal(self) -> str:
        """What is looked for in a text's normal form: whole words, parts of runs."""
        before = "" if self.runs[0] else " "
        after = "" if self.runs[-1] else " "
        return f"{before}{' '.join(self.tokens)}{after}"

    @property
    def without_spaces(self) -> str:
        """The literal with runs that follow each other as one: 個人 資料 is 個人資料."""
        literal = self.literal
        for before, after in pairwise(zip(self.tokens, self.runs, strict=True)):
            if before[1] and after[1]:
                literal = literal.replace(f"{before[0]} {after[0]}", f"{before[0]}{after[0]}")
        return literal

    @property
    def is_letter(self) -> bool:
        return (
            len(self.tokens) == 1 and not self.runs[0] and len(self.tokens[0]) == 1 and not self.tokens[0].isdecimal()
        )

    @property
    def needs_check(self) -> bool:
        """Whether lexemes alone do not prove it: they say what stands in a text, not in which order."""
        if not self.tokens:
            return False
        return len(self.tokens) > 1 or (len(self.tokens[0]) > 2 if self.runs[0] else self.is_exact)


#: Needles that must all be found.
Alternative = tuple[Needle, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """What must be found in one of several ways: as typed first, then by synonyms."""

    alternatives: tuple[Alternative, ...]

    @property
    def needles(self) -> Iterator[Needle]:
        for alternative in self.alternatives:
            yield from alternative

    @property
    def needs_check(self) -> bool:
        return any(needle.needs_check for needle in self.needles)


@dataclass(frozen=True)
class Query:
    """A query: all `terms` must be found. `text` is what was typed, cleaned; `is_shortened` when not all of it counts."""

    text: str
    terms: tuple[Term, ...]
    is_shortened: bool = False

    def __bool__(self) -> bool:
        return bool(self.terms)

    @cached_property
    def whole(self) -> Needle | None:
        """All that was typed in its order, to prefer the texts that say it so; None when it is a single word."""
        tokens = tokenize(fold(self.text))
        return Needle.of(tokens, is_exact=True) if len(tokens) > 1 or (tokens and tokens[0].is_run) else None

    @property
    def needles(self) -> Iterator[Needle]:
        for term in self.terms:
            yield from term.needles

    @property
    def words(self) -> list[str]:
        """The words of other scripts than Chinese that are looked for as typed."""
        found = [
            needle.tokens[0]
            for term in self.terms
            for needle in term.alternatives[0]
            if len(needle.tokens) == 1 and not needle.runs[0]
        ]
        return list(dict.fromkeys(found))

    @property
    def has_number(self) -> bool:
        return any(needle.path for needle in self.needles)


#: What nothing asks for.
NO_QUERY = Query("", ())


def clean(text: str) -> str:
    """Return what was typed on one line, without what cannot be seen, at most `MAX_LENGTH` characters."""
    visible = "".join(character if character.isprintable() else " " for character in text[: 4 * MAX_LENGTH])
    return " ".join(visible.split())[:MAX_LENGTH].strip()


def parse_query(text: str, synonyms: SynonymTable | None = None) -> Query:
    """Return what `text` asks for. There are no operators but quotation marks; no text is refused."""
    cleaned = clean(text)
    terms = list(_terms(fold(cleaned)))
    if any(not _is_little(term) for term in terms):
        terms = [term for term in terms if not _is_little(term)]
    if synonyms is not None:
        terms = synonyms.widen(terms)
    unique = list(dict.fromkeys(terms))
    is_shortened = len(text.strip()) > MAX_LENGTH or len(unique) > MAX_TERMS
    return Query(cleaned, tuple(unique[:MAX_TERMS]), is_shortened)


def single(needle: Needle) -> Term:
    """Return the term of one needle alone."""
    return Term(((needle,),))


def _terms(folded: str) -> Iterator[Term]:
    for match in _QUOTED.finditer(folded):
        quoted = next((found for found in match.groups()[:-1] if found is not None), None)
        if quoted is None:
            yield from _unquoted_terms(match[0].split())
        elif tokens := tokenize(quoted):
            yield single(Needle.of(tokens, is_exact=True))


def _unquoted_terms(chunks: list[str]) -> Iterator[Term]:
    place = 0
    while place < len(chunks):
        chunk, place = chunks[place], place + 1
        # 第三點 第二款, clause 3
        while place < len(chunks) and _goes_on(chunk, chunks[place]):
            chunk, place = f"{chunk} {chunks[place]}", place + 1
        found = read_reference(chunk)
        yield from [_reference_term(chunk, *found)] if found else _plain_terms(chunk)


def _goes_on(chunk: str, following: str) -> bool:
    """Whether two chunks are one reference."""
    if is_keyword(chunk):
        return read_reference(f"{chunk} {following}") is not None
    return is_unit(following) and is_unit(chunk)


def _reference_term(chunk: str, before: str, path: Path) -> Term:
    """Return a term that finds the clause of that number, and the texts that mention it."""
    number = Needle(path=path)
    named = tuple(needle for term in _plain_terms(before) for needle in term.needles)
    return Term(((Needle.of(tokenize(chunk)),), (*named, number)))


def _plain_terms(chunk: str) -> Iterator[Term]:
    held: list[Token] = []
    for token in tokenize(chunk):
        if held and not _belong_together(held[-1], token, chunk[held[-1].end : token.start]):
            yield single(Needle.of(held))
            held = []
        held.append(token)
    if held:
        yield single(Needle.of(held))


def _belong_together(first: Token, second: Token, between: str) -> bool:
    if not between:  # another script: A級, 第3點
        return len(first.text) == 1 or len(second.text) == 1
    return not first.is_run and not second.is_run and _JOINT.fullmatch(between) is not None


def _is_little(term: Term) -> bool:
    needle = term.alternatives[0][0]
    return len(needle.tokens) == 1 and not needle.is_exact and needle.tokens[0] in _LITTLE_WORDS
