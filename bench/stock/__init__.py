"""A stock Wagtail site to measure against: what `wagtail start` writes, plus one page type with the same text."""
