"""Import of a file or of pasted text into a draft: first a preview, then the draft.

Nothing is kept between the two steps: what was read travels in the form, and is sanitised again on its way back in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages

from core.dates import today
from core.languages import language_name
from policies.admin_views.base import PolicyScreen, get_page_to_edit
from policies.drafts import page_document
from policies.errors import PageActionRefused
from policies.import_messages import sentence
from policies.payloads import clauses_from_data, clauses_to_data
from policies.services.drafting import save_imported_draft
from policies.text.clauses import Document
from policies.text.importing import ImportCode, Imported, ImportRefused, import_document
from policies.text.numbering import number_clauses
from policies.text.plain import plain_text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_PREVIEW_LENGTH = 120


class ImportForm(forms.Form):
    """A file, or text pasted from Word, a web page or a message."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("Word (.docx), HTML, Markdown or plain text, up to 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.html,.htm,.md,.txt"}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or paste the text"),
        required=False,
        strip=False,
        help_text=gettext_lazy("Headings, lists and numbers are kept when you paste from Word or a web page."),
        widget=forms.Textarea(attrs={"rows": 12, "data-paste-structure": "id_html"}),
    )
    html = forms.CharField(required=False, strip=False, widget=forms.HiddenInput())
    use_title = forms.BooleanField(label=gettext_lazy("Take the title from the text too"), required=False)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language

    def clean(self) -> dict[str, Any]:
        """Read the text into `imported`; what cannot be read is said beside the field."""
        cleaned: dict[str, Any] = super().clean() or {}
        upload, pasted = cleaned.get("file"), cleaned.get("pasted", "")
        if upload:
            cleaned["imported"] = self._read("file", upload.read(), upload.name)
        elif pasted.strip():
            # The mark-up of the clipboard stands for the pasted words only as long as nobody has typed in them.
            source, name = (
                (cleaned["html"], "pasted.html") if cleaned.get("html", "").strip() else (pasted, "pasted.txt")
            )
            cleaned["imported"] = self._read("pasted", source.encode(), name)
        elif "file" not in self.errors:
            raise ValidationError(_("Choose a file or paste the text."))
        return cleaned

    def _read(self, field: str, data: bytes, name: str) -> Imported | None:
        try:
            return import_document(data, name=name, language=self.language)
        except ImportRefused as refusal:
            self.add_error(field, sentence(refusal))
            return None


class ImportView(PolicyScreen, FormView[ImportForm]):
    """Reads, shows what was read, and saves it as the page's draft."""

    form_class = ImportForm
    template_name = "policies/admin/import.html"
    preview_template_name = "policies/admin/import_preview.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.page = get_page_to_edit(request, kwargs["page_id"])
        self.policy = cast("Any", self.page.policy)

    def is_allowed(self) -> bool:
        return self.policy is not None  # setup has asked whether the page may be edited

    def get_page_title(self) -> str:
        return _("Import text into the draft")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the language that will prevail, as long as that can be changed."""
        prevailing = "" if self.policy.has_editions else language_name(self.policy.prevailing_locale)
        return {**super().get_context_data(**kwargs), "prevailing": prevailing}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "language": self.page.language}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lock = self.page.get_lock()
        if lock is not None and lock.for_user(request.user):
            raise PageActionRefused(_("The page is locked; its draft cannot be changed now."), page=self.page)
        if "document" in request.POST:
            return self._save(request.POST["document"])
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ImportForm) -> HttpResponse:
        imported: Imported = form.cleaned_data["imported"]
        has_title = ImportCode.TITLE_MISSING not in {notice.code for notice in imported.warnings}
        title = imported.document.title if form.cleaned_data["use_title"] and has_title else ""
        document = imported.document
        numbers = number_clauses(document.clauses, document.language)
        rows = [
            {"number": number, "depth": clause.depth, "heading": clause.heading, "text": _shorten(clause.body)}
            for clause, number in zip(document.clauses, numbers, strict=True)
        ]
        self.template_name = self.preview_template_name
        context = self.get_context_data(
            form=form,
            page=self.page,
            rows=rows,
            title=title,
            had_clauses=bool(page_document(self.page.get_latest_revision_as_object()).clauses),
            warnings=[sentence(notice) for notice in imported.warnings],
            document=json.dumps({"title": title, "clauses": clauses_to_data(document.clauses)}, ensure_ascii=False),
        )
        return self.render_to_response(context)

    def _save(self, data: str) -> HttpResponse:
        try:
            content = json.loads(data)
            document = Document(self.page.language, str(content["title"]), "", clauses_from_data(content["clauses"]))
        except (ValueError, TypeError, KeyError):
            messages.error(self.request, _("The preview was damaged on its way back. Import the text again."))
            return redirect("avow_policies:import", self.page.pk)
        save_imported_draft(page=self.page, document=document, user=cast("Any", self.request.user), on=today())
        messages.success(self.request, _("The text was saved as a draft. Nothing has been published."))
        return redirect("wagtailadmin_pages:edit", self.page.pk)


def _shorten(body: str) -> str:
    words = " ".join(plain_text(body).split())
    return words if len(words) <= _PREVIEW_LENGTH else words[:_PREVIEW_LENGTH] + "…"
