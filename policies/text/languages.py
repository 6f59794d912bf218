"""Which of our languages a text is written in, judged by its script and, among Latin ones, by its commonest words."""

import re
from collections.abc import Iterator

ENGLISH = "en"
CHINESE = "zh-hant"
LANGUAGES = (ENGLISH, CHINESE)

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'\u2019-]*")
_OTHER_SCRIPTS = re.compile("[\u0370-\u1fff\u2c00-\u2dff\u3040-\u30ff\u3131-\u318e\ua000-\uabff\uac00-\ud7ff]")
_SAMPLE = 200_000
# In a Traditional Chinese text nearly every character is in Big5; in a Simplified one about a third is not.
_MAX_OUTSIDE_BIG5 = 0.1
# The little words of a language are a third of any text in it. Only words that English does not share are listed, so that
# a text is called foreign on evidence, never for want of English words (a list of names has none).
_ENGLISH_WORDS = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "is",
        "are",
        "for",
        "we",
        "this",
        "that",
        "with",
        "be",
        "by",
        "or",
        "not",
        "you",
        "your",
        "our",
        "may",
        "will",
        "as",
        "it",
        "any",
    ]
)
_FOREIGN_WORDS = frozenset(
    [
        "le",
        "les",
        "des",
        "est",
        "et",
        "une",
        "du",
        "dans",
        "pour",
        "nous",
        "vous",
        "sur",
        "avec",
        "der",
        "das",
        "und",
        "ist",
        "nicht",
        "mit",
        "den",
        "von",
        "für",
        "wir",
        "ein",
        "eine",
        "el",
        "los",
        "las",
        "que",
        "para",
        "por",
        "una",
        "del",
        "con",
        "il",
        "della",
        "che",
        "di",
        "per",
        "non",
        "sono",
        "het",
        "een",
        "van",
        "wij",
        "niet",
        "voor",
        "uma",
        "não",
        "dos",
        "com",
        "yang",
        "dan",
        "untuk",
        "của",
        "và",
        "các",
        "không",
    ]
)
_FOREIGN_EVIDENCE = 3


def detect_language(text: str) -> str | None:
    """Return `"en"` or `"zh-hant"`, or None when the text is in neither or has no letters.

    A Han character weighs as much as a Latin word, so a Chinese text that quotes English names stays Chinese. Simplified
    Chinese, Japanese, Korean and other languages in Latin script are neither. Looks at the first 200,000 characters.
    """
    sample = text[:_SAMPLE]
    han = _HAN.findall(sample)
    latin = sum(1 for _ in _LATIN_WORD.finditer(sample))
    # Letters of other scripts come about five to a word.
    others = sum(1 for _ in _OTHER_SCRIPTS.finditer(sample)) / 5
    if not han and not latin:
        return None
    if others > max(len(han) / 10, latin):
        return None
    if len(han) <= latin:
        return None if _is_foreign(sample) else ENGLISH
    outside = sum(1 for character in han if not _in_big5(character))
    return None if outside > len(han) * _MAX_OUTSIDE_BIG5 else CHINESE


def looks_like(text: str, language: str) -> bool:
    """Return whether the text may be in the language; a text without letters may be in any."""
    if not any(_letters(text[:_SAMPLE])):
        return True
    return detect_language(text) == language


def has_han(text: str) -> bool:
    """Return whether the text holds a Chinese character."""
    return _HAN.search(text) is not None


def _is_foreign(text: str) -> bool:
    words = [word.lower() for word in _LATIN_WORD.findall(text)]
    foreign = sum(word in _FOREIGN_WORDS for word in words)
    return foreign >= _FOREIGN_EVIDENCE and foreign > sum(word in _ENGLISH_WORDS for word in words)


def _letters(text: str) -> Iterator[bool]:
    return (character.isalpha() for character in text)


def _in_big5(character: str) -> bool:
    try:
        character.encode("cp950")
    except UnicodeEncodeError:
        return False
    return True
