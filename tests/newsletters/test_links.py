from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from core.tokens import BadTokenError, TokenPurpose
from newsletters import links
from newsletters.links import PreferencesLink, RequestLink, UnsubscribeLink


def token_of(url: str) -> str:
    return urlsplit(url).path.strip("/").rpartition("/")[2]


def test_links_are_read_back():
    unsubscribe = UnsubscribeLink(subscriber_id=7, epoch=1, topic_id=3, delivery_id=2**40)
    preferences = PreferencesLink(subscriber_id=7, epoch=1, delivery_id=9)
    assert links.read_unsubscribe(token_of(links.unsubscribe_url(unsubscribe))) == unsubscribe
    assert links.read_preferences(token_of(links.preferences_url(preferences, "en"))) == preferences


@pytest.mark.parametrize(
    ("write", "purpose"),
    [
        (links.confirm_url, TokenPurpose.CONFIRM),
        (links.not_me_url, TokenPurpose.NOT_ME),
        (links.undo_url, TokenPurpose.UNDO),
    ],
)
def test_a_link_of_a_request_is_good_for_one_thing(write, purpose):
    token = token_of(write(RequestLink(5, 0), "zh-hant"))
    assert links.read_request(token, purpose) == RequestLink(5, 0)
    for other in {TokenPurpose.CONFIRM, TokenPurpose.NOT_ME, TokenPurpose.UNDO} - {purpose}:
        with pytest.raises(BadTokenError):
            links.read_request(token, other)


def test_a_preferences_link_does_not_unsubscribe():
    token = token_of(links.preferences_url(PreferencesLink(1, 0, 2), "en"))
    with pytest.raises(BadTokenError):
        links.read_unsubscribe(token)


def test_a_return_path_survives_folded_case_and_fits_a_local_part(settings):
    settings.AVOW_RETURN_DOMAIN = "bounces.agency.example"
    address = links.return_path(2**62)
    assert len(address.rpartition("@")[0]) <= 64  # RFC 5321 §4.5.3.1.1
    assert links.read_return_path(f"<{address.upper()}>") == 2**62


@pytest.mark.parametrize(
    "address", ["", "b+@bounces.agency.example", "someone@bounces.agency.example", "b+aeaq@other.example"]
)
def test_other_addresses_are_no_return_paths(settings, address):
    settings.AVOW_RETURN_DOMAIN = "bounces.agency.example"
    with pytest.raises(BadTokenError):
        links.read_return_path(address)
