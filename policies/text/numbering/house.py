"""How the policy itself writes the numbers of each depth, and how officials rank styles of numbers."""

from collections.abc import Mapping

from policies.text.languages import CHINESE, ENGLISH
from policies.text.numbering.typed import NumberStyle

_HOUSE: Mapping[str, tuple[NumberStyle, ...]] = {
    ENGLISH: (
        NumberStyle.ARABIC_DOT,
        NumberStyle.ARABIC_BRACKETS,
        NumberStyle.LOWER_BRACKETS,
        NumberStyle.LOWER_ROMAN_DOT,
    ),
    CHINESE: (
        NumberStyle.CHINESE_COMMA,
        NumberStyle.CHINESE_BRACKETS,
        NumberStyle.ARABIC_DOT,
        NumberStyle.ARABIC_BRACKETS,
    ),
}
_RANKS: Mapping[NumberStyle, int] = {
    style: rank
    for rank, style in enumerate(
        (
            NumberStyle.CHAPTER,
            NumberStyle.SECTION,
            NumberStyle.ARTICLE,
            NumberStyle.FORMAL_COMMA,
            NumberStyle.CHINESE_COMMA,
            NumberStyle.CHINESE_BRACKETS,
            NumberStyle.ARABIC_DOT,
            NumberStyle.ARABIC_BRACKETS,
            NumberStyle.LOWER_BRACKETS,
            NumberStyle.LOWER_ROMAN_DOT,
        )
    )
}


def house_style(depth: int, language: str) -> NumberStyle:
    """Return the style in which clauses of that depth are numbered."""
    return _HOUSE[language][depth - 1]


def house_depth(style: NumberStyle, language: str) -> int:
    """Return the depth whose clauses are numbered in that style; 0 for a style that the language's policies do not use."""
    styles = _HOUSE[language]
    return styles.index(style) + 1 if style in styles else 0


def outranks(style: NumberStyle, other: NumberStyle | None) -> bool:
    """Return whether official texts write `style` above `other`; False where custom says nothing."""
    return other is not None and style in _RANKS and other in _RANKS and _RANKS[style] < _RANKS[other]
