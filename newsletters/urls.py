"""Public addresses of bulletins, under `/<lang>/bulletins/`: what was sent can be read for ever."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from newsletters.views import archive

app_name = "newsletters"

# These views refuse every method that could change something: 405 says more than a missing token.
_safe = csrf_exempt

urlpatterns = [
    path("<int:number>/", _safe(archive.issue), name="issue"),
    path("topics/<slug:slug>/", _safe(archive.topic), name="topic"),
    path("topics/<slug:slug>/feed.atom", _safe(archive.feed), name="feed"),
]
