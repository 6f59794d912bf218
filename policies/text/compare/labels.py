"""The words that tell readers what colour alone must not."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """Words for a comparison, as plain text.

    The first three are hidden from view and read aloud around each mark; the others are shown.
    `{old}` and `{new}` stand for a number or an address before and after, `{address}` for the one
    that a column is about.
    """

    added: str = "[added]"
    removed: str = "[removed]"
    end: str = "[end]"
    clause_added: str = "[clause added]"
    clause_removed: str = "[clause removed]"
    moved: str = "[moved]"
    moved_from: str = "[moved, was {old}]"
    link_changed: str = "[link address changed from {old} to {new}]"
    link_added: str = "[link added to {new}]"
    link_removed: str = "[link to {old} removed]"
    link_address: str = "[link address: {address}]"
    formatting: str = "[formatting changed]"
    line_break: str = "↵"


LABELS: Mapping[str, Labels] = {
    "en": Labels(),
    "zh-hant": Labels(
        added="［新增］",
        removed="［刪除］",
        end="［結束］",
        clause_added="［新增條款］",
        clause_removed="［刪除條款］",
        moved="［移列］",
        moved_from="［由「{old}」移列］",
        link_changed="［連結網址由 {old} 改為 {new}］",
        link_added="［新增連結至 {new}］",
        link_removed="［移除至 {old} 的連結］",
        link_address="［連結網址：{address}］",
        formatting="［格式變更］",
    ),
}
