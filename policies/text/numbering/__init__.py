"""Numbers of clauses: computing them for readers, and recognising those typed by hand."""

from policies.text.numbering.labels import number_clauses, number_label
from policies.text.numbering.typed import Number, NumberStyle, split_number

__all__ = ["Number", "NumberStyle", "number_clauses", "number_label", "split_number"]
