"""Issue a policy text from a file: `manage.py import_policy FILE --policy SLUG --lang L --issued DATE`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils import timezone

from core.dates import parse_date
from core.languages import language_codes
from policies.choices import UpdateType
from policies.errors import Refused
from policies.import_messages import sentence
from policies.models import Policy
from policies.services.imports import ImportOrder, import_text
from policies.text.importing import ImportCode, ImportRefused, import_document
from policies.text.numbering import number_clauses
from policies.text.plain import plain_text

if TYPE_CHECKING:
    import datetime as dt

    from django.core.management.base import CommandParser

    from policies.text.clauses import Document
    from policies.text.importing import Imported

_PREVIEW_LENGTH = 60


def civil_day(text: str) -> dt.date:
    """Read a date for argparse, ISO 8601 or 民國."""
    day = parse_date(text)
    if day is None:
        msg = f"“{text}” is not a date. Write it as 2026-03-14 or 民國115年3月14日."
        raise argparse.ArgumentTypeError(msg)
    return day


def slug(text: str) -> str:
    """Read a policy's address for argparse."""
    try:
        validate_slug(text)
    except ValidationError as error:
        msg = f"“{text}” is not an address. Use letters, digits and hyphens, as in “privacy”."
        raise argparse.ArgumentTypeError(msg) from error
    return text


class Command(BaseCommand):
    help = (
        "Issue a policy text from a plain text, Markdown, HTML or .docx file. "
        "Import a back-catalogue oldest first; import the prevailing language before its translations."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options; what is not a date, a language or an address is wrong usage (exit 2)."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--policy", required=True, metavar="SLUG", type=slug, help="its address, such as privacy")
        parser.add_argument("--lang", required=True, choices=language_codes(), help="language of the file")
        parser.add_argument("--issued", required=True, metavar="DATE", type=civil_day, help="when it was published")
        parser.add_argument("--effective", metavar="DATE", type=civil_day, help="first day it applies; else that day")
        parser.add_argument("--to-be-announced", action="store_true", help="it applies from a day not known yet")
        parser.add_argument("--note", default="", help="change note, in the language of the file")
        parser.add_argument("--update-type", choices=UpdateType.values, default="", help="else judged by the changes")
        parser.add_argument("--document-no", default="", help="number of the document that issued it")
        parser.add_argument(
            "--prevailing",
            choices=language_codes(),
            default="",
            help="for a new policy: the language that governs in case of doubt; else that of the first file",
        )
        parser.add_argument(
            "--edition",
            default="",
            metavar="NUMBER",
            help="correct this edition, in force, while another is announced; or, a translation, join this edition",
        )
        parser.add_argument(
            "--replace-announced", action="store_true", help="announced editions whose place it takes never apply"
        )
        parser.add_argument("--title", default="", help="title, in place of the one in the file")
        parser.add_argument("--dry-run", action="store_true", help="print the clauses and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file and issue it in one transaction; a dry run prints the clauses, tries the same and takes it back."""
        path: Path = options["file"]
        settled = self._settle_prevailing(path, options["policy"], options["lang"], options["prevailing"])
        imported = self._read(path, options["lang"])
        for notice in imported.warnings:
            self.stderr.write(f"{path}: {sentence(notice)}")
        document = imported.document
        has_title = ImportCode.TITLE_MISSING not in {notice.code for notice in imported.warnings}
        title = options["title"] or (document.title if has_title else "")
        if options["dry_run"]:
            self._print_tree(document, title or document.title)
        order = ImportOrder(
            slug=options["policy"],
            title=title,
            issued_on=options["issued"],
            effective_from=options["effective"],
            is_date_open=options["to_be_announced"],
            note=options["note"],
            update_type=options["update_type"],
            document_no=options["document_no"],
            of_edition=options["edition"],
            replaces_announced=options["replace_announced"],
        )
        try:
            with transaction.atomic():
                text = import_text(document, order, now=timezone.now())
                transaction.set_rollback(options["dry_run"])
        except Refused as refusal:
            msg = f"{path}: {refusal.reason}"
            raise CommandError(msg) from refusal
        edition = text.edition
        applies = edition.effective_from.isoformat() if edition.effective_from else "a day to be announced"
        self.stdout.write(
            f"{order.slug} {edition.number} ({text.locale}, {edition.update_type}, from {applies}): "
            f"{len(document.clauses)} clauses {'would be ' if options['dry_run'] else ''}issued."
        )

        if settled:
            self.stdout.write(settled)

    def _settle_prevailing(self, path: Path, slug: str, language: str, asked: str) -> str:
        """Return what to say of the language that prevails in a policy with its first edition; "" for a later one.

        Refuses a file in another language before there is an edition in that one, and a change of it afterwards.
        """
        policy = Policy.objects.filter(slug=slug).first()
        prevailing = policy.prevailing_locale if policy else asked or language
        if asked and asked != prevailing:
            msg = f"{path}: in {slug} {prevailing} prevails, not {asked}. Leave out --prevailing."
            raise CommandError(msg)
        if policy is not None and policy.has_editions:
            return ""
        if language != prevailing:
            msg = f"{path}: in {slug} {prevailing} prevails. Import its text first, and then this one as a translation."
            raise CommandError(msg)
        why = "as --prevailing says" if asked else "the language of its first file; --prevailing says otherwise"
        return f"{slug}: {prevailing} prevails ({why if policy is None else 'as its draft says'})."

    def _read(self, path: Path, language: str) -> Imported:
        try:
            return import_document(path.read_bytes(), name=path.name, language=language)
        except OSError as error:
            msg = f"{path}: {error.strerror}. Give the path of a file that can be read."
            raise CommandError(msg) from error
        except ImportRefused as refusal:
            msg = f"{path}: {sentence(refusal)}"
            raise CommandError(msg) from refusal

    def _print_tree(self, document: Document, title: str) -> None:
        self.stdout.write(title)
        for clause, number in zip(document.clauses, number_clauses(document.clauses, document.language), strict=True):
            words = clause.heading or " ".join(plain_text(clause.body).split())
            shown = words if len(words) <= _PREVIEW_LENGTH else words[:_PREVIEW_LENGTH] + "…"
            self.stdout.write("  " * clause.depth + f"{number} {shown}".strip())
