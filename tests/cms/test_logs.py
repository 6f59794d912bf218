from __future__ import annotations

import logging

import pytest

from cms.logs import TokenFilter

TOKEN = "AQMBBgAtTCHxxQpCmiuqNPAswyzt"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        (f"/u/{TOKEN}/", "/u/-/"),
        (f"/en/bulletins/confirm/{TOKEN}/", "/en/bulletins/confirm/-/"),
        (f"/zh-hant/bulletins/preferences/{TOKEN}/?x=1", "/zh-hant/bulletins/preferences/-/?x=1"),
        (f"/en/bulletins/undo/{TOKEN}", "/en/bulletins/undo/-"),
        ("/en/policies/privacy/", "/en/policies/privacy/"),
    ],
)
def test_tokens_are_not_logged(path: str, logged: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path,), None)
    assert TokenFilter().filter(record)
    assert record.getMessage() == f"Not Found: {logged}"
    direct = logging.LogRecord("django.server", logging.INFO, "", 0, f'"GET {path} HTTP/1.1" 200', None, None)
    TokenFilter().filter(direct)
    assert TOKEN not in direct.getMessage()


def test_other_arguments_pass() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%d", (3,), None)
    TokenFilter().filter(record)
    assert record.getMessage() == "3"
