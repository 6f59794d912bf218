"""Our wording of messages that others' packages bring."""

from __future__ import annotations

import sys

import polib
import pytest
from django.utils import translation

from scripts import overrides
from scripts.compile_messages import ROOT, compile_catalogues

HEADER = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
SOURCE = """
msgid "Publish"
msgstr ""

msgid "Delete %(title)s"
msgstr ""

msgid "%(count)s page"
msgid_plural "%(count)s pages"
msgstr[0] ""
msgstr[1] ""
"""
GOOD = """
msgid "Publish"
msgstr "發布"

msgid "Delete %(title)s"
msgstr "刪除%(title)s"

msgid "%(count)s page"
msgid_plural "%(count)s pages"
msgstr[0] "%(count)s個頁面"
"""
NAME = "locale/overrides/zh_Hant/LC_MESSAGES/django.po"


@pytest.fixture
def upstream(tmp_path, monkeypatch):
    """A package of others' with messages of its own, translated in part."""
    package = tmp_path / "others" / "theirs_to_translate"
    for language, text in (("en", SOURCE), ("zh_Hant", 'msgid "Publish"\nmsgstr "發佈"\n')):
        folder = package / "locale" / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.po").write_text(HEADER + text, encoding="utf-8")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(package.parent)
    yield ["theirs_to_translate"]
    sys.modules.pop("theirs_to_translate", None)


@pytest.fixture
def write(tmp_path):
    path = tmp_path / NAME
    path.parent.mkdir(parents=True)

    def write(text):
        path.write_text(HEADER + text, encoding="utf-8")
        return tmp_path

    return write


def test_good_overrides_pass(write, upstream):
    assert overrides.check(write(GOOD), upstream) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"Publish"', '"Publish it"', "upstream has no such message any more, drop it: 'Publish it'"),
        ('"發布"', '""', "untranslated: 'Publish'"),
        ('msgid "Publish"', '#, fuzzy\nmsgid "Publish"', "untranslated: 'Publish'"),
        ('"刪除%(title)s"', '"刪除"', "placeholders differ: 'Delete %(title)s'"),
        ('"刪除%(title)s"', '"刪除%(title)s%(x)s"', "placeholders differ: 'Delete %(title)s'"),
        ('pages"', 'sheets"', "upstream counts it otherwise: '%(count)s page'"),
        ('"刪除%(title)s"', '"刪除用戶%(title)s"', "says 用戶: 'Delete %(title)s'"),
        (
            'msgid "Delete %(title)s"\nmsgstr "刪除%(title)s"',
            "",
            "upstream does not translate it and nor do we: 'Delete %(title)s'",
        ),
        ('msgid "Publish"\nmsgstr "發布"', "", "says 發佈: 'Publish'"),
    ],
)
def test_each_fault_is_found(write, upstream, old, new, fault):
    assert old in GOOD
    assert f"{NAME}: {fault}" in overrides.check(write(GOOD.replace(old, new)), upstream)


def test_a_package_that_is_not_installed_brings_no_messages():
    assert overrides.find_upstream("django", "zh_Hant", ["nobody_has_this"]).sources == {}


def test_compiled_with_the_rest(write):
    root = write(GOOD)
    assert compile_catalogues(root) == [NAME.replace(".po", ".mo")]
    assert polib.mofile(str(root / NAME.replace(".po", ".mo"))).find("Publish").msgstr == "發布"


def test_ours_are_what_the_admin_says():
    compile_catalogues(ROOT)
    with translation.override("zh-hant"):
        assert translation.gettext("Saving will overwrite a newer version.") == "儲存將覆寫較新之稿。"
        assert translation.gettext("Unpublish") == "取消發布"
