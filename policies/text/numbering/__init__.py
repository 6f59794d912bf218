"""Numbers of clauses: computing them for readers, and recognising those typed by hand."""

from policies.text.numbering.labels import number_clauses, number_label

__all__ = ["number_clauses", "number_label"]
