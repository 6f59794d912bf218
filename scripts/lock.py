"""Pin requirements/*.txt: exact versions with hashes from the ranges of pyproject.toml, and no index address."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT = ["--group", "pyproject.toml:dev"]
LOCKS = {
    "base": [],
    "dev": ["--constraint", "requirements/base.txt", *DEVELOPMENT],
    # The next Wagtail in place of ours, for `make test-next`.
    "next": ["--override", "requirements/next.in", *DEVELOPMENT],
}


def command_for(name: str, *, upgrade: bool) -> list[str]:
    """Return the command that writes requirements/`name`.txt."""
    return [
        str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
        "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links",
        *(["--upgrade"] if upgrade else []),
        *LOCKS[name], "pyproject.toml", "--output-file", f"requirements/{name}.txt",
    ]  # fmt: skip


def find_addresses(text: str) -> list[int]:
    """Return the numbers of the lines that hold an address or an index option: a lock must work with any mirror."""
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if "://" in line or line.lstrip().startswith(("-i ", "--index-url", "--extra-index-url", "--find-links", "-f "))
    ]


def check(root: Path) -> list[str]:
    """Return one line per fault of the locks: an address in them, or a requirement without a hash."""
    faults = []
    for path in sorted((root / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        faults += [f"{path.relative_to(root)}:{number}: holds an address" for number in find_addresses(text)]
        pins = [block for block in text.replace("\\\n", " ").splitlines() if block and not block.startswith("#")]
        faults += [f"{path.relative_to(root)}: no hash: {pin}" for pin in pins if "--hash=sha256:" not in pin]
    return faults


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write the locks, or check them; return 1 when a check finds a fault."""
    parser = argparse.ArgumentParser(prog="python -m scripts.lock", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that the ranges allow")
    parser.add_argument("--check", action="store_true", help="only look for addresses and missing hashes")
    options = parser.parse_args(arguments)
    if not options.check:
        for name in LOCKS:
            subprocess.run(command_for(name, upgrade=options.upgrade), cwd=root, check=True)
    faults = check(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
