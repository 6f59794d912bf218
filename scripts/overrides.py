"""Check `locale/overrides/`: our wording of messages that others' packages bring, where theirs is missing or foreign.

An override holds only as long as its message exists: one of a message that upstream has changed or dropped is reported,
and so is a message of the editors' screens that nobody has put into the site's language, or only in words of another
place.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polib

from scripts.compile_messages import find_overrides

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Packages whose screens editors use; their own catalogues are beside their modules.
PACKAGES = (
    "wagtail",
    "wagtail.admin",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.documents",
    "wagtail.embeds",
    "wagtail.images",
    "wagtail.locales",
    "wagtail.sites",
    "wagtail.snippets",
    "wagtail.users",
)
#: What is said in other places than Taiwan, by the language of the catalogue.
FOREIGN_WORDS = {
    "zh_Hant": (
        *(
            "發佈",
            "搜索",
            "設置",
            "默認",
            "用戶",
            "圖像",
            "視頻",
            "鏈接",
            "信息",
            "數據",
            "登錄",
            "訪問",
            "創建",
            "當前",
            "站點",
        ),
        *(
            "評論",
            "標簽",
            "核準",
            "批準",
            "列表",
            "禁用",
            "刷新",
            "加載",
            "保存",
            "屏幕",
            "鼠標",
            "字符",
            "菜單",
            "粘貼",
            "緩存",
        ),
        *("服務器", "文檔", "網絡", "支持", "對象", "界面", "為啥", "對不起"),
    )
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|(?<!\{)\{\w+\}(?!\})")

Key = tuple[str | None, str]


@dataclass(frozen=True)
class Upstream:
    """The messages that others' packages bring: their sources, and their own translations into one language."""

    sources: dict[Key, polib.POEntry]
    translations: dict[Key, polib.POEntry]


def find_upstream(domain: str, language: str, packages: Iterable[str] = PACKAGES) -> Upstream:
    """Return the messages of the installed packages; where several have the same one, the first translation counts."""
    upstream = Upstream({}, {})
    for package in packages:
        spec = importlib.util.find_spec(package)
        for place in spec.submodule_search_locations or () if spec else ():
            for code, found in (("en", upstream.sources), (language, upstream.translations)):
                path = Path(place, "locale", code, "LC_MESSAGES", f"{domain}.po")
                for entry in polib.pofile(str(path)) if path.exists() else ():
                    if not entry.obsolete and (code == "en" or entry.translated()):
                        found.setdefault(key_of(entry), entry)
    return upstream


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def check(root: Path, packages: Iterable[str] = PACKAGES) -> list[str]:
    """Return one line per fault of the overrides."""
    listed = tuple(packages)
    faults = []
    for path in find_overrides(root):
        language = path.parents[1].name
        upstream = find_upstream(path.stem, language, listed)
        name = path.relative_to(root)
        faults += [f"{name}: {fault}" for fault in _faults(polib.pofile(str(path)), upstream, language)]
    return faults


def _faults(catalogue: Iterable[polib.POEntry], upstream: Upstream, language: str) -> Iterator[str]:
    shown = {key: _texts(entry) for key, entry in upstream.translations.items()}
    for entry in catalogue:
        source = upstream.sources.get(key_of(entry))
        fault = _fault_of(entry, source)
        if fault:
            yield f"{fault}: {entry.msgid[:80]!r}"
        shown[key_of(entry)] = _texts(entry)
    for key in upstream.sources:
        if key not in shown:
            yield f"upstream does not translate it and nor do we: {key[1][:80]!r}"
            continue
        words = [word for word in FOREIGN_WORDS.get(language, ()) if any(word in text for text in shown[key])]
        if words:
            yield f"says {', '.join(words)}: {key[1][:80]!r}"


def _fault_of(entry: polib.POEntry, source: polib.POEntry | None) -> str:
    if source is None:
        return "upstream has no such message any more, drop it"
    if entry.fuzzy or not entry.translated():
        return "untranslated"
    if entry.msgid_plural != source.msgid_plural:
        return "upstream counts it otherwise"
    allowed = set(_PLACEHOLDER.findall(source.msgid + source.msgid_plural))
    # A translator's comment may say which value upstream gives in vain.
    wanted = set(_PLACEHOLDER.findall(source.msgid_plural or source.msgid)) - set(_PLACEHOLDER.findall(entry.tcomment))
    if any(not wanted <= set(_PLACEHOLDER.findall(text)) <= allowed for text in _texts(entry)):
        return "placeholders differ"
    return ""


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
