"""The import rules of pyproject.toml, each with a planted fault that it must catch."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
PACKAGES = CONFIGURATION["root_packages"]


def lint(directory):
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The packages alone, emptied of all but the module tree: the rules hold there too, and reading them is quick."""
    directory = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "pyproject.toml", directory)
    named = {name for contract in CONFIGURATION["contracts"] for name in contract.get("source_modules", ())}
    for module in (*PACKAGES, *named):
        path = directory
        for package in module.split("."):
            path /= package
            path.mkdir(exist_ok=True)
            (path / "__init__.py").touch()
    return directory


def test_every_package_is_in_the_layers():
    layers = next(contract["layers"] for contract in CONFIGURATION["contracts"] if contract["type"] == "layers")
    named = {name for layer in layers for name in re.findall(r"\w+", layer)}
    assert named == set(PACKAGES)
    applications = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert applications <= named


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("core/a.py", "policies", "Imports run one way"),
        ("policies/a.py", "members", "Imports run one way"),
        ("members/a.py", "home", "Imports run one way"),
        ("home/a.py", "search", "Imports run one way"),
        ("search/a.py", "cms", "Imports run one way"),
        ("policies/text/a.py", "django.utils.html", "The text engine is plain Python"),
        ("policies/text/a.py", "core", "The text engine is plain Python"),
        ("newsletters/smtp/a.py", "django.conf", "The SMTP client is plain Python"),
        ("newsletters/bounces/reports/a.py", "core", "The reading of reports about mail is plain Python"),
        ("search/text/a.py", "django.db", "The words of search are plain Python"),
        ("cms/embedded/a.py", "django.conf", "The embedded database needs no Django"),
    ],
)
def test_a_planted_fault_is_found(checkout, module, imported, contract):
    path = checkout / module
    path.write_text(f"import {imported}\n")
    try:
        result = lint(checkout)
    finally:
        path.unlink()
    assert result.returncode == 1
    assert re.search(rf"{contract}.* BROKEN", result.stdout), result.stdout


def test_no_fault_where_none_is_planted(checkout):
    assert lint(checkout).returncode == 0
