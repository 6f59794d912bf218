"""The StreamField of a policy: clauses and nothing else.

The block's UUID is the clause's key. Wagtail keeps it through drafts, copies and translations, so clauses of two
editions or two languages find each other without guessing.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

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


class ClauseStreamBlock(blocks.StreamBlock):
    """The clauses of a policy in reading order."""

    clause = ClauseBlock()

    class Meta:
        max_num = 2000
