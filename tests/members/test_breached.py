from __future__ import annotations

import gzip
import hashlib
import secrets

import pytest
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from members.breached import BreachedFilter, BreachedPasswordValidator, FilterError, OwnWordsValidator


@pytest.fixture
def output(tmp_path, settings):
    settings.AVOW_BREACHED_FILTER = tmp_path / "filter.bloom"
    return settings.AVOW_BREACHED_FILTER


def make(tmp_path, lines, name="list.txt", **options):
    path = tmp_path / name
    data = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    given = {"source": "a list of the test", "on": "2026-01-31", **options}
    call_command("make_breached_filter", str(path), *(f"--{key}={value}" for key, value in given.items()))


class TestShippedFilter:
    def test_has_every_common_password_of_django(self, settings):
        shipped = BreachedFilter(settings.AVOW_BREACHED_FILTER)
        missed = [each for each in CommonPasswordValidator().passwords if each.strip() and each not in shipped]
        assert missed == []
        assert shipped.head.count > 19_000

    def test_says_from_where_and_when(self, settings):
        head = BreachedFilter(settings.AVOW_BREACHED_FILTER).head
        assert "Django" in head.source
        assert head.made_on.startswith("20")

    def test_takes_next_to_nothing_else_for_one(self, settings):
        shipped = BreachedFilter(settings.AVOW_BREACHED_FILTER)
        assert sum(secrets.token_urlsafe(12) in shipped for _ in range(20_000)) <= 3


class TestValidator:
    @pytest.mark.parametrize("passphrase", ["passwordpassword", "PasswordPassword", "qwertyuiop12"])
    def test_refuses_what_is_on_the_list(self, passphrase, output, tmp_path):
        make(tmp_path, ["passwordpassword", "qwertyuiop12"])
        with pytest.raises(ValidationError):
            BreachedPasswordValidator().validate(passphrase)

    def test_lets_others_pass(self):
        BreachedPasswordValidator().validate("apricot lantern seventeen")


class TestOwnWords:
    @pytest.mark.parametrize("passphrase", ["avow avow avow", "Avow127.Avow", "avowAVOWavow1"])
    def test_refuses_the_name_of_the_site(self, passphrase):
        with pytest.raises(ValidationError, match="name of the site"):
            OwnWordsValidator().validate(passphrase)

    @pytest.mark.parametrize("passphrase", ["avow apricot lantern", "apricot lantern", "short"])
    def test_lets_others_pass(self, passphrase):
        OwnWordsValidator().validate(passphrase)


class TestCommand:
    def test_reads_digests_as_they_are_given_out(self, output, tmp_path):
        digest = hashlib.sha1(b"correct horse battery", usedforsecurity=False).hexdigest().upper()
        make(tmp_path, [f"{digest}:42", "", "plain one"], name="list.txt.gz")
        made = BreachedFilter(output)
        assert (made.head.count, made.head.source, made.head.made_on) == (2, "a list of the test", "2026-01-31")
        assert "correct horse battery" in made
        assert "plain one" in made
        assert "another" not in made

    def test_refuses_a_list_of_which_nothing_is_known(self, output, tmp_path):
        with pytest.raises(CommandError, match="--source"):
            call_command("make_breached_filter", str(tmp_path / "list.txt"))

    def test_keeps_the_filter_when_the_list_cannot_be_read(self, output, tmp_path):
        make(tmp_path, ["one"])
        with pytest.raises(CommandError, match=r"missing\.txt"):
            call_command("make_breached_filter", str(tmp_path / "missing.txt"), "--source=x", "--on=2026-01-31")
        assert "one" in BreachedFilter(output)

    def test_knows_a_file_that_is_none_or_cut_off(self, output, tmp_path):
        make(tmp_path, ["one", "two"])
        whole = output.read_bytes()
        for broken in (b"something else entirely", whole[:-1]):
            output.write_bytes(broken)
            with pytest.raises(FilterError, match="make_breached_filter"):
                BreachedFilter(output)
