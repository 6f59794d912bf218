"""Addresses of sign-up, confirmation and preferences, under `/<lang>/bulletins/`."""

from django.urls import path

from newsletters.views import preferences, receipts, requests, sign_up

app_name = "subscriptions"

urlpatterns = [
    path("", sign_up.bulletins, name="bulletins"),
    path("confirm/<str:token>/", requests.confirm, name="confirm"),
    path("not-me/<str:token>/", requests.not_me, name="not_me"),
    path("undo/<str:token>/", requests.undo, name="undo"),
    path("preferences/", preferences.own_preferences, name="own_preferences"),
    path("preferences/<str:token>/", preferences.preferences, name="preferences"),
    path("preferences/<str:token>/receipts/<int:position>/", receipts.receipt, name="receipt"),
]
