"""Search over very many clauses, with a stock Wagtail's beside it: `python -m bench.search`, `make bench-search`."""
