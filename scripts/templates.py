"""Check or format every template: djlint for faults, djhtml for indentation."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("templates", "*/templates")


def find_templates(root: Path) -> list[str]:
    """Return the HTML templates of the project, relative to `root`."""
    found = {path.relative_to(root) for place in PLACES for path in root.glob(f"{place}/**/*.html")}
    return sorted(path.as_posix() for path in found)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run one command; return 1 when a template has a fault."""
    parser = argparse.ArgumentParser(prog="python -m scripts.templates", description=__doc__)
    parser.add_argument("command", choices=["check", "format"])
    command = parser.parse_args(arguments).command
    templates = find_templates(root)
    if not templates:
        print("no templates")
        return 0
    programs = Path(sys.executable).parent
    indent = [str(programs / "djhtml"), "--tabwidth", "2"]
    if command == "format":
        # djhtml exits 1 when it changed a file.
        subprocess.run([*indent, *templates], cwd=root, check=False)
        return 0
    runs = [[*indent, "--check", *templates], [str(programs / "djlint"), "--lint", "--quiet", *templates]]
    return max(min(subprocess.run(run, cwd=root, check=False).returncode, 1) for run in runs)


if __name__ == "__main__":
    sys.exit(main())
