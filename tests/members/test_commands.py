from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from members.choices import LetterKind
from members.models import AccountLetter, User
from members.services.factors import new_secret, set_app
from members.staff import has_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    return [
        User.objects.create_user(f"{name}@readers.example", "apricot lantern seventeen") for name in ("wang", "lin")
    ]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def is_in(client: Client) -> bool:
    return client.get("/en/account/").status_code == 200


def test_sessions_of_one_account_are_ended(people):
    browsers = [signed_in(user) for user in people]
    call_command("end_sessions", "WANG@readers.example")
    assert [is_in(browser) for browser in browsers] == [False, True]


def test_sessions_of_everybody_are_ended(people):
    browsers = [signed_in(user) for user in people]
    call_command("end_sessions", "--all")
    assert [is_in(browser) for browser in browsers] == [False, False]


def test_factors_are_removed_and_the_owner_is_told(people):
    for user in people:
        set_app(user=user, secret=new_secret())
    browser = signed_in(people[0])
    call_command("remove_factors", "wang@readers.example")
    assert [has_factor(user) for user in people] == [False, True]
    assert not is_in(browser)
    assert AccountLetter.objects.get().kind == LetterKind.SECURITY


@pytest.mark.parametrize("command", ["end_sessions", "remove_factors"])
def test_an_address_that_nobody_has_is_refused(command):
    with pytest.raises(CommandError, match="No account"):
        call_command(command, "nobody@readers.example")
