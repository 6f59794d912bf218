"""Numbers of clauses: computing them for readers, and recognising those typed by hand."""

from policies.text.numbering.house import house_depth, house_style, outranks
from policies.text.numbering.labels import gap_after, number_clauses, number_label, number_paths
from policies.text.numbering.typed import Number, NumberStyle, split_number

__all__ = [
    "Number",
    "NumberStyle",
    "gap_after",
    "house_depth",
    "house_style",
    "number_clauses",
    "number_label",
    "number_paths",
    "outranks",
    "split_number",
]
