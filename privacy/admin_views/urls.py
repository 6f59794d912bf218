"""Addresses of the officer's screens, under the admin's."""

from django.urls import path

from privacy.admin_views.requests import RequestsView, RequestView

app_name = "avow_privacy"

urlpatterns = [
    path("", RequestsView.as_view(), name="requests"),
    path("<int:pk>/", RequestView.as_view(), name="request"),
]
