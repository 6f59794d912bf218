"""axe-core in a page: what breaks WCAG 2.2 AA or good practice."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: The rules that a page can break by its width or its colours alone.
BY_APPEARANCE = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
_RUN = """async (only) => {
  const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"]});
  return found.violations;
}"""


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def violations(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """Return one line for each element that breaks a rule (any, unless named): the rule, where, and what is wrong."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in _violated(page, only)
        for node in rule["nodes"]
    ]


def _violated(page: Page, only: dict[str, Any]) -> list[dict[str, Any]]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_script())  # as a debugger would: the page's own policy forbids scripts of others
    found: list[dict[str, Any]] = page.evaluate(_RUN, only)
    return found
