"""The site's addresses, and one under the admin that asks for nothing."""

from django.http import HttpResponse
from django.urls import path

from cms import urls

urlpatterns = [path("admin/planted/", lambda _request: HttpResponse(b"inside")), *urls.urlpatterns]
