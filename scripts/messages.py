"""Keep the translations of `locale/` complete, without gettext's programs.

`update` brings every .po file to what the sources say now, `check` refuses what is missing, fuzzy, left over or has
other placeholders than its source. It also looks after our wording of others' messages (`scripts.overrides`).
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polib
from babel.messages.extract import extract as babel_extract
from django.conf import settings
from django.utils.translation.template import templatize

from scripts import overrides
from scripts.compile_messages import ROOT, find_catalogues

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: Public pages; the other templates are Django's.
JINJA_FOLDER = "jinja2"
PACKAGES = ("cms", "core", "home", "members", "newsletters", "policies", "privacy", "search")
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|(?<!\{)\{(\w+)\}(?!\})|%([sd])")
# Function → positions of context, message and plural, as Babel counts them.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# As core.jinja compiles them; a template that cannot be read is an error and not skipped.
JINJA_OPTIONS = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}


@dataclass(slots=True)
class Message:
    """One message of the sources: context, text and plural, and the files that it occurs in."""

    context: str | None
    text: str
    plural: str
    files: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


def find_sources(root: Path) -> list[Path]:
    """Return the Python modules and templates whose messages readers see."""
    found = [path for name in PACKAGES for path in (root / name).rglob("*.py") if "migrations" not in path.parts]
    for directory in (root / JINJA_FOLDER, root / "templates", *(root / name for name in PACKAGES)):
        found += [path for suffix in ("html", "mjml", "txt", "xml") for path in directory.rglob(f"*.{suffix}")]
    return sorted(path for path in found if path.suffix == ".py" or {"templates", JINJA_FOLDER} & set(path.parts))


def extract(root: Path) -> dict[tuple[str | None, str], Message]:
    """Return every message of the sources under `root`, by context and text."""
    messages: dict[tuple[str | None, str], Message] = {}
    for path in find_sources(root):
        is_public = path.is_relative_to(root / JINJA_FOLDER)
        for context, text, plural, comments in _messages_of(path, is_jinja=is_public):
            message = messages.setdefault((context, text), Message(context, text, plural))
            message.plural = message.plural or plural
            message.files.add(path.relative_to(root).as_posix())
            message.comments += [comment for comment in comments if comment not in message.comments]
    return messages


def _messages_of(path: Path, *, is_jinja: bool) -> Iterator[tuple[str | None, str, str, list[str]]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py" and not is_jinja:
        source = _template_as_python(source, path)
    found = babel_extract(
        "jinja2" if is_jinja else "python",
        io.BytesIO(source.encode()),
        KEYWORDS,
        comment_tags=["Translators:"],
        options=JINJA_OPTIONS if is_jinja else None,
        strip_comment_tags=True,
    )
    for _line, message, comments, context in found:
        text, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
        if text:
            yield context, text, plural, list(comments)


def _template_as_python(source: str, path: Path) -> str:
    """Let Django reduce a template to calls of gettext, and make of that what Python's tokenizer accepts."""
    if not settings.configured:
        settings.configure()
    reduced = templatize(source, origin=str(path))
    return "\n".join(line.strip() for line in reduced.splitlines())


def update(root: Path) -> list[str]:
    """Bring every catalogue to what the sources say; return one line per catalogue."""
    messages = extract(root)
    report = []
    for path in find_catalogues(root):
        old = _entries(polib.pofile(str(path)))
        catalogue = polib.POFile(wrapwidth=100)
        catalogue.metadata = polib.pofile(str(path)).metadata
        plurals = _plural_count(catalogue.metadata)
        catalogue.extend(_entry(messages[key], old.get(key), plurals) for key in sorted(messages, key=_sort_key))
        catalogue.save(str(path))
        name = path.relative_to(root)
        report.append(f"{name}: {len(messages)} messages, {len(catalogue.untranslated_entries())} to translate")
    return report


def _entries(catalogue: Iterable[polib.POEntry]) -> dict[tuple[str | None, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}


def _sort_key(key: tuple[str | None, str]) -> tuple[str, str]:
    return key[1], key[0] or ""


def _entry(message: Message, old: polib.POEntry | None, plurals: int) -> polib.POEntry:
    # File names without line numbers: else each edit of a source would change the catalogue.
    occurrences = [(name, "") for name in sorted(message.files)]
    flags = ["python-format"] if "%(" in message.text else []
    entry = polib.POEntry(
        msgctxt=message.context,
        msgid=message.text,
        occurrences=occurrences,
        flags=flags,
        comment="\n".join(message.comments),
    )
    if old is not None:
        entry.tcomment = old.tcomment
        entry.flags += [flag for flag in old.flags if flag == "fuzzy"]
    if message.plural:
        entry.msgid_plural = message.plural
        kept = old.msgstr_plural if old is not None else {}
        entry.msgstr_plural = {number: kept.get(number, "") for number in range(plurals)}
    elif old is not None:
        entry.msgstr = old.msgstr
    return entry


def _plural_count(metadata: dict[str, str]) -> int:
    found = re.search(r"nplurals\s*=\s*(\d+)", metadata.get("Plural-Forms", ""))
    return int(found[1]) if found else 1


def check(root: Path) -> list[str]:
    """Return one line per fault of the catalogues; none when every message of the sources can be shown in them all."""
    messages = extract(root)
    catalogues = find_catalogues(root)
    if messages and not catalogues:
        return ["locale/: no catalogue at all"]
    return [
        f"{path.relative_to(root)}: {fault}"
        for path in catalogues
        for fault in _faults(polib.pofile(str(path)), messages)
    ]


def _faults(catalogue: Iterable[polib.POEntry], messages: dict[tuple[str | None, str], Message]) -> Iterator[str]:
    entries = _entries(catalogue)
    for key in sorted(messages, key=_sort_key):
        message = messages[key]
        entry = entries.pop(key, None)
        fault = "missing" if entry is None else _fault_of(entry, message)
        if fault:
            yield f"{fault}: {message.text[:80]!r} ({', '.join(sorted(message.files))})"
    for key in sorted(entries, key=_sort_key):
        yield f"no longer in the sources, run make messages: {key[1][:80]!r}"


def _fault_of(entry: polib.POEntry, message: Message) -> str:
    translations = list(entry.msgstr_plural.values()) if message.plural else [entry.msgstr]
    if entry.fuzzy:
        return "fuzzy"
    if bool(entry.msgid_plural) != bool(message.plural) or not all(translations):
        return "untranslated"
    wanted = _placeholders(message.plural or message.text)
    if any(_placeholders(translation) != wanted for translation in translations):
        return "placeholders differ"
    return ""


def _placeholders(text: str) -> list[str]:
    return sorted(set(filter(None, ("".join(groups) for groups in PLACEHOLDER.findall(text)))))


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run one command; return 1 when the check finds a fault."""
    parser = argparse.ArgumentParser(prog="python -m scripts.messages", description=__doc__)
    parser.add_argument("command", choices=["update", "check"])
    command = parser.parse_args(arguments).command
    lines = update(root) if command == "update" else [*check(root), *overrides.check(root)]
    for line in lines:
        print(line)
    return 1 if command == "check" and lines else 0


if __name__ == "__main__":
    sys.exit(main())
