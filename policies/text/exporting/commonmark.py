"""Bodies and lines as CommonMark, and back."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from policies.text.body import (
    BREAK,
    Block,
    BlockKind,
    Run,
    canonical_blocks,
    parse_body,
    render_body,
)

_SPECIAL = re.compile(r"[\\`*_\[\]<]|&(?=[#\w])")
_LINE_START = re.compile(r"^(?:[#+=>~-]|\d+(?=[.)]))")
_LINE_END = re.compile(r"#+$")
_TAG = re.compile(r"<(/?)(strong|em|code|a)(?: href=\"([^\"]*)\")?>")
_BACKTICKS = re.compile(r"`+")
_PLAIN_ADDRESS = re.compile(r"[\w./:?=#%+,;~@-]+")


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    # Addresses come out as they went in: they were checked when the clause was made.
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


_PARSER = _make_parser()


def line_to_markdown(text: str) -> str:
    """Return plain text as one paragraph of CommonMark on one line."""
    return _escape_start(heading_to_markdown(text))


def heading_to_markdown(text: str) -> str:
    """Return plain text as the content of a CommonMark heading, white space collapsed."""
    return _LINE_END.sub(lambda match: "\\" + match[0], _escape(" ".join(text.split())))


def markdown_to_line(source: str) -> str:
    """Return the plain text of one line of CommonMark; marks are dropped."""
    (inline,) = _PARSER.parseInline(source)
    return "".join(run.text for run in _read_inline(inline.children or []))


def body_to_markdown(body: str) -> str:
    """Return a sanitised body as CommonMark.

    Emphasis that CommonMark cannot express with asterisks, as beside Chinese punctuation, is
    written with tags. The result shows every word but may still not lead back to the same body:
    compare with `markdown_to_body`.
    """
    out: list[str] = []
    lists: list[_OpenList] = []
    for block in parse_body(body):
        lines = [_write_line(list(line)) for line in _split_lines(block.runs)]
        if block.kind is BlockKind.PARAGRAPH:
            lists = []
            out.append("\n\n" + "\\\n".join(lines))
            continue
        out.append("\n" if lists else "\n\n")
        del lists[block.level :]
        if len(lists) < block.level or lists[-1].kind is not block.kind:
            del lists[block.level - 1 :]
            lists.append(_OpenList(block.kind, lists[-1].inside if lists else ""))
        marker = lists[-1].next_marker()
        out.append(marker + f"\\\n{lists[-1].inside}".join(lines))
    return "".join(out).lstrip("\n")


def markdown_to_body(source: str) -> str:
    """Return CommonMark as a body in canonical form, links as they are."""
    reader = _Reader()
    for token in _PARSER.parse(source):
        reader.read(token)
    return render_body(canonical_blocks(reader.blocks))


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)


def _escape_start(line: str) -> str:
    """Escape what would begin a list, heading, quotation or rule at the start of a line."""
    match = _LINE_START.match(line)
    if match is None:
        return line
    return f"\\{line}" if not match[0].isdigit() else f"{match[0]}\\{line[match.end() :]}"


@dataclass(slots=True)
class _OpenList:
    """A list being written: how far it is indented, and how far the text of its items is."""

    kind: BlockKind
    indent: str
    inside: str = ""
    count: int = 0

    def next_marker(self) -> str:
        self.count += 1
        marker = "- " if self.kind is BlockKind.BULLET else f"{self.count}. "
        self.inside = self.indent + " " * len(marker)
        return self.indent + marker


def _split_lines(runs: Iterable[Run]) -> Iterator[Iterator[Run]]:
    for is_break, line in groupby(runs, lambda run: run.text == BREAK):
        if not is_break:
            yield line


def _write_line(runs: Sequence[Run]) -> str:
    line = _escape_start(_write_marked(runs))
    if markdown_to_body(line) == render_body(canonical_blocks([Block(BlockKind.PARAGRAPH, tuple(runs))])):
        return line
    return _escape_start(_write_tagged(runs))


def _write_marked(runs: Sequence[Run]) -> str:
    return _nest(
        runs,
        {
            "href": lambda inner, href: f"[{inner}]({_write_address(href)})",
            "strong": lambda inner, _: f"**{inner}**",
            "em": lambda inner, _: f"*{inner}*",
        },
        lambda run: _write_code(run.text) if run.code else _escape(run.text),
    )


def _write_tagged(runs: Sequence[Run]) -> str:
    return _nest(
        runs,
        {
            "href": lambda inner, href: f'<a href="{html.escape(href)}">{inner}</a>',
            "strong": lambda inner, _: f"<strong>{inner}</strong>",
            "em": lambda inner, _: f"<em>{inner}</em>",
        },
        lambda run: f"<code>{_escape(run.text)}</code>" if run.code else _escape(run.text),
    )


def _nest(
    runs: Iterable[Run],
    wrappers: dict[str, Callable[[str, str], str]],
    write: Callable[[Run], str],
) -> str:
    """Write runs with their marks around them, the first of the wrappers outermost."""
    if not wrappers:
        return "".join(map(write, runs))
    name, *names = wrappers
    inner_wrappers = {name: wrappers[name] for name in names}
    out: list[str] = []
    for value, group in groupby(runs, lambda run: getattr(run, name)):
        inner = _nest(group, inner_wrappers, write)
        out.append(wrappers[name](inner, value) if value else inner)
    return "".join(out)


def _write_address(href: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(href):
        return href
    return "<" + re.sub(r"[\\<>&]", lambda match: "\\" + match[0], href) + ">"


def _write_code(text: str) -> str:
    longest = max((len(ticks) for ticks in _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


@dataclass(slots=True)
class _Reader:
    """Collects blocks from the tokens of a CommonMark parser."""

    blocks: list[Block] = field(default_factory=list)
    lists: list[BlockKind] = field(default_factory=list)
    item_has_text: bool = False

    def read(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            self.lists.append(BlockKind(token.tag))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
        elif token.type == "list_item_open":
            self.item_has_text = False
        elif token.type == "inline":
            self._add(list(_read_inline(token.children or [])))
        elif token.content:
            # Blocks of code and HTML, which only another hand can have put here: kept as text.
            self._add([Run(token.content, code=token.type != "html_block")])

    def _add(self, runs: list[Run]) -> None:
        if self.lists and self.item_has_text:
            # A second paragraph in an item is one more line of it.
            last = self.blocks[-1]
            self.blocks[-1] = replace(last, runs=(*last.runs, Run(BREAK), *runs))
            return
        kind = self.lists[-1] if self.lists else BlockKind.PARAGRAPH
        self.blocks.append(Block(kind, tuple(runs), min(len(self.lists), 2)))
        self.item_has_text = True


def _read_inline(tokens: Iterable[Token]) -> Iterator[Run]:
    marks = Run("")
    for token in tokens:
        kind = token.type
        if kind == "hardbreak":
            yield Run(BREAK)
        elif kind == "softbreak":
            yield replace(marks, text=" ")
        elif kind == "code_inline":
            yield replace(marks, text=token.content, code=True)
        elif kind == "html_inline" and (tag := _TAG.fullmatch(token.content)):
            marks = _turn(marks, tag[2], html.unescape(tag[3] or ""), opens=not tag[1])
        elif kind.endswith(("_open", "_close")):
            href = str(token.attrGet("href") or "")
            marks = _turn(marks, token.tag, href, opens=kind.endswith("_open"))
        else:
            yield replace(marks, text=token.content)


def _turn(marks: Run, tag: str, href: str, *, opens: bool) -> Run:
    """Return the marks that hold after a tag."""
    if tag == "a":
        return replace(marks, href=href if opens else "")
    if tag == "strong":
        return replace(marks, strong=opens)
    if tag == "em":
        return replace(marks, em=opens)
    return replace(marks, code=opens)
