"""The addresses of search, under `/<lang>/search/`."""

from django.urls import path

from search import views

app_name = "search"

urlpatterns = [
    path("", views.search, name="search"),
    path("suggest/", views.suggest, name="suggest"),
    path("opensearch.xml", views.describe, name="describe"),
]
