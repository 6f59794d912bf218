from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokens import BadTokenError, TokenPurpose, keyed_hash, read, sign

NUMBERS = st.lists(st.integers(0, 2**63 - 1), max_size=4)


@given(NUMBERS, st.sampled_from(TokenPurpose), st.booleans())
def test_reads_what_was_signed(numbers, purpose, lower_case):
    token = sign(purpose, *numbers, lower_case=lower_case)
    assert read(token, purpose, count=len(numbers), lower_case=lower_case) == tuple(numbers)
    assert "=" not in token
    if lower_case:
        assert token == token.lower()
        assert read(token.upper(), purpose, count=len(numbers), lower_case=True) == tuple(numbers)


@given(NUMBERS, st.data())
def test_refuses_any_changed_bit(numbers, data):
    token = sign(TokenPurpose.ONE_CLICK, *numbers)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << (bit % 8)
    changed = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    with pytest.raises(BadTokenError):
        read(changed, TokenPurpose.ONE_CLICK, count=len(numbers))


@pytest.mark.parametrize(
    "token",
    ["", "a", "AQ", "é" * 20, "AQEB" * 200, "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "../../etc/passwd", "AQEB AAAA", "AQEB\n"],
)
def test_refuses_what_is_no_token(token):
    for lower_case in (False, True):
        with pytest.raises(BadTokenError):
            read(token, TokenPurpose.ONE_CLICK, count=1, lower_case=lower_case)


def test_refuses_a_token_made_for_something_else():
    token = sign(TokenPurpose.PREFERENCES, 7)
    with pytest.raises(BadTokenError):
        read(token, TokenPurpose.ONE_CLICK, count=1)


def test_refuses_a_token_with_other_numbers_than_expected():
    with pytest.raises(BadTokenError):
        read(sign(TokenPurpose.CONFIRM, 1, 2), TokenPurpose.CONFIRM, count=1)


def test_one_link_has_one_address():
    token = sign(TokenPurpose.CONFIRM, 1)
    assert len(token) % 4 in {2, 3}, "the test needs a token with spare bits"
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]
    with pytest.raises(BadTokenError):
        read(twin, TokenPurpose.CONFIRM, count=1)


def test_old_keys_verify_and_the_first_signs(settings):
    old, new = (1, b"o" * 40), (2, b"n" * 40)
    settings.AVOW_TOKEN_KEYS = (old,)
    token = sign(TokenPurpose.ONE_CLICK, 5)
    settings.AVOW_TOKEN_KEYS = (new, old)
    assert read(token, TokenPurpose.ONE_CLICK, count=1) == (5,)
    assert sign(TokenPurpose.ONE_CLICK, 5) != token
    settings.AVOW_TOKEN_KEYS = (new,)
    with pytest.raises(BadTokenError):
        read(token, TokenPurpose.ONE_CLICK, count=1)


@pytest.mark.parametrize("number", [-1, 2**63])
def test_numbers_that_no_row_has_are_not_signed(number):
    with pytest.raises(ValueError, match="does not fit"):
        sign(TokenPurpose.ONE_CLICK, number)


def test_a_keyed_hash_depends_on_the_key(settings):
    before = keyed_hash("reader@example.org")
    assert before == keyed_hash("reader@example.org")
    settings.AVOW_SUPPRESSION_KEY = "another" * 8
    assert keyed_hash("reader@example.org") != before
