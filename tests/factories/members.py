"""People."""

from __future__ import annotations

import factory

from members.models import User


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda number: f"person{number}@agency.example")
    first_name = "Shu-yu"
    last_name = "Lin"
