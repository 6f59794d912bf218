"""Import of a policy text from plain text, Markdown, a web page or a Word file."""

from policies.text.importing.documents import Imported, import_document
from policies.text.importing.notices import ImportCode, ImportRefused, Notice

__all__ = ["ImportCode", "ImportRefused", "Imported", "Notice", "import_document"]
