"""Check or format every template: djlint for faults, djhtml for indentation."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Where templates are, by the profile in which djlint reads them.
PLACES = {"django": ("templates", "*/templates"), "jinja": ("jinja2",)}


def find_templates(root: Path) -> dict[str, list[str]]:
    """Return the HTML templates of the project by profile, relative to `root`; only profiles that have any."""
    found = {
        profile: sorted(
            {path.relative_to(root).as_posix() for place in places for path in root.glob(f"{place}/**/*.html")}
        )
        for profile, places in PLACES.items()
    }
    return {profile: templates for profile, templates in found.items() if templates}


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run one command; return 1 when a template has a fault."""
    parser = argparse.ArgumentParser(prog="python -m scripts.templates", description=__doc__)
    parser.add_argument("command", choices=["check", "format"])
    command = parser.parse_args(arguments).command
    by_profile = find_templates(root)
    templates = [template for found in by_profile.values() for template in found]
    if not templates:
        print("no templates")
        return 0
    programs = Path(sys.executable).parent
    indent = [str(programs / "djhtml"), "--tabwidth", "2"]
    if command == "format":
        # djhtml exits 1 when it changed a file.
        subprocess.run([*indent, *templates], cwd=root, check=False)
        return 0
    lint = [str(programs / "djlint"), "--lint", "--quiet", "--profile"]
    runs = [[*indent, "--check", *templates], *([*lint, profile, *found] for profile, found in by_profile.items())]
    return max(min(subprocess.run(run, cwd=root, check=False).returncode, 1) for run in runs)


if __name__ == "__main__":
    sys.exit(main())
