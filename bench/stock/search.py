"""`python -m bench.stock.search fill|recall`: the stock site's search over the same clauses."""

from __future__ import annotations

import json
import sys
import time

import django
from django.core.management import call_command


def fill(count: int) -> float:
    """Migrate, insert the clauses and index them; return clauses indexed per second."""
    # Models can only be imported when Django has been set up.
    from django.db import connection
    from wagtail.search.backends import get_search_backend

    from bench.search.corpus import CHINESE, ENGLISH, make
    from bench.stock.models import Clause

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    for language in (CHINESE, ENGLISH):
        Clause.objects.bulk_create(
            (Clause(language=s.language, heading=s.heading, body=s.body) for s in make(count // 2, language)),
            batch_size=1_000,
        )
    begun = time.perf_counter()
    index = get_search_backend().get_index_for_model(Clause)
    clauses = list(Clause.objects.order_by("pk"))
    for start in range(0, len(clauses), 1_000):
        index.add_items(Clause, clauses[start : start + 1_000])
    seconds = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE wagtailsearch_indexentry")
    return len(clauses) / seconds


def recall(asked: list[list[str]]) -> list[int]:
    """Return how many clauses of its language each term finds."""
    from wagtail.search.backends import get_search_backend

    from bench.stock.models import Clause

    backend = get_search_backend()
    return [backend.search(text, Clause.objects.filter(language=language)).count() for text, language in asked]


if __name__ == "__main__":
    django.setup()
    given = sys.stdin.read()
    print(fill(int(given)) if sys.argv[1] == "fill" else json.dumps(recall(json.loads(given))))
