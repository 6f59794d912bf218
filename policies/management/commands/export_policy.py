"""Write an edition to a file: `manage.py export_policy SLUG --lang L`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from core.dates import today
from core.languages import language_codes, language_name
from policies.exports import FORMATS, write
from policies.selectors import find_current, find_edition, find_text

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from policies.models import EditionText


class Command(BaseCommand):
    help = "Write an edition in one language as JSON, Markdown, plain text or Akoma Ntoso; by default the one in force."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("policy", metavar="SLUG")
        parser.add_argument("--lang", required=True, choices=language_codes())
        parser.add_argument("--edition", metavar="NUMBER", help="such as 2.1; else the one in force")
        parser.add_argument("--format", choices=list(FORMATS), default="json")
        parser.add_argument("--output", metavar="FILE", type=Path, help="else standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file whole or not at all."""
        text = self._find(options["policy"], options["lang"], options["edition"])
        content = write(text, options["format"], on=today())
        output: Path | None = options["output"]
        if output is None:
            sys.stdout.buffer.write(content)
            return
        draft = output.with_name(f".{output.name}.part")
        try:
            draft.write_bytes(content)
            draft.replace(output)
        except OSError as error:
            draft.unlink(missing_ok=True)
            msg = f"{output}: {error.strerror}. Choose a file that can be written."
            raise CommandError(msg) from error

    def _find(self, slug: str, language: str, number: str | None) -> EditionText:
        if number is None:
            current = find_current(slug=slug, language=language, on=today())
            edition = current.in_force if current else None
        else:
            major, dot, minor = number.partition(".")
            if not (dot and major.isdecimal() and minor.isdecimal()):
                msg = f"“{number}” is not an edition number. Write it as 2.1."
                raise CommandError(msg, returncode=2)
            edition = find_edition(slug=slug, major=int(major), minor=int(minor))
        if edition is None:
            msg = f"{slug}: there is no such edition. “/{language}/policies/{slug}/history/” lists them."
            raise CommandError(msg)
        text = find_text(edition=edition, language=language)
        if text is None:
            msg = f"{slug} {edition.number} has no text in {language_name(language)}. Choose another --lang."
            raise CommandError(msg)
        return text
