"""The StreamField of a policy: clauses and nothing else.

The block's UUID is the clause's key. Wagtail keeps it through drafts, copies and translations, so clauses of two
editions or two languages find each other without guessing.

In the editor's form each clause is a compact row that shows its number as readers will see it
(`static/policies-admin/clauses.js`; the numbers themselves in `numbering.js`, as `policies.text.numbering` makes them).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.forms import Media
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.telepath import register
from wagtail.blocks.stream_block import StreamBlockAdapter
from wagtail.blocks.struct_block import StructBlockAdapter

CLAUSE_FEATURES = ["bold", "italic", "link", "ol", "ul", "code"]


class ClauseBlock(blocks.StructBlock):
    """One clause: its depth, an optional heading, its text, and why it is changed in the next edition."""

    depth = blocks.ChoiceBlock(
        choices=[("1", _("Level 1")), ("2", _("Level 2")), ("3", _("Level 3")), ("4", _("Level 4"))],
        default="1",
        label=_("Level"),
    )
    numbered = blocks.BooleanBlock(required=False, default=True, label=_("Numbered"))
    heading = blocks.CharBlock(required=False, max_length=500, label=_("Heading"))
    body = blocks.RichTextBlock(required=False, features=CLAUSE_FEATURES, label=_("Text"))
    reason = blocks.CharBlock(
        required=False,
        max_length=1000,
        label=_("Reason for the change"),
        help_text=_("Shown beside this clause in the comparison table of the next edition."),
    )

    class Meta:
        icon = "list-ol"
        label = _("Clause")
        form_template = "policies/admin/clause_form.html"


class ClauseStreamBlock(blocks.StreamBlock):
    """The clauses of a policy in reading order."""

    clause = ClauseBlock()

    class Meta:
        max_num = 2000
        form_classname = "clause-stream"

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> Any:
        """Read the list that a form sends; raise `BadRequest` for what our script cannot have sent."""
        try:
            return super().value_from_datadict(data, files, prefix)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as fault:
            message = "The list of clauses came back damaged."
            raise BadRequest(message) from fault


def _with_our_scripts(media: Media) -> Media:
    return media + Media(
        js=[versioned_static(f"policies-admin/{name}.js") for name in ("numbering", "pasting", "clauses")],
        css={"all": [versioned_static("policies-admin/clauses.css")]},
    )


class ClauseBlockAdapter(StructBlockAdapter):
    """Makes a compact row of a clause in the editor's form."""

    js_constructor = "policies.ClauseBlock"

    @cached_property
    def media(self) -> Media:
        return _with_our_scripts(super().media)


class ClauseStreamBlockAdapter(StreamBlockAdapter):
    """Makes an outline of the rows: numbers, levels and keys for all of them."""

    js_constructor = "policies.ClauseStreamBlock"

    def js_args(self, block: ClauseStreamBlock) -> list[Any]:
        """Add the words of the outline's controls in the editor's language, and where pasted text is read."""
        name, children, initial, meta = super().js_args(block)
        return [name, children, initial, {**meta, "strings": _strings(), "pasteUrl": reverse("avow_policies:paste")}]

    @cached_property
    def media(self) -> Media:
        return _with_our_scripts(super().media)


def _strings() -> dict[str, str]:
    return {
        "outdent": gettext("One level up"),
        "indent": gettext("One level down"),
        "insertAfter": gettext("Insert a clause after this one"),
        "collapseAll": gettext("Collapse clauses"),
        "expandAll": gettext("Expand clauses"),
        "unnumbered": gettext("(no number)"),
        "levelIs": gettext("Level {level}, {number}"),
        "movedTo": gettext("Now {number}"),
        "textOf": gettext("Text of {number}"),
        "sourceText": gettext("Source text"),
        "newInSource": gettext("Not in the newest edition of the source."),
        "keys": gettext("Keys: Alt+Shift+← → level, Alt+Shift+↑ ↓ move, Alt+Shift+Enter insert after"),
        "toolbar": gettext("Clauses"),
        "reading": gettext("Reading what you pasted …"),
        "pasteBar": gettext("Pasted text"),
        "pasteFailed": gettext(
            "What you pasted could not be read: the connection failed, or you were signed out. Nothing was changed."
        ),
        "pastedAsText": gettext("The text has no numbers or headings, so it stayed in one clause."),
        "oneClauseEach": gettext("Make a clause of each paragraph"),
        "undo": gettext("Undo"),
        "undoKey": gettext("Ctrl+Z undoes it."),
        "undone": gettext("Undone."),
        "textOnly": gettext("Paste as text only"),
        "close": gettext("Close"),
    }


register(ClauseBlockAdapter(), ClauseBlock)
register(ClauseStreamBlockAdapter(), ClauseStreamBlock)
