"""An URLconf without pages."""

urlpatterns: list[object] = []
