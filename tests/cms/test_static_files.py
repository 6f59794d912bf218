from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

from cms.static_files import SHEET, join_styles, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(settings.BASE_DIR) / "static"


class TestJoinStyles:
    def test_puts_each_import_in_its_layer(self) -> None:
        files = {
            SHEET: '@layer a, b;\n@import url("x.css") layer(a);\n@import url("y.css") layer(b) print;\n@import url("z.css");',
            "css/x.css": "p {\n  margin: 0;\n}\n/* why */",
            "css/y.css": "a { color: red; }",
            "css/z.css": "b, i { top: 0 }",
        }
        assert join_styles(files.__getitem__) == (
            "@layer a,b;@layer a{p{margin: 0}}@media print{@layer b{a{color: red}}}b,i{top: 0}\n"
        )

    def test_joins_every_sheet_there_is(self) -> None:
        joined = join_styles(lambda path: (FOLDER / path).read_text())
        assert "@import" not in joined
        for path in (FOLDER / "css").rglob("*.css"):
            # What is in `pages` is loaded by some pages only, beside the sheet.
            if path.name != "site.css" and path.parent.name != "pages":
                assert f'url("{path.relative_to(FOLDER / "css")}")' in (FOLDER / SHEET).read_text()
        assert joined.count("{") == joined.count("}")

    def test_keeps_space_that_means_something(self) -> None:
        assert shorten("a b { width: calc(1px + 2px); }") == "a b{width: calc(1px + 2px)}\n"


class TestStorage:
    @pytest.fixture
    def collected(self, tmp_path: Path) -> Iterator[Path]:
        storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "cms.static_files.StaticFilesStorage"}}
        with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
            call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["wagtail*", "vendor"])
            yield tmp_path

    def test_serves_one_sheet_named_by_its_content(self, collected: Path) -> None:
        address = staticfiles_storage.url(SHEET)
        sheet = collected / address.removeprefix(settings.STATIC_URL)
        assert sheet.name != "site.css"
        assert "@import" not in sheet.read_text()
        assert len(Path(f"{sheet}.gz").read_bytes()) <= 4_500
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["wagtail*", "vendor"])
        assert staticfiles_storage.url(SHEET) == address
