from __future__ import annotations

import re
from email.headerregistry import Address

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from core.mail_addresses import LONGEST, AddressRefusedError, masked, parse_address

ATEXT = "abcXYZ019!#$%&'*+-/=?^_`{|}~"
LOCAL_PARTS = st.lists(st.text(ATEXT, min_size=1, max_size=12), min_size=1, max_size=4).map(".".join)
DOMAINS = st.sampled_from(
    ["example.tw", "EXAMPLE.org", "台灣.example", "straße.example", "xn--kpry57d.tw", "пример.рф"]
)


def refusal(typed: str, **settings: bool) -> str:
    with pytest.raises(AddressRefusedError) as caught:
        parse_address(typed, **settings)
    return caught.value.code


class TestAddressesThatAreTaken:
    @pytest.mark.parametrize(
        ("typed", "address", "key"),
        [
            ("wang@example.tw", "wang@example.tw", "wang@example.tw"),
            ("  Wang.Ming+news@Example.TW　", "Wang.Ming+news@example.tw", "wang.ming+news@example.tw"),
            ("wang＠ｅｘａｍｐｌｅ．ｔｗ", "wang@example.tw", "wang@example.tw"),
            ("wang．ming@example.tw", "wang.ming@example.tw", "wang.ming@example.tw"),
            ("a@台灣。tw", "a@xn--kpry57d.tw", "a@xn--kpry57d.tw"),
            ("a@XN--KPRY57D.tw", "a@xn--kpry57d.tw", "a@xn--kpry57d.tw"),
            ("a@straße.de", "a@xn--strae-oqa.de", "a@xn--strae-oqa.de"),  # IDNA 2008, not "strasse"
            ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai"),
            ("a@ニッポン-abc.jp", "a@xn---abc-9o4cvb3hph.jp", "a@xn---abc-9o4cvb3hph.jp"),
            ("o'neil@example.ie", "o'neil@example.ie", "o'neil@example.ie"),
            ('"a b"@example.tw', '"a b"@example.tw', '"a b"@example.tw'),
            ('"a@b"@example.tw', '"a@b"@example.tw', '"a@b"@example.tw'),
            ('"<a, b>"@example.tw', '"<a, b>"@example.tw', '"<a, b>"@example.tw'),
            (r'"a\"b"@example.tw', r'"a\"b"@example.tw', r'"a\"b"@example.tw'),
            ('"Name."@example.tw', '"Name."@example.tw', '"name."@example.tw'),
        ],
    )
    def test_are_sent_to_as_typed(self, typed: str, address: str, key: str) -> None:
        parsed = parse_address(typed)
        assert (parsed.address, parsed.key) == (address, key)

    def test_are_the_same_with_quotation_marks_that_change_nothing(self) -> None:
        assert parse_address('"Wang"@example.tw').key == parse_address("wang@example.tw").key
        assert parse_address(r'"\w\ang"@example.tw').key == parse_address("wang@example.tw").key

    @given(LOCAL_PARTS, DOMAINS)
    def test_keep_their_local_part_to_the_letter(self, local: str, domain: str) -> None:
        parsed = parse_address(f"{local}@{domain}")
        assert parsed.address.rpartition("@")[0] == local
        assert parsed.address.isascii()

    @given(LOCAL_PARTS, DOMAINS)
    def test_are_fixed_points_and_have_one_key(self, local: str, domain: str) -> None:
        parsed = parse_address(f"{local}@{domain}")
        assert parse_address(parsed.address) == parsed
        assert parse_address(parsed.key).key == parsed.key
        assert parse_address(f"{local.swapcase()}@{domain}").key == parsed.key

    @given(st.text(max_size=400))
    def test_never_carry_what_could_begin_another_header(self, typed: str) -> None:
        try:
            parsed = parse_address(typed, takes_international=True)
        except AddressRefusedError:
            return
        assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029]", parsed.address + parsed.key)
        assert len(parsed.address.encode()) <= LONGEST

    @given(LOCAL_PARTS, DOMAINS)
    def test_are_read_the_same_by_another_parser(self, local: str, domain: str) -> None:
        parsed = parse_address(f"{local}@{domain}")
        other = Address(addr_spec=parsed.address)
        assert (other.username, other.domain) == (local, parsed.domain)


class TestInternationalLocalParts:
    def test_are_refused_unless_mail_reaches_them(self) -> None:
        assert refusal("王小明@例え.テスト") == "international"

    def test_are_kept_as_typed_where_it_does(self) -> None:
        parsed = parse_address("Jose\u0301@example.tw", takes_international=True)
        assert parsed.address == "Jose\u0301@example.tw"
        assert parsed.key == "jos\u00e9@example.tw"
        assert parsed.has_international_local_part

    @pytest.mark.parametrize("local", ["a\u200db", "♥", "王\u3000明", "a、b"])
    def test_are_letters_marks_and_digits(self, local: str) -> None:
        assert refusal(f"{local}@example.tw", takes_international=True) in {"local_characters", "space"}

    def test_full_width_letters_have_a_remedy_of_their_own(self) -> None:
        assert (
            refusal("ｗａｎｇ@example.tw") == refusal("ｗａｎｇ@example.tw", takes_international=True) == "full_width"
        )


class TestRefusals:
    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("", "empty"),
            (" \t　", "empty"),
            ("wang", "no_at"),
            ("@example.tw", "no_local"),
            ("wang@", "no_domain"),
            ("wang@example@tw", "many_ats"),
            ('"a b"@example@tw', "many_ats"),
            ("wang ming@example.tw", "space"),
            ("wang@exam ple.tw", "space"),
            ('"a b"@exam ple.tw', "space"),
            ("王小明 <wang@example.tw>", "name"),
            ('"Wang" <wang@example.tw>', "name"),
            ("mailto:wang@example.tw", "name"),
            ("wang@example.tw, lin@example.tw", "several"),
            ("wang@example.tw；lin@example.tw", "several"),
            ("wang@example.tw\r\nBcc: lin@example.tw", "invisible"),
            ("wang@example.tw\n", "invisible"),
            ("wang\u202e@example.tw", "invisible"),
            ("wang\ufeff@example.tw", "invisible"),
            ("\x00@example.tw", "invisible"),
            (".wang@example.tw", "local_dots"),
            ("wang..ming@example.tw", "local_dots"),
            ("wang(office)@example.tw", "local_characters"),
            ('wang"ming"@example.tw', "local_quotes"),
            ('"wang@example.tw', "local_quotes"),
            ("x" * 65 + "@example.tw", "long_local"),
            ("x" * 64 + "@" + "y" * 252 + ".tw", "too_long"),
            ("x" * 64 + "@" + ".".join(["y" * 61] * 4), "too_long"),
            ("x" * 100_000 + "@example.tw", "too_long"),
            ("wang@" + "y" * 64 + ".tw", "domain"),
            ("wang@[192.0.2.1]", "number"),
            ("wang@192.0.2.1", "number"),
            ("wang@example.1", "number"),
            ("wang@example", "no_ending"),
            ("root@localhost", "never_delegated"),
            ("root@mail.internal", "never_delegated"),
            ("wang@example.tw.", "domain"),
            ("wang@example..tw", "domain"),
            ("wang@-example.tw", "domain"),
            ("wang@ex_ample.tw", "domain"),
            ("wang@♥.tw", "domain"),
            ("wang@xn--a.tw", "domain"),
            ("wang@a\u200db.tw", "domain"),
            ("wang@pаypal.com", "look_alikes"),  # one Cyrillic letter
            ("wang@аррӏе.com", "look_alikes"),  # five of them
            ("wang@xn--80ak6aa92e.com", "look_alikes"),  # the same, as DNS writes it
            ("wang@οικια.com", "look_alikes"),
        ],
    )
    def test_name_the_fault(self, typed: str, code: str) -> None:
        assert refusal(typed) == code

    @pytest.mark.parametrize("typed", ["wang<script>@example.tw", "wang@geheim☠.tw", "王@example.tw"])
    def test_say_what_to_do_in_both_languages_and_repeat_nothing(self, typed: str) -> None:
        with pytest.raises(AddressRefusedError) as caught:
            parse_address(typed)
        with override("en"):
            english = caught.value.reason
        with override("zh-hant"):
            chinese = caught.value.reason
        assert english != chinese
        assert not any(part in f"{english}{chinese}{caught.value}" for part in ("script", "geheim", "王"))


class TestMasked:
    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            ("wang.ming@example.tw", "w…g@example.tw"),
            ("li@example.tw", "…@example.tw"),
            ("wang@xn--kpry57d.tw", "w…g@台灣.tw"),
            ("wang@xn--a.tw", "w…g@xn--a.tw"),
        ],
    )
    def test_shows_its_owner_enough(self, address: str, shown: str) -> None:
        assert masked(address) == shown
