"""The site's addresses with the webhook of a mail service among them."""

from __future__ import annotations

from django.urls import path

from cms.urls import urlpatterns as site
from newsletters.webhooks import service_view

handler400 = "cms.views.bad_request"

urlpatterns = [
    path("webhooks/mail/", service_view("postmark")),
    path("webhooks/mailgun/", service_view("mailgun")),
    *site,
]
