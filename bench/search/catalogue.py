"""The clauses as rows of the record."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.db import connection, transaction

from bench.search.corpus import CHINESE, ENGLISH, Sample, make
from core.dates import TAIPEI
from policies.choices import TextRole, UpdateType
from policies.models import Edition, EditionClause, EditionText, Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

_IN_ONE_TEXT = 250
_DAY = dt.date(2026, 1, 5)
_ISSUED_AT = dt.datetime.combine(_DAY, dt.time(9), TAIPEI)
_TITLES = {CHINESE: "第{number}號政策", ENGLISH: "Policy number {number}"}


def fill(clauses: int) -> None:
    """Insert policies in both languages, half of the clauses each. They have no chain: it is not read here."""
    samples = {language: list(make(clauses // 2, language)) for language in _TITLES}
    with transaction.atomic():
        for number, start in enumerate(range(0, clauses // 2, _IN_ONE_TEXT), start=1):
            parts = {language: found[start : start + _IN_ONE_TEXT] for language, found in samples.items()}
            _insert(number, parts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _insert(number: int, parts: dict[str, Sequence[Sample]]) -> None:
    policy = Policy.objects.create(key=uuid.uuid4(), slug=f"search-{number}", kind="other", prevailing_locale=CHINESE)
    edition = Edition(
        policy=policy,
        major=1,
        minor=0,
        update_type=UpdateType.SUBSTANTIVE,
        effective_from=_DAY,
        issued_at=_ISSUED_AT,
        language_regime=policy.language_regime,
        prevailing_locale=CHINESE,
        digest="",
    )
    edition.save()
    for language, samples in parts.items():
        text = EditionText(
            edition=edition,
            locale=language,
            role=TextRole.PREVAILING if language == CHINESE else TextRole.TRANSLATION,
            title=_TITLES[language].format(number=number),
            issued_at=_ISSUED_AT,
            digest="",
        )
        text.save()
        EditionClause.objects.bulk_create(
            EditionClause(
                text=text,
                key=uuid.uuid4(),
                position=position,
                depth=1,
                number=f"{position}.",
                heading=sample.heading,
                plain=sample.body,
                digest=f"{position}",
            )
            for position, sample in enumerate(samples, start=1)
        )
