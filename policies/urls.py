"""Public addresses of the record, under `/<lang>/policies/`: a contract that never changes."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from policies import views

app_name = "policies"

_NUMBER = r"[0-9]{1,6}\.[0-9]{1,6}"

# These views refuse every method that could change something: 405 says more than a missing token.
_safe = csrf_exempt

urlpatterns = [
    path("", _safe(views.policy_list), name="list"),
    path("<slug:policy>/", _safe(views.current), name="current"),
    path("<slug:policy>/history/", _safe(views.history), name="history"),
    path("<slug:policy>/history/feed.atom", _safe(views.feed), name="feed"),
    re_path(rf"^(?P<policy>[-\w]+)/editions/(?P<number>{_NUMBER})/$", _safe(views.edition), name="edition"),
    path("<slug:policy>/at/<str:day>/", _safe(views.at), name="at"),
    re_path(
        rf"^(?P<policy>[-\w]+)/compare/(?P<old>{_NUMBER})\.\.\.(?P<new>{_NUMBER})/$",
        _safe(views.comparison),
        name="compare",
    ),
    path("<slug:policy>/with/<str:other>/", _safe(views.side_by_side), name="with"),
]
