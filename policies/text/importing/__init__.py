"""Import of a policy text from plain text, Markdown, a web page or a Word file."""

from policies.text.importing.documents import Imported, import_document
from policies.text.importing.fragments import Fragment, Surroundings, import_fragment
from policies.text.importing.notices import ImportCode, ImportRefused, Notice

__all__ = [
    "Fragment",
    "ImportCode",
    "ImportRefused",
    "Imported",
    "Notice",
    "Surroundings",
    "import_document",
    "import_fragment",
]
