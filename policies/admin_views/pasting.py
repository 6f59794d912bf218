"""Text pasted into the list of clauses, read into clauses for the form. Nothing is saved here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from policies.drafts import clause_value
from policies.import_messages import sentence
from policies.models import PolicyPage
from policies.text.clauses import MAX_DEPTH
from policies.text.importing import Fragment, ImportRefused, Surroundings, import_fragment
from policies.text.importing.fragments import MAX_CHARACTERS, one_clause_each
from policies.text.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from policies.text.clauses import Clause

_MOST_CLAUSES = 300


class PasteForm(forms.Form):
    """What is on the clipboard, and where it goes."""

    html = forms.CharField(required=False, strip=False, max_length=MAX_CHARACTERS)
    text = forms.CharField(required=False, strip=False, max_length=MAX_CHARACTERS)
    language = forms.ChoiceField(choices=[(code, code) for code in LANGUAGES])
    beside = forms.IntegerField(min_value=1, max_value=MAX_DEPTH)
    shallowest = forms.IntegerField(min_value=1, max_value=MAX_DEPTH)
    deepest = forms.IntegerField(min_value=1, max_value=MAX_DEPTH)


@require_POST
def read_pasted(request: HttpRequest) -> JsonResponse:
    """Answer with the state of each clause as the form's list takes it, and what to say of it."""
    permissions = PagePermissionPolicy(Page)
    if not permissions.user_has_any_permission(request.user, {"add", "change"}):
        raise PermissionDenied
    form = PasteForm(request.POST)
    if not form.is_valid():
        status = 413 if {"html", "text"} & set(form.errors) else 400
        return JsonResponse({"refusal": _too_much()}, status=status)
    given = form.cleaned_data
    where = Surroundings(given["beside"], given["shallowest"], given["deepest"])
    try:
        fragment = import_fragment(
            markup=given["html"], text=given["text"], language=given["language"], surroundings=where
        )
    except ImportRefused:
        return JsonResponse({"refusal": _too_much()}, status=422)
    if len(fragment.clauses) > _MOST_CLAUSES:
        return JsonResponse({"refusal": _too_much()}, status=422)
    return JsonResponse(_answer(fragment))


def _answer(fragment: Fragment) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "clauses": _states(fragment.clauses),
        "beginsWithText": fragment.begins_with_text,
        "isText": fragment.is_text,
        "markup": fragment.clauses[0].body if fragment.begins_with_text else "",
        "said": _count(len(fragment.clauses)),
        "warnings": [sentence(notice) for notice in fragment.warnings],
    }
    if fragment.is_text:
        each = one_clause_each(fragment)
        answer["each"] = _states(each)
        answer["eachSaid"] = _count(len(each))
    return answer


def _states(clauses: Iterable[Clause]) -> list[Any]:
    block = PolicyPage.clauses.field.stream_block.child_blocks["clause"]
    return [block.get_form_state(block.to_python(clause_value(clause))) for clause in clauses]


def _count(number: int) -> str:
    return ngettext(
        "%(count)d clause was made of what you pasted.", "%(count)d clauses were made of what you pasted.", number
    ) % {"count": number}


def _too_much() -> str:
    return _("What you pasted is too much for the list of clauses. Save your draft and use “Import text”.")
