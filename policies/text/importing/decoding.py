"""From bytes to text: what kind of file it is, and in which encoding."""

import codecs
import re

from policies.text.importing.notices import ImportCode, ImportRefused, Notice
from policies.text.languages import has_han

ZIP_MAGIC = b"PK\x03\x04"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"{\\rtf", "rtf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\x1f\x8b", "zip"),
    (b"7z\xbc\xaf", "zip"),
    (b"Rar!", "zip"),
)
_SHORT_MAGIC = (b"BM", b"MZ")
# What Big5 decodes to when the bytes were something else.
_UNLIKELY = re.compile("[\x80-\x9f\ue000-\uf8ff\u0370-\u04ff]")


def refuse_binary(data: bytes) -> None:
    """Refuse what is not text, naming the kind of file.

    Raises:
        ImportRefused: BINARY, OLD_WORD, ENCRYPTED.
    """
    if data.startswith(_OLE_MAGIC):
        encrypted = _ENCRYPTED_PACKAGE in data
        raise ImportRefused(ImportCode.ENCRYPTED if encrypted else ImportCode.OLD_WORD)
    for magic, kind in _KINDS:
        if data.startswith(magic) and (magic not in _SHORT_MAGIC or b"\x00" in data):
            raise ImportRefused(ImportCode.BINARY, kind=kind)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        raise ImportRefused(ImportCode.BINARY, kind="image")
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\x00" in data:
        raise ImportRefused(ImportCode.BINARY, kind="unknown")


def decode_text(data: bytes) -> tuple[str, list[Notice]]:
    """Return the text of UTF-8 or UTF-16 (with a mark), else of Big5 with a warning.

    Raises:
        ImportRefused: ENCODING, with the line and the offset of the first byte that is not UTF-8.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError as error:
            raise _refusal(data, error.start) from error
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        text = _decode_big5(data)
        if text is None:
            # The mark counts: the editor looks for the byte in the file.
            mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
            raise _refusal(data, error.start + mark) from error
        return text, [Notice(ImportCode.BIG5)]


def _decode_big5(data: bytes) -> str | None:
    if data.startswith(codecs.BOM_UTF8):
        return None
    try:
        text = data.decode("cp950")
    except UnicodeDecodeError:
        return None
    return text if has_han(text) and not _UNLIKELY.search(text) else None


def _refusal(data: bytes, offset: int) -> ImportRefused:
    return ImportRefused(ImportCode.ENCODING, data.count(b"\n", 0, offset) + 1, offset=str(offset))
