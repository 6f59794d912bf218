"""Refuse a test run that leaves too much of a package untried: `make test COVER=1`, as CI runs it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from coverage import Coverage

from scripts.compile_messages import ROOT

LEAST = 95.0


def measure(root: Path) -> dict[str, Any]:
    """Return the report of the last run under `root`, as coverage.py writes it."""
    coverage = Coverage(data_file=str(root / ".coverage"), config_file=str(root / "pyproject.toml"))
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        coverage.json_report(outfile=str(path))
        report: dict[str, Any] = json.loads(path.read_text())
    return report


def by_package(report: dict[str, Any]) -> dict[str, float]:
    """Return the share of statements and branches that ran, in per cent, of each package."""
    ran: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for name, file in report["files"].items():
        package, summary = Path(name).parts[0], file["summary"]
        ran[package] += summary["covered_lines"] + summary["covered_branches"]
        there[package] += summary["num_statements"] + summary["num_branches"]
    return {package: 100 * ran[package] / count for package, count in sorted(there.items()) if count}


def main(report: dict[str, Any] | None = None) -> int:
    """Print the share of each package; return 1 when one has less than it must."""
    shares = by_package(measure(ROOT) if report is None else report)
    for package, share in shares.items():
        print(f"{package:<14} {share:6.2f} %{'' if share >= LEAST else f'  less than {LEAST:.0f} %'}")
    return 1 if not shares or min(shares.values()) < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
