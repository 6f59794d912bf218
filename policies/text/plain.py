"""A clause's body as plain text."""

from policies.text.body import BREAK, Block, parse_body


def plain_text(html: str) -> str:
    """Return the words of a sanitised body: one line per block and per line break, list items marked `- `."""
    return "\n".join(_line(block) for block in parse_body(html))


def _line(block: Block) -> str:
    words = "".join(run.text for run in block.runs)
    if block.level == 0:
        return words
    indent = "  " * (block.level - 1)
    return f"{indent}- {words.replace(BREAK, BREAK + indent + '  ')}"
