"""Numbers of clauses: computing them for readers, and recognising those typed by hand."""

from policies.text.numbering.labels import number_clauses, number_label, number_paths
from policies.text.numbering.typed import Number, NumberStyle, split_number

__all__ = ["Number", "NumberStyle", "number_clauses", "number_label", "number_paths", "split_number"]
