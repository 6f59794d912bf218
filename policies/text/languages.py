"""Which of our languages a text is written in, judged by its script alone."""

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


def detect_language(text: str) -> str | None:
    """Return `"en"` or `"zh-hant"`, or None when the text is in neither or has no letters.

    A Han character weighs as much as a Latin word, so a Chinese text that quotes English names stays Chinese. Simplified
    Chinese, Japanese and Korean are neither. Looks at the first 200,000 characters.
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
        return ENGLISH
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


def _letters(text: str) -> Iterator[bool]:
    return (character.isalpha() for character in text)


def _in_big5(character: str) -> bool:
    try:
        character.encode("cp950")
    except UnicodeEncodeError:
        return False
    return True
