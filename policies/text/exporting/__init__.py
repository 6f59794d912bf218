"""Write an edition to files, and read back the two formats that hold all of it.

What is read back is what the file says: pass it through `policies.text.sanitize` before storing it.
"""

from policies.text.exporting.akn import to_akn
from policies.text.exporting.json_file import from_json, metadata_from_json, to_json
from policies.text.exporting.markdown_file import (
    from_markdown,
    metadata_from_markdown,
    to_markdown,
)
from policies.text.exporting.metadata import Metadata
from policies.text.exporting.plain_file import to_text

__all__ = [
    "Metadata",
    "from_json",
    "from_markdown",
    "metadata_from_json",
    "metadata_from_markdown",
    "to_akn",
    "to_json",
    "to_markdown",
    "to_text",
]
