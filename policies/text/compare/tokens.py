"""Cut text into the units that a comparison may mark.

One token per Han character, kana or bopomofo letter, whole words and numbers in other scripts, one
token per mark of punctuation, one per run of white space. In a body each tag is a token with its
attributes, so that a link with another address is another token. Tokens are cut from the source and
joined give it back: nothing is decoded on the way.
"""

import html
import re

# Radicals, letters and symbols of East Asia that stand for words or syllables of their own.
_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# What belongs to the character before it: accents, joiners and the selectors of Han variants.
_TAIL = "[\u0300-\u036f\u200d\u20d0-\u20ff\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_LETTER = rf"[^\W_{_HAN}]"
_WORD = rf"{_LETTER}+(?:{_TAIL}+{_LETTER}*)*"
_TEXT = (
    rf"[{_HAN}]{_TAIL}*"
    # Apostrophes inside words, and points and commas inside numbers, do not end them.
    rf"|{_WORD}(?:['\u2019]{_WORD}|(?<=\d)[.,](?=\d){_WORD})*"
    r"|\s+"
    rf"|.{_TAIL}*"
)
_LINE = re.compile(_TEXT, re.DOTALL)
_TAG_SOURCE = r"</?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
_BODY = re.compile(rf"{_TAG_SOURCE}|&\#?\w+;|{_TEXT}", re.DOTALL)
_TAGS = re.compile(f"({_TAG_SOURCE})")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_HREF = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*))", re.IGNORECASE)

BLOCK_TAGS = frozenset({"p", "ul", "ol", "li"})
MARK_TAGS = frozenset({"strong", "em", "code"})


def tokenize_line(text: str) -> list[str]:
    """Cut plain text into tokens."""
    return _LINE.findall(text)


def tokenize_body(source: str) -> list[str]:
    """Cut sanitised HTML into tokens; tags and character references are tokens of their own."""
    return _BODY.findall(source)


def split_tags(source: str) -> list[str]:
    """Cut sanitised HTML at its tags: text and tag in turn, text first and last, texts may be empty."""
    return _TAGS.split(source)


def is_tag(token: str) -> bool:
    """Return whether a token of a body is a tag."""
    # A lone "<" is a token of plain text.
    return len(token) > 1 and token[0] == "<"


def read_tag(token: str) -> tuple[str, bool]:
    """Return the lower-case name of a tag and whether it closes an element."""
    match = _TAG.match(token)
    return (match[2].lower(), bool(match[1])) if match else ("", False)


def read_href(token: str) -> str:
    """Return the address in a tag, decoded, or the empty string."""
    match = _HREF.search(token)
    if match is None:
        return ""
    return html.unescape(match[1] or match[2] or match[3] or "")


def visible_length(token: str) -> int:
    """Return how many characters of a token readers see."""
    if is_tag(token):
        return 0
    return 1 if token[0] == "&" else len(token)
