"""Static files as they are served: named by their content, compressed, and the styles in one file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The sheet that pages link to. It holds nothing but imports, which browsers follow in development.
SHEET = "css/site.css"
_IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\)(?: layer\((?P<layer>[\w.]+)\))?(?: (?P<media>[^;]+))?;')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Puts the imported styles into the sheet, so that a page needs one request for all of them."""

    def post_process(self, paths: dict[str, Any], *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Do what WhiteNoise does, with the sheet's imports replaced by what they import."""
        if SHEET in paths and not kwargs.get("dry_run"):

            def read(path: str) -> str:
                storage, name = paths[path]
                with storage.open(name) as file:
                    return str(file.read().decode())

            self.delete(SHEET)
            self._save(SHEET, ContentFile(join_styles(read).encode()))
            paths = {**paths, SHEET: (self, SHEET)}
        yield from super().post_process(paths, *args, **kwargs)


def join_styles(read: Callable[[str], str]) -> str:
    """Return the sheet with its imports in it and without comments and needless space; `read` gives a file by its path."""

    def load(match: re.Match[str]) -> str:
        css = read(f"css/{match['path']}")
        if match["layer"]:
            css = f"@layer {match['layer']}{{{css}}}"
        return f"@media {match['media']}{{{css}}}" if match["media"] else css

    return shorten(_IMPORT.sub(load, read(SHEET)))


def shorten(css: str) -> str:
    """Return the styles without comments and without space that means nothing."""
    lines = (line.strip() for line in _COMMENT.sub("", css).splitlines())
    joined = " ".join(line for line in lines if line)
    return re.sub(r"\s*([{};,])\s*", r"\1", joined).replace(";}", "}") + "\n"
