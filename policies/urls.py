"""Public addresses of the record, under `/<lang>/policies/`: a contract that never changes."""

from django.urls import path, re_path

from policies import views

app_name = "policies"

_NUMBER = r"[0-9]{1,6}\.[0-9]{1,6}"

urlpatterns = [
    path("", views.policy_list, name="list"),
    path("<slug:policy>/", views.current, name="current"),
    path("<slug:policy>/history/", views.history, name="history"),
    path("<slug:policy>/history/feed.atom", views.feed, name="feed"),
    re_path(rf"^(?P<policy>[-\w]+)/editions/(?P<number>{_NUMBER})/$", views.edition, name="edition"),
    path("<slug:policy>/at/<str:day>/", views.at, name="at"),
    re_path(
        rf"^(?P<policy>[-\w]+)/compare/(?P<old>{_NUMBER})\.\.\.(?P<new>{_NUMBER})/$", views.comparison, name="compare"
    ),
    path("<slug:policy>/with/<str:other>/", views.side_by_side, name="with"),
]
