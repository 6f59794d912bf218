"""What lists show of a text of the record, made once for each text and kept: its contents and its changed clauses.

A text never changes, and working these lists out of its clauses takes longer than all the rest of its page. The code, the
templates and the words that make them may change: a row tells what it was made by, and any other is made anew.
`verify_editions` checks that what is shown is what the clauses give.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from policies.models import TextOutline
from policies.payloads import clauses_from_data
from policies.presentation import list_changed_clauses, list_contents, render_changed, render_contents
from policies.text.rendering import clause_anchor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.models import EditionText

logger = logging.getLogger("avow.policies")

#: All that an outline can hang on, below the project's folder.
_MAKERS = (
    "jinja2/policies/parts/*.html",
    "core/jinja/*.py",
    "policies/*.py",
    "policies/text/**/*.py",
    "locale/**/*.mo",
)


def show_contents(text: EditionText) -> SafeString:
    """Return the items of the text's table of contents."""
    return mark_safe(_find(text).contents)  # noqa: S308 -- our own template's


def show_changed(text: EditionText, *, shown: EditionText) -> SafeString:
    """Return the items of the list of clauses that `text` changed; links lead into `shown`, as far as it has the clauses."""
    if shown.pk == text.pk or _has_clauses(shown.html, [change["key"] for change in text.changes]):
        return mark_safe(_find(text).changed)  # noqa: S308 -- our own template's
    return render_changed(list_changed_clauses(text, shown=shown))


def make_outline(text: EditionText) -> TextOutline:
    """Return the outline of a text, unsaved."""
    with override(text.locale):
        contents = render_contents(list_contents(clauses_from_data(text.clauses), text.locale))
        changed = render_changed(list_changed_clauses(text))
    return TextOutline(text=text, made_by=makers_digest(), contents=contents, changed=changed)


def keep_outline(text: EditionText) -> TextOutline:
    """Make the outline of a stored text, and keep it where the database can be written to."""
    outline = make_outline(text)
    try:
        with transaction.atomic():
            TextOutline.objects.bulk_create(
                [outline],
                update_conflicts=True,
                unique_fields=["text"],
                update_fields=["made_by", "contents", "changed"],
            )
    except DatabaseError:
        logger.warning("An outline could not be kept; it is made again for each page.")
    return outline


@cache
def makers_digest() -> str:
    """Return the digest of all that outlines are made by: templates, code and words, as this process has them."""
    digest = hashlib.sha256()
    root = Path(settings.BASE_DIR)
    for path in sorted(path for pattern in _MAKERS for path in root.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _has_clauses(html: str, keys: Iterable[str]) -> bool:
    place = 0
    for key in keys:
        mark = f' id="{clause_anchor(key)}"'
        # Changes are in reading order, so the next clause is nearly always further down.
        found = html.find(mark, place)
        if found < 0 and mark not in html:
            return False
        place = max(place, found)
    return True


def _find(text: EditionText) -> TextOutline:
    try:
        outline: TextOutline | None = text.outline
    except TextOutline.DoesNotExist:
        outline = None
    return outline if outline and outline.made_by == makers_digest() else keep_outline(text)
