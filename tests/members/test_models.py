from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from members.models import User
from tests.factories.members import UserFactory


class TestUser:
    def test_a_chinese_name_is_written_family_name_first(self):
        assert str(User(first_name="書瑜", last_name="林")) == "林書瑜"

    def test_a_latin_name_is_written_given_name_first(self):
        assert str(User(first_name="Shu-yu", last_name="Lin")) == "Shu-yu Lin"

    def test_without_a_name_the_address_stands_in(self):
        assert str(User(email="a@agency.example")) == "a@agency.example"

    @pytest.mark.django_db
    def test_one_address_has_one_account_whatever_its_case(self):
        UserFactory(email="lin@agency.example")
        with pytest.raises(IntegrityError), transaction.atomic():
            UserFactory(email="LIN@agency.example")

    @pytest.mark.django_db
    def test_the_manager_makes_ordinary_users_and_superusers(self):
        assert not User.objects.create_user("a@AGENCY.example", "a long passphrase").is_staff
        assert User.objects.get().email == "a@agency.example"
        assert User.objects.create_superuser("b@agency.example", "a long passphrase").is_superuser

    def test_an_address_is_needed(self):
        with pytest.raises(ValueError, match="e-mail"):
            User.objects.create_user("")
