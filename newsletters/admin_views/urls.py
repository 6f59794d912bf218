"""Addresses of the operator's screens, under the admin's."""

from __future__ import annotations

from django.urls import path

from newsletters.admin_views import acts, bounces, export, look_up, mailing, overview, uncertain

app_name = "avow_mail"

urlpatterns = [
    path("", overview.OverviewView.as_view(), name="overview"),
    path("alarms/<int:alarm_id>/settle/", overview.settle, name="settle_alarm"),
    path("uncertain/", uncertain.UncertainView.as_view(), name="uncertain"),
    path("bounces/", bounces.BouncesView.as_view(), name="bounces"),
    path("bounces/held/", bounces.DecideHeldView.as_view(), name="decide_held"),
    path("look-up/", look_up.LookUpView.as_view(), name="look_up"),
    path("<int:mailing_id>/", mailing.MailingView.as_view(), name="mailing"),
    path("<int:mailing_id>/live/", mailing.live, name="live"),
    path("<int:mailing_id>/outcomes.csv", export.outcomes, name="outcomes"),
    path("<int:mailing_id>/pause/", acts.PauseView.as_view(), name="pause"),
    path("<int:mailing_id>/resume/", acts.ResumeView.as_view(), name="resume"),
    path("<int:mailing_id>/cancel/", acts.CancelView.as_view(), name="cancel"),
    path("<int:mailing_id>/uncertain/", acts.DecideView.as_view(), name="decide_all"),
    path("<int:mailing_id>/uncertain/<int:delivery_id>/", acts.DecideView.as_view(), name="decide"),
]
