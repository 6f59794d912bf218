"""Who works with the operator's screens."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache

from home.bootstrap import OPERATORS
from tests.factories.newsletters import make_mailing
from tests.policies import admin_desk as desk


@pytest.fixture(autouse=True)
def fresh_counts():
    """Counts are kept for some seconds, and each test has other rows with the same numbers."""
    cache.clear()


@pytest.fixture
def operator():
    return desk.sign_in(desk.make_user("Operator", group=OPERATORS))


@pytest.fixture
def onlooker():
    """Somebody who may look and nothing else."""
    group = Group.objects.create(name="Onlookers")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_mailing"]))
    return desk.sign_in(desk.make_user("Onlooker", group="Onlookers"))


@pytest.fixture
def mailing():
    return make_mailing("bulletin:news:1")
