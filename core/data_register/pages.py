"""The register for everybody to read (Article 17 of the Act: files of personal data are made public)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core.data_register.codes import Category, coded
from core.data_register.files import register
from core.languages import html_language, language_codes

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from core.data_register.files import DataFile

app_name = "data_register"


@require_safe
def show_register(request: HttpRequest) -> HttpResponse:
    """Show every file of personal data with its purpose, ground, categories, recipients, period and end."""
    here = f"/{get_language()}/data-register/"
    context = {
        "files": [_shown(data_file) for data_file in register.files()],
        "canonical": here,
        "alternates": [{"lang": html_language(code), "path": f"/{code}/data-register/"} for code in language_codes()],
    }
    response = render(request, "data_register/register.html", context)
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


def _shown(data_file: DataFile) -> dict[str, object]:
    used = {field.category for field in data_file.personal.values()}
    fields = {(str(field.what), str(field.necessity.label)): None for field in data_file.personal.values()}
    return {
        "anchor": data_file.model.lower().replace(".", "-"),
        "name": data_file.name,
        "purposes": [coded(purpose) for purpose in data_file.purposes],
        "basis": data_file.basis.label,
        "categories": [coded(category) for category in Category if category in used],
        "recipients": data_file.recipients.label,
        "retention": data_file.retention.text,
        "erasure": data_file.erasure.words,
        "fields": list(fields),
    }


# These views refuse every method that could change something: 405 says more than a missing token.
urlpatterns = [path("", csrf_exempt(show_register), name="register")]
