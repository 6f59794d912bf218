"""A saved web page, or what Word and Google Docs put on the clipboard."""

from lxml import etree, html

from policies.text.importing.content import find_content
from policies.text.importing.elements import ElementReader
from policies.text.importing.notices import ImportCode, ImportRefused, Notice
from policies.text.importing.office import drop_unread
from policies.text.importing.paragraphs import Reading
from policies.text.sanitize import limit_nesting

_DEEPEST = 150
_MAX_ELEMENTS = 60_000
_NOT_SHOWN = ("script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "head")


def read_web_page(text: str) -> Reading:
    """Read the content of a web page into paragraphs; navigation, forms and page furniture go into `removed`.

    Raises:
        ImportRefused: EMPTY.
    """
    root = _parse(text)
    title = root.findtext(".//title") or ""
    _drop_unseen(root)
    unread, warnings = drop_unread(root, hidden=False)
    content, removed = find_content(root)
    reading = read_elements(content)
    reading.warnings += warnings
    removed += unread
    reading.title = " ".join(title.split())
    dropped = [text for text in ("".join(piece.split()) for piece in removed) if text]
    reading.removed += dropped
    count = sum(map(len, dropped))
    if count:
        reading.warnings.append(Notice(ImportCode.PARTS_DROPPED, None, {"count": str(count)}))
    return reading


def read_fragment(text: str, line: int) -> Reading:
    """Read a piece of HTML inside another format; lines are counted from `line`."""
    if not text.strip():
        return Reading([])
    root = _parse(text)
    _drop_unseen(root)
    return read_elements(root, line - 1)


def read_clipboard(text: str) -> Reading:
    """Read what a program put on the clipboard: all that was chosen there, but for what its readers do not see.

    Raises:
        ImportRefused: EMPTY, TOO_COMPLEX.
    """
    root = _parse(text)
    _drop_unseen(root)
    removed, warnings = drop_unread(root, hidden=True)
    reading = read_elements(root)
    reading.removed += removed
    reading.warnings += warnings
    return reading


def read_elements(root: html.HtmlElement, first_line: int = 0) -> Reading:
    """Read everything below an element into paragraphs."""
    reader = ElementReader(first_line)
    reader.read(root)
    return reader.finish()


def _parse(text: str) -> html.HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True, no_network=True)
    if text.count("<") > _MAX_ELEMENTS:
        raise ImportRefused(ImportCode.TOO_COMPLEX, limit=str(_MAX_ELEMENTS))
    # NUL would end the text for the parser.
    source = limit_nesting(text.replace("\x00", ""), _DEEPEST)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ImportRefused(ImportCode.EMPTY) from error
    return root


def _drop_unseen(root: html.HtmlElement) -> None:
    """Drop what no reader sees. Comments go too, but the text after them stays."""
    for element in list(root.iter(etree.Comment, *_NOT_SHOWN)):
        element.drop_tree()
