import pytest

from home.demo.records import DemoError
from home.demo.tables import read_table


class TestReadTable:
    def test_names_a_file_that_is_not_there(self):
        with pytest.raises(DemoError, match=r"missing\.toml: there is no such demo file"):
            read_table("missing.toml")

    def test_names_a_file_that_is_not_toml(self):
        with pytest.raises(DemoError, match=r"source\.py: not valid TOML"):
            read_table("source.py")
