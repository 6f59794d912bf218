"""“My data”, for whoever holds a mailed link: what is held, and the buttons that use one's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.data_register.notices import notice_of
from core.mail_addresses import masked
from core.rate_limits import is_within
from core.tokens import BadTokenError
from newsletters.links import read_data
from newsletters.views.answers import answer, bad_link, hidden, old_link, subscriber_page
from privacy import limits
from privacy.choices import RequestKind
from privacy.forms import RequestForm
from privacy.periods import time_allowed
from privacy.services.acts import download_name, erase_person, stop_use
from privacy.services.downloads import as_html, as_json
from privacy.services.held import held_about
from privacy.services.links import find_open_link
from privacy.services.people import find_account, person_of_link
from privacy.services.requests import open_request, record_done, requests_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from core.data_register import Person

#: More rows of one file are in the download.
_SHOWN = 20
_LONGEST_SHOWN = 2000
REQUEST_FORM = "privacy.forms.RequestForm"


@subscriber_page
def my_data(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is held; act on the buttons only."""
    try:
        link = find_open_link(read_data(token), at=timezone.now())
    except BadTokenError:
        return bad_link(request)
    if link is None:
        return old_link(request)
    person = person_of_link(link)
    if request.method != "POST":
        return _show(request, person)
    return _act(request, person)


def _act(request: HttpRequest, person: Person) -> HttpResponse:
    act = request.POST.get("act", "")
    if act in {"html", "json"}:
        return _download(person, act)
    if act == "stop":
        stop_use(person, locale=get_language() or "en", at=timezone.now())
        return _show(request, person, done=_("Your data is not used any more. What is kept says only that."))
    if act == "erase":
        return _erase(request, person)
    if act == "ask":
        return _ask(request, person)
    return answer(
        request,
        title=_("That was not understood"),
        text=_("The page did not say what to do. Go back, load it again, and press one of its buttons."),
        status=400,
    )


def _download(person: Person, form: str) -> HttpResponse:
    now, language = timezone.now(), get_language() or "en"
    record_done(person=person, kind=RequestKind.COPY, locale=language, at=now)
    write = as_json if form == "json" else as_html
    kind = "application/json" if form == "json" else "text/html; charset=utf-8"
    response = StreamingHttpResponse(write(person, language=language, at=now), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{download_name(now)}.{form}"'
    return response  # type: ignore[return-value] # the stubs make the two kinds of answers strangers


def _erase(request: HttpRequest, person: Person) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        problem = _("Tick that you are sure, and press the button again: erasure cannot be undone.")
        return _show(request, person, problem=problem, status=422)
    left = erase_person(person, locale=get_language() or "en", at=timezone.now())
    text = _("What the register says is erased is gone, from this moment on. The link does not work any more.")
    if left is not None:
        text = _(
            "What hung on your address is gone. There is an account under it too: an officer erases it and answers you by "
            "mail within 30 days, since a mailbox alone is not proof enough for it."
        )
    return answer(request, title=_("Your data was erased"), text=text)


def _ask(request: HttpRequest, person: Person) -> HttpResponse:
    form = RequestForm(request.POST)
    if not form.is_valid():
        problem = str(next(iter(form.errors.values()))[0])
        return _show(request, person, problem=problem, status=422)
    now = timezone.now()
    if not is_within(limits.REQUESTS, person.key, at=now):
        problem = _("You have asked for many things today. Please go on tomorrow, or write to the agency.")
        return _show(request, person, problem=problem, status=429)
    kind = RequestKind(form.cleaned_data["kind"])
    open_request(person=person, kind=kind, words=form.cleaned_data["words"], locale=get_language() or "en", at=now)
    days = time_allowed(kind).days
    done = _("Your request has arrived. You have an answer within %(days)d days.") % {"days": days}
    return _show(request, person, done=done, is_fresh=True)


def _show(
    request: HttpRequest,
    person: Person,
    *,
    done: str = "",
    problem: str = "",
    status: int = 200,
    is_fresh: bool = False,
) -> HttpResponse:
    language = get_language() or "en"
    files = []
    own_pages = []
    for held in held_about(person):
        count = held.count()
        if count:
            rows = [entries for _key, entries in held.rows(limit=_SHOWN)]
            files.append({"name": held.file.name, "count": count, "rows": rows, "until": held.file.retention.text})
        if held.file.own_page and (path := held.file.own_page(person, language)):
            own_pages.append({"name": held.file.name, "path": path})
    context = {
        "is_hidden": True,
        "address": masked(person.address),
        "files": files,
        "own_pages": own_pages,
        "has_account": find_account(person) is not None,
        "requests": requests_of(person),
        "kinds": [RequestKind.CORRECT, RequestKind.SEE, RequestKind.STOP, RequestKind.ERASE],
        "words": "" if is_fresh else request.POST.get("words", "")[:_LONGEST_SHOWN],
        "notice": notice_of(REQUEST_FORM, language),
        "done": done,
        "problem": problem,
    }
    return hidden(render(request, "privacy/my_data.html", context, status=status))
