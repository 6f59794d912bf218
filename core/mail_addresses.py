"""E-mail addresses as people type them: read by the standards, or refused with a sentence that says what to do.

An address is never changed into another one. What is put right is what a keyboard or the clipboard added: space around
the address, and the full-width ＠ and ． of Chinese input. The domain is written as DNS knows it (IDNA 2008, RFC 5891,
after the mapping of UTS 46); the part before the @ stays exactly as it was typed (RFC 5321 §2.4, RFC 6531).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import idna
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterator

#: RFC 5321 §4.5.3.1: 64 octets before the @, and 256 for a path, which includes its < and >.
LONGEST_LOCAL_PART = 64
LONGEST = 254

_FOLDED = str.maketrans({"＠": "@", "．": "."})
_SPACE = " \t\u00a0\u3000"
_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\-"
_ATOM = re.compile(rf"[{_ATEXT}]+")
_DOT_ATOM = re.compile(rf"[{_ATEXT}]+(?:\.[{_ATEXT}]+)*")
# RFC 5321 §4.1.2: Quoted-string of qtextSMTP and quoted-pairSMTP; RFC 6531 §3.3 adds what is not ASCII.
_QUOTED = re.compile(r'"(?P<inside>(?:[ !#-\[\]-~\u00a1-\U0010ffff]|\\[ -~])*)"')
_PAIR = re.compile(r"\\(.)")

#: Names that DNS never knows (RFC 6761, 6762, 7686, 9476, and the root zone's own "internal"): nobody's mail is there.
_NEVER_DELEGATED = frozenset({"alt", "arpa", "internal", "invalid", "local", "localhost", "onion"})
#: Letters that pass for Latin ones; a name of nothing else deceives where the ending is not of their script.
_LOOK_LATIN = {
    "CYRILLIC": frozenset("асԁеһіјӏорԛѕԝхуъьҽпгѵѡꞷ"),
    "GREEK": frozenset("ικνοραυωηϲϳ"),
}
#: Scripts that are written together (UTS 39 §5.2, "highly restrictive").
_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
_HAN_NAMES = frozenset({"CJK", "IDEOGRAPHIC", "KANGXI"})

_REASONS = {
    "empty": _("Write your e-mail address."),
    "too_long": _("The address is longer than mail can carry (254 bytes). Check it, or use another one."),
    "invisible": _("The address contains characters that cannot be seen. Type it in instead of pasting it."),
    "several": _("Write one address only."),
    "name": _("Write the address alone, as in name@example.tw, without a name or marks around it."),
    "no_at": _("An address has one @ in it, as in name@example.tw. Add what is missing."),
    "many_ats": _("There is more than one @ in the address. Keep the one before the name of the mail server."),
    "space": _("There is a space inside the address. Take it out."),
    "no_local": _("The part before the @ is missing. Write the whole address, as in name@example.tw."),
    "long_local": _("The part before the @ is longer than 64 bytes, which mail servers do not take. Check it."),
    "local_dots": _(
        "A full stop stands at the beginning or the end of the part before the @, or two stand together. Check it; "
        'if that is your address, put the part in quotation marks, as in "name."@example.tw.'
    ),
    "local_characters": _("The part before the @ contains a character that addresses cannot have. Check it."),
    "local_quotes": _("The quotation marks before the @ do not close, or something stands beside them. Check them."),
    "full_width": _("Characters before the @ are full-width. Switch the keyboard to half-width and type them again."),
    "international": _(
        "Mail from here does not reach addresses with letters other than a to z before the @ yet. "
        "Please use another address."
    ),
    "no_domain": _("The part after the @ is missing. Write the whole address, as in name@example.tw."),
    "number": _("A number stands after the @. Write the name of the mail server instead, as in example.tw."),
    "domain": _("The part after the @ is not the name of a mail server, as in example.tw. Check it."),
    "no_ending": _("The end of the address is missing, such as .tw or .com. Write the whole address."),
    "never_delegated": _("No mail leads to an address that ends like this one. Please use another address."),
    "look_alikes": _(
        "The part after the @ has letters that look like those of another alphabet. Type it again on a keyboard of one "
        "language; if it really is written that way, please use another address."
    ),
}


class AddressRefusedError(ValueError):
    """What was typed is no address that mail can be sent to. `code` names the fault, `reason` says what to do.

    Neither repeats what was typed.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def reason(self) -> str:
        """The sentence for the reader, in the language active now."""
        return str(_REASONS[self.code])


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address that mail can be sent to.

    `address` is for sending: the part before the @ as typed, the domain in A-labels. `key` is equal for two addresses
    that are taken for the same person's: quotation marks that are not needed dropped, NFC, case folded.
    """

    address: str
    key: str
    domain: str

    @property
    def has_international_local_part(self) -> bool:
        """Whether only SMTPUTF8 carries it (RFC 6531)."""
        return not self.address.isascii()


def parse_address(typed: str, *, takes_international: bool = False) -> MailAddress:
    """Return the address that somebody typed.

    `takes_international` says whether mail can be sent to parts before the @ that are not ASCII.

    Raises:
        AddressRefusedError: it is none, or none that mail from here reaches.
    """
    text = typed.strip(_SPACE)
    _refuse_if(not text, "empty")
    _refuse_if(len(text) > LONGEST, "too_long")
    _refuse_if(any(_is_invisible(char) for char in text), "invisible")
    local, domain = _split(text.translate(_FOLDED))
    canonical = _read_local(local, takes_international=takes_international)
    name = _read_domain(domain)
    address = f"{local}@{name}"
    _refuse_if(len(address.encode()) > LONGEST, "too_long")
    return MailAddress(address=address, key=f"{canonical}@{name}", domain=name)


def masked(address: str) -> str:
    """Return an address as its owner recognizes it and a stranger does not learn it: `w…g@example.tw`."""
    local, _at, domain = address.rpartition("@")
    shown = f"{local[0]}…{local[-1]}" if len(local) > 3 else "…"
    return f"{shown}@{_readable_domain(domain)}"


def _readable_domain(domain: str) -> str:
    """Return a domain in its own letters, where they cannot deceive."""
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def _refuse_if(is_wrong: bool, code: str) -> None:
    if is_wrong:
        raise AddressRefusedError(code)


def _is_invisible(char: str) -> bool:
    # Joiners belong to some domain names, and `idna` knows where (RFC 5892 A.1, A.2).
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in "\u200c\u200d"


def _split(text: str) -> tuple[str, str]:
    """Return what stands before and after the @."""
    quoted = _QUOTED.match(text)
    if quoted is not None and text[quoted.end() : quoted.end() + 1] == "@":
        local, domain = quoted[0], text[quoted.end() + 1 :]
    else:
        _refuse_foreign_form(text)
        _refuse_if('"' in text, "local_quotes")
        local, at, domain = text.partition("@")
        _refuse_if(not at, "no_at")
    _refuse_if("@" in domain, "many_ats")
    _refuse_if(not local, "no_local")
    _refuse_if(not domain, "no_domain")
    _refuse_if(any(char.isspace() for char in domain), "space")
    return local, domain


def _refuse_foreign_form(text: str) -> None:
    """Tell a list, and an address with a name or marks around it, from a mistyped one."""
    _refuse_if(text.count("@") > 1 and re.search(r"[,;，；、\s]", text) is not None, "several")
    _refuse_if(bool(set("<>＜＞") & set(text)) or text.lower().startswith("mailto:"), "name")
    _refuse_if(any(char.isspace() for char in text), "space")


def _read_local(local: str, *, takes_international: bool) -> str:
    """Return the canonical form of a local part; refuse what is none."""
    _refuse_if(len(local.encode()) > LONGEST_LOCAL_PART, "long_local")
    if not local.isascii():
        _refuse_if(any("\uff01" <= char <= "\uff5e" for char in local), "full_width")
        _refuse_if(not takes_international, "international")
        _refuse_if(any(_is_strange(char) for char in local), "local_characters")
    quoted = _QUOTED.fullmatch(local)
    meant = _PAIR.sub(r"\1", quoted["inside"]) if quoted else local
    skeleton = "".join(char if char.isascii() else "x" for char in meant)
    is_plain = _DOT_ATOM.fullmatch(skeleton) is not None
    if quoted is None and not is_plain:
        raise AddressRefusedError("local_dots" if _is_misdotted(skeleton) else "local_characters")
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", meant).casefold())
    return folded if is_plain else '"' + re.sub(r'(["\\])', r"\\\1", folded) + '"'


def _is_strange(char: str) -> bool:
    """Whether a character outside ASCII is neither letter, mark nor digit, which is all that mailboxes are named by."""
    return not char.isascii() and unicodedata.category(char)[0] not in "LMN"


def _is_misdotted(local: str) -> bool:
    return all(_ATOM.fullmatch(part) for part in local.split(".") if part)


def _read_domain(domain: str) -> str:
    """Return a domain in A-labels and lower case; refuse what is none."""
    _refuse_if(domain.startswith("[") or re.fullmatch(r"[0-9.]+", domain) is not None, "number")
    try:
        name = idna.encode(domain, uts46=True, std3_rules=True).decode().lower()
        readable = idna.decode(name)
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressRefusedError("domain") from error
    _refuse_if(name.endswith("."), "domain")
    labels = name.split(".")
    _refuse_if(labels[-1] in _NEVER_DELEGATED, "never_delegated")
    _refuse_if(len(labels) < 2, "no_ending")
    _refuse_if(labels[-1].isdigit(), "number")
    _refuse_if(_has_look_alikes(readable.split(".")), "look_alikes")
    return name


def _has_look_alikes(labels: list[str]) -> bool:
    """Whether a label mixes scripts that are not written together, or passes for a Latin one."""
    ending = set(_scripts(labels[-1]))
    for label in labels:
        scripts = set(_scripts(label))
        if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
            return True
        script = next(iter(scripts), "")
        if script in _LOOK_LATIN and script not in ending and _letters(label) <= _LOOK_LATIN[script]:
            return True
    return False


def _letters(label: str) -> set[str]:
    return {char for char in label if char.isalpha()}


def _scripts(label: str) -> Iterator[str]:
    """Yield the script of each letter, by the first word of its name: close enough to UAX 24 for what IDNA admits."""
    for char in label:
        if unicodedata.category(char)[0] != "L":
            continue
        first = unicodedata.name(char, "UNKNOWN").split("-")[0].split()[0]
        yield "HAN" if first in _HAN_NAMES else first
