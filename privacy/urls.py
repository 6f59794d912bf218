"""Addresses of “My data”, under `/<lang>/account/data/`."""

from django.urls import path

from privacy.views import asking, mine

app_name = "privacy"

urlpatterns = [
    path("", asking.ask, name="ask"),
    path("<str:token>/", mine.my_data, name="my_data"),
]
