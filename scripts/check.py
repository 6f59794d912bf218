"""Run every check of `make check`, all of them even when one fails, and say at the end which did."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "bench",
    "cms",
    "core",
    "home",
    "members",
    "newsletters",
    "policies",
    "privacy",
    "scripts",
    "search",
    "tests",
)
LINES_WORTH_A_WARNING = 400
AT_ONCE = 2
# Importing the settings must not start a database for a tool that asks it nothing.
NO_DATABASE = {"DATABASE_URL": "postgresql:///unused"}
PRODUCTION = {
    **NO_DATABASE,
    "DJANGO_SETTINGS_MODULE": "cms.settings.production",
    "AVOW_SECRET_KEY": secrets.token_urlsafe(64),
    "AVOW_ALLOWED_HOSTS": "policies.example",
    "AVOW_BASE_URL": "https://policies.example",
    "AVOW_MAIL_DOMAIN": "policies.example",
    "AVOW_TOKEN_KEYS": f"1:{secrets.token_urlsafe(64)}",
    "AVOW_SUPPRESSION_KEY": secrets.token_urlsafe(64),
    "SMTP_URL": "smtp://127.0.0.1:25",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One check: the command and what it needs in its environment."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """How a check ended, and all that it printed."""

    name: str
    passed: bool
    output: str
    seconds: float


def all_steps() -> list[Step]:
    python = sys.executable
    programs = Path(python).parent
    return [
        Step("types", [str(programs / "mypy")], NO_DATABASE),
        Step("lint", [str(programs / "ruff"), "check", "."]),
        Step("format", [str(programs / "ruff"), "format", "--check", "."]),
        Step("imports", [str(programs / "lint-imports")], NO_DATABASE),
        Step("templates", [python, "-m", "scripts.templates", "check"]),
        Step(
            "migrations",
            [python, "manage.py", "makemigrations", "--check", "--dry-run"],
            {"DJANGO_SETTINGS_MODULE": "cms.settings.test"},
        ),
        Step("messages", [python, "-m", "scripts.messages", "check"]),
        Step("deployment", [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
        Step("locks", [python, "-m", "scripts.lock", "--check"]),
    ]


def run_step(step: Step) -> Result:
    began = time.monotonic()
    process = subprocess.run(
        step.command,
        cwd=ROOT,
        env={**os.environ, **step.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(step.name, process.returncode == 0, process.stdout, time.monotonic() - began)


def find_long_files(root: Path) -> list[str]:
    """Return a warning for each Python file that has grown past the length at which it should become a package."""
    warnings = []
    for path in sorted(path for name in PACKAGES for path in (root / name).rglob("*.py")):
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > LINES_WORTH_A_WARNING and "migrations" not in path.parts:
            warnings.append(
                f"warning: {path.relative_to(root)} has {count} lines; past {LINES_WORTH_A_WARNING}, split it"
            )
    return warnings


def main(steps: list[Step] | None = None) -> int:
    """Run the steps, print each as it ends, and return 1 when one failed."""
    failed = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(run_step, steps if steps is not None else all_steps()):
            print(f"{'ok    ' if result.passed else 'FAILED'} {result.name} ({result.seconds:.1f} s)", flush=True)
            if not result.passed:
                failed.append(result.name)
                print(result.output, flush=True)
    for warning in find_long_files(ROOT):
        print(warning)
    print(f"make check: failed: {', '.join(failed)}" if failed else "make check: all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
