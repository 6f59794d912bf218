"""The documents for operators keep up with the code."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("cms", "core", "home", "members", "policies", "scripts", "search")


def names(requirements):
    return {re.match(r"[\w-]+", requirement)[0].lower() for requirement in requirements}


def test_every_direct_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    direct = names(project["project"]["dependencies"]) | names(project["dependency-groups"]["dev"])
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    explained = {word for row in rows for word in re.findall(r"[a-z][\w-]*", row.lower())}
    assert direct <= explained


def test_every_variable_is_in_the_table_of_operations():
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    read = {
        name
        for path in [*sources, ROOT / "manage.py", *(ROOT / "tests").rglob("conftest.py")]
        for name in re.findall(r"(?:environ(?:\.get|\.setdefault)?[\[(]|required\()\"(AVOW_\w+)\"", path.read_text())
    }
    assert "AVOW_SECRET_KEY" in read
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert read <= documented
    in_example = set(re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert in_example <= documented
