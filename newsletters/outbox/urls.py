from __future__ import annotations

from django.urls import path

from newsletters.outbox import views

app_name = "outbox"

urlpatterns = [
    path("", views.outbox, name="list"),
    path("<int:number>/", views.message, name="message"),
    path("<int:number>/html/", views.html, name="html"),
]
