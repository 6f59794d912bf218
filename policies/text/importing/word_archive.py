"""The parts of a Word file, unpacked with care."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from lxml import etree

from policies.text.importing.notices import ImportCode, ImportRefused

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
MAX_PARTS = 2_000
MAX_UNPACKED = 60_000_000
MAX_PART = 25_000_000
MAX_ELEMENTS = 600_000
_OTHER_KINDS = (
    ("xl/", "spreadsheet"),
    ("ppt/", "presentation"),
    ("mimetype", "opendocument"),
    ("META-INF/container.xml", "opendocument"),
)


class WordArchive:
    """An opened Word file. Parts are unpacked one at a time and never to disk."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())

    def __enter__(self) -> "WordArchive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def document(self) -> etree._Element:
        """Return the main part.

        Raises:
            ImportRefused: DAMAGED.
        """
        root = self.part("word/document.xml")
        body = None if root is None else root.find(f"{W}body")
        if body is None:
            raise ImportRefused(ImportCode.DAMAGED, part="word/document.xml")
        return body

    def part(self, name: str) -> etree._Element | None:
        """Return the root of a part, or None if the file has none of that name.

        Raises:
            ImportRefused: ARCHIVE_TOO_LARGE, TOO_COMPLEX, DAMAGED.
        """
        if name not in self._names:
            return None
        data = self._unpack(name)
        if data.count(b"<") > MAX_ELEMENTS:
            raise ImportRefused(ImportCode.TOO_COMPLEX, limit=str(MAX_ELEMENTS))
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(data, parser=parser)
        except etree.XMLSyntaxError as error:
            raise ImportRefused(ImportCode.DAMAGED, part=name) from error
        # No part of a Word file declares a document type; one that does wants to define entities.
        info: Any = root.getroottree().docinfo
        if info.doctype:
            raise ImportRefused(ImportCode.DAMAGED, part=name)
        return root

    def links(self) -> dict[str, str]:
        """Return the addresses of the hyperlinks by relationship id."""
        root = self.part("word/_rels/document.xml.rels")
        if root is None:
            return {}
        return {one.get("Id", ""): one.get("Target", "") for one in root if one.get("Type") == _LINK}

    def _unpack(self, name: str) -> bytes:
        try:
            with self._archive.open(name) as part:
                # The size that the file declares may be a lie.
                data = part.read(MAX_PART + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
            raise ImportRefused(ImportCode.DAMAGED, part=name) from error
        if len(data) > MAX_PART:
            raise ImportRefused(ImportCode.ARCHIVE_TOO_LARGE, limit=str(MAX_PART))
        return data


def open_archive(data: bytes) -> WordArchive:
    """Open a Word file after looking at its directory alone.

    Raises:
        ImportRefused: BINARY, MACROS, ENCRYPTED, ARCHIVE_TOO_LARGE, DAMAGED.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ImportRefused(ImportCode.DAMAGED, part="archive") from error
    entries = archive.infolist()
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise ImportRefused(ImportCode.ARCHIVE_TOO_LARGE, limit=str(MAX_UNPACKED))
    names = [entry.filename for entry in entries]
    _refuse_unsafe_names(names)
    if any(entry.flag_bits & 1 for entry in entries):
        raise ImportRefused(ImportCode.ENCRYPTED)
    if "word/document.xml" not in names:
        raise ImportRefused(ImportCode.BINARY, kind=_kind(names))
    opened = WordArchive(archive)
    _refuse_macros(opened, names)
    return opened


def _refuse_unsafe_names(names: Iterable[str]) -> None:
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
            raise ImportRefused(ImportCode.DAMAGED, part=name[:100])


def _refuse_macros(archive: WordArchive, names: Iterable[str]) -> None:
    if any("vbaproject" in name.lower() or "vbadata" in name.lower() for name in names):
        raise ImportRefused(ImportCode.MACROS)
    types = archive.part("[Content_Types].xml")
    if types is not None and any("macroEnabled" in one.get("ContentType", "") for one in types):
        raise ImportRefused(ImportCode.MACROS)


def _kind(names: Iterable[str]) -> str:
    listed = list(names)
    for start, kind in _OTHER_KINDS:
        if any(name.startswith(start) for name in listed):
            return kind
    return "zip"
