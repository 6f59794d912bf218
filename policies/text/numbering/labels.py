"""The numbers that readers see, computed from depth and order."""

from collections.abc import Callable, Iterable, Mapping

from policies.text.clauses import MAX_DEPTH, Clause
from policies.text.languages import CHINESE, ENGLISH
from policies.text.numbering import numerals

_STYLES: Mapping[str, tuple[Callable[[int], str], ...]] = {
    ENGLISH: (
        lambda number: f"{number}.",
        lambda number: f"({number})",
        lambda number: f"({numerals.letters(number)})",
        lambda number: f"{numerals.roman(number)}.",
    ),
    CHINESE: (
        lambda number: f"{numerals.chinese(number)}、",
        lambda number: f"（{numerals.chinese(number)}）",
        lambda number: f"{number}.",
        lambda number: f"({number})",
    ),
}


def number_clauses(clauses: Iterable[Clause], language: str) -> tuple[str, ...]:
    """Return the number of each clause as readers of the language see it, `""` for an unnumbered one.

    A list restarts after each clause of a lesser depth, numbered or not. A clause deeper than its place allows (a list that
    starts without a parent) is numbered from one like any other.

    Raises:
        ValueError: The language has no style of numbering.
    """
    counts = [0] * MAX_DEPTH
    labels: list[str] = []
    for clause in clauses:
        counts[clause.depth :] = [0] * (MAX_DEPTH - clause.depth)
        if clause.numbered:
            counts[clause.depth - 1] += 1
            labels.append(number_label(counts[clause.depth - 1], clause.depth, language))
        else:
            labels.append("")
    return tuple(labels)


def number_paths(numbered: Iterable[tuple[Clause, str]]) -> dict[str, str]:
    """Return, by key, the number of each clause after those of the clauses that it stands under: `四、（一）2.`.

    Takes the clauses of one text in reading order, each with its own number; an unnumbered clause has an empty path.
    """
    paths: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for clause, number in numbered:
        while above and above[-1][0] >= clause.depth:
            above.pop()
        path = (above[-1][1] if above else "") + number
        above.append((clause.depth, path))
        paths[clause.key] = path if number else ""
    return paths


def gap_after(number: str) -> str:
    """Return what stands between a number and what it numbers: nothing after full-width punctuation, which brings its own space."""
    return "" if number.endswith(("、", "）")) else " "


def number_label(number: int, depth: int, language: str) -> str:
    """Return one number as readers of the language see it at that depth, with its punctuation.

    Raises:
        ValueError: The language has no style of numbering.
    """
    if language not in _STYLES:
        message = f"There is no style of numbering for the language {language!r}."
        raise ValueError(message)
    return _STYLES[language][depth - 1](number)
