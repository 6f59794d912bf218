"""Reading TOML strictly: every key is asked for once, by type, and a key nobody asked for is an error."""

import tomllib
from datetime import date, datetime
from importlib.resources import files
from typing import Any, NoReturn

from home.demo.records import DemoError
from policies.text.sanitize import sanitize_line

LANGUAGES = ("zh-hant", "en")


class Table:
    """A TOML table that knows where it stands, so that what is wrong with it can be said with its place."""

    def __init__(self, data: dict[str, Any], where: str) -> None:
        self._data = dict(data)
        self.where = where

    def fail(self, message: str) -> NoReturn:
        """Raise `DemoError` with the place of this table in front of the message."""
        error = f"{self.where}: {message}"
        raise DemoError(error)

    def close(self) -> None:
        """Refuse the keys that nobody asked for."""
        if self._data:
            self.fail(f"unknown {', '.join(sorted(self._data))}")

    def has(self, key: str) -> bool:
        return key in self._data

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        """Remove and return a value of exactly this type; without a default the key is required."""
        if key not in self._data:
            if default is None:
                self.fail(f"{key} is missing")
            return default
        value = self._data.pop(key)
        if type(value) is not kind:
            self.fail(f"{key} must be a {kind.__name__}, not {value!r}")
        return value

    def line(self, key: str, default: str | None = None) -> str:
        """Take one line of plain text in canonical form."""
        text: str = self.take(key, str, default)
        if text != sanitize_line(text) or (not text and default is None):
            self.fail(f"{key} is empty or not plain text on one line: {text!r}")
        return text

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        text = self.line(key, default)
        if text not in choices:
            self.fail(f"{key} must be one of {', '.join(choices)}, not {text!r}")
        return text

    def lines(self, key: str) -> tuple[str, ...]:
        """Take a list of one or more lines."""
        values: list[Any] = self.take(key, list)
        if not values or not all(isinstance(value, str) and value for value in values):
            self.fail(f"{key} must be a list of texts")
        return tuple(values)

    def number(self, key: str, default: int | None = None) -> int:
        value: int = self.take(key, int, default)
        return value

    def day(self, key: str) -> date:
        value: date = self.take(key, date)
        return value

    def moment(self, key: str) -> datetime:
        """Take a date and time that states its offset from UTC."""
        value: datetime = self.take(key, datetime)
        if value.tzinfo is None:
            self.fail(f"{key} must state its offset, as in 2021-03-02T10:00:00+08:00")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value: bool = self.take(key, bool, default)
        return value

    def texts(self, key: str, *, only: str = "", optional: bool = False) -> dict[str, str]:
        """Take one line per language: all of them, or just `only`; {} when optional and absent."""
        if optional and not self.has(key):
            return {}
        languages = (only,) if only else LANGUAGES
        table = self.table(key)
        result = {language: table.line(language) for language in languages}
        table.close()
        return result

    def table(self, key: str) -> "Table":
        return Table(self.take(key, dict), f"{self.where}, {key}")

    def tables(self, key: str) -> list["Table"]:
        """Take a list of tables, which may be absent."""
        values: list[Any] = self.take(key, list, [])
        if not all(isinstance(value, dict) for value in values):
            self.fail(f"{key} must be written as [[{key}]]")
        return [Table(value, f"{self.where}, {key} {place}") for place, value in enumerate(values, 1)]


def read_table(name: str) -> Table:
    """Return the file of this name in the demo folder."""
    source = files("home.demo").joinpath(name)
    try:
        return Table(tomllib.loads(source.read_text(encoding="utf-8")), name)
    except FileNotFoundError:
        message = f"{name}: there is no such demo file"
    except tomllib.TOMLDecodeError as error:
        message = f"{name}: not valid TOML: {error}"
    raise DemoError(message)
