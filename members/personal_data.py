"""What is kept of people with an account, by us, by Django and by Wagtail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from core.data_register import (
    Basis,
    Category,
    DataFile,
    Erasure,
    Necessity,
    Personal,
    Purpose,
    Recipients,
    Retention,
    register,
)
from core.data_register.finding import by_account
from members import sign_in_data
from members.models import User
from members.services.account_erasure import erase_account, session_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from core.data_register import Person

_BATCH = 500
_WITH_ACCOUNT = Retention(words=_("Data of accounts is kept for as long as the account exists."))
_DELETED = Erasure(words=_("Deleted with the account."), act=erase_account)
_PARTED = Erasure(words=_("What was done stays, and does not name the account any more."), act=erase_account)
_ACCOUNT = Personal(what=_("Account that did it"), category=Category.IDENTIFYING, necessity=Necessity.MADE)


_made = Personal.made
_optional = Personal.chosen


def _sessions(person: Person) -> QuerySet[Session]:
    keys = session_keys(person.user_number) if person.user_number is not None else []
    return Session.objects.filter(pk__in=keys)


def _work(
    model: str,
    name: _StrPromise,
    other: set[str],
    *,
    erasure: Erasure = _PARTED,
    rows: Callable[[Person], QuerySet] | None = None,  # type: ignore[type-arg] # of any model
    **personal: Personal,
) -> DataFile:
    """Return the file of what accounts leave behind in one table of the workshop."""
    accounts = [field for field, said in personal.items() if said is _ACCOUNT]
    return DataFile(
        model=model,
        name=name,
        purposes=(Purpose.ICT_MANAGEMENT,),
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=_WITH_ACCOUNT,
        erasure=erasure,
        personal=personal,
        other=frozenset(other),
        rows=rows or by_account(model, *accounts),
    )


register.add(
    DataFile(
        model="members.User",
        name=_("Accounts"),
        purposes=(Purpose.ICT_SERVICES, Purpose.ICT_MANAGEMENT),
        basis=Basis.CONSENT,
        recipients=Recipients.STAFF,
        retention=_WITH_ACCOUNT,
        erasure=_DELETED,
        personal={
            "email": Personal(what=_("E-mail address"), category=Category.IDENTIFYING, necessity=Necessity.REQUIRED),
            "first_name": _optional(_("First name")),
            "last_name": _optional(_("Family name")),
            "password": Personal(
                what=_("A hash of the passphrase, from which it cannot be read"),
                category=Category.IDENTIFYING,
                necessity=Necessity.REQUIRED,
                is_secret=True,
            ),
            "nickname": _optional(_("Nickname")),
            "postal_address": _optional(_("Postal address")),
            "telephone": _optional(_("Telephone")),
            "language": _optional(_("Language of mails")),
            "unconfirmed_since": _made(_("Since when the address waits for confirmation")),
            "frozen_at": _made(_("Since when the account is frozen")),
            "last_login": _made(_("Last sign-in")),
            "date_joined": _made(_("Account since")),
            "is_staff": _made(_("Whether the account is of the staff")),
            "is_superuser": _made(_("Whether the account may do everything")),
            "is_active": _made(_("Whether the account may sign in")),
            "groups": _made(_("Groups")),
            "user_permissions": _made(_("Permissions")),
        },
        other=frozenset({"id"}),
        rows=by_account("members.User", "pk"),
        addresses=lambda: User.objects.values_list("email", "date_joined").iterator(_BATCH),
    ),
    _work(
        "wagtailusers.UserProfile",
        _("Preferences of editors"),
        {"id"},
        erasure=_DELETED,
        user=_ACCOUNT,
        submitted_notifications=_optional(_("Which mails an editor wants")),
        approved_notifications=_optional(_("Which mails an editor wants")),
        rejected_notifications=_optional(_("Which mails an editor wants")),
        updated_comments_notifications=_optional(_("Which mails an editor wants")),
        preferred_language=_optional(_("Language")),
        current_time_zone=_optional(_("Time zone")),
        avatar=_optional(_("Picture")),
        dismissibles=_made(_("Hints that were closed")),
        theme=_optional(_("Look of the editor’s screens")),
        contrast=_optional(_("Look of the editor’s screens")),
        density=_optional(_("Look of the editor’s screens")),
        keyboard_shortcuts=_optional(_("Look of the editor’s screens")),
    ),
    _work(
        "sessions.Session",
        _("Sessions"),
        set(),
        erasure=_DELETED,
        rows=_sessions,
        session_key=Personal(
            what=_("A code by which the browser is known again"),
            category=Category.IDENTIFYING,
            necessity=Necessity.REQUIRED,
            is_secret=True,
        ),
        session_data=Personal(
            what=_("That the account is signed in"),
            category=Category.IDENTIFYING,
            necessity=Necessity.REQUIRED,
            is_secret=True,
        ),
        expire_date=_made(_("End of the session")),
    ),
    _work(
        "wagtailadmin.EditingSession",
        _("Who edits what at the moment"),
        {"id"},
        erasure=_DELETED,
        user=_ACCOUNT,
        content_type=_made(_("What it is about")),
        object_id=_made(_("What it is about")),
        last_seen_at=_made(_("When")),
        is_editing=_made(_("Whether something was typed")),
    ),
    _work(
        "wagtailadmin.FormState",
        _("What was typed and not saved yet"),
        {"id"},
        erasure=_DELETED,
        user=_ACCOUNT,
        data=_made(_("What was typed")),
        content_type=_made(_("What it is about")),
        object_id=_made(_("What it is about")),
        parent_object_id=_made(_("What it is about")),
        last_updated_at=_made(_("When")),
    ),
    _work(
        "wagtailcore.ModelLogEntry",
        _("Log of what staff did"),
        {"id", "uuid", "revision", "content_changed", "deleted", "data"},
        user=_ACCOUNT,
        action=_made(_("What was done")),
        label=_made(_("What it is about")),
        content_type=_made(_("What it is about")),
        object_id=_made(_("What it is about")),
        timestamp=_made(_("When")),
    ),
    _work(
        "wagtailcore.PageLogEntry",
        _("Log of what editors did"),
        {"id", "uuid", "revision", "content_changed", "deleted", "data", "content_type"},
        user=_ACCOUNT,
        action=_made(_("What was done")),
        label=_made(_("What it is about")),
        page=_made(_("What it is about")),
        timestamp=_made(_("When")),
    ),
    _work(
        "wagtailcore.Revision",
        _("Drafts"),
        {"id", "base_content_type", "content", "approved_go_live_at"},
        user=_ACCOUNT,
        content_type=_made(_("What it is about")),
        object_id=_made(_("What it is about")),
        object_str=_made(_("What it is about")),
        created_at=_made(_("When")),
    ),
    _work(
        "wagtailcore.UploadedFile",
        _("Files being uploaded"),
        {"id", "for_content_type"},
        uploaded_by_user=_ACCOUNT,
        file=_made(_("File")),
    ),
    _work(
        "wagtailcore.WorkflowState",
        _("Approvals asked for"),
        {"id", "content_type", "base_content_type", "current_task_state"},
        requested_by=_ACCOUNT,
        object_id=_made(_("What it is about")),
        workflow=_made(_("What it is about")),
        status=_made(_("What became of it")),
        created_at=_made(_("When")),
    ),
    _work(
        "wagtailcore.TaskState",
        _("Approvals given"),
        {"id", "revision", "content_type"},
        finished_by=_ACCOUNT,
        workflow_state=_made(_("What it is about")),
        task=_made(_("What it is about")),
        status=_made(_("What became of it")),
        started_at=_made(_("When")),
        finished_at=_made(_("When")),
        comment=_made(_("What was written")),
    ),
    _work(
        "wagtailcore.Page",
        _("Owners of pages"),
        {
            *("id", "path", "depth", "numchild", "translation_key", "locale", "latest_revision", "live"),
            *("has_unpublished_changes", "first_published_at", "last_published_at", "live_revision", "go_live_at"),
            *("expire_at", "expired", "locked", "draft_title", "slug", "content_type", "url_path", "seo_title"),
            *("show_in_menus", "search_description", "latest_revision_created_at", "alias_of"),
        },
        owner=_ACCOUNT,
        locked_by=_ACCOUNT,
        locked_at=_made(_("When")),
        title=_made(_("What it is about")),
    ),
    _work(
        "wagtailcore.Comment",
        _("Comments on drafts"),
        {"id", "contentpath", "position", "revision_created"},
        erasure=_DELETED,
        user=_ACCOUNT,
        resolved_by=_ACCOUNT,
        page=_made(_("What it is about")),
        text=_made(_("What was written")),
        created_at=_made(_("When")),
        updated_at=_made(_("When")),
        resolved_at=_made(_("When")),
    ),
    _work(
        "wagtailcore.CommentReply",
        _("Answers to comments on drafts"),
        {"id"},
        erasure=_DELETED,
        user=_ACCOUNT,
        comment=_made(_("What it is about")),
        text=_made(_("What was written")),
        created_at=_made(_("When")),
        updated_at=_made(_("When")),
    ),
    _work(
        "wagtailcore.PageSubscription",
        _("Whom comments are mailed to"),
        {"id"},
        erasure=_DELETED,
        user=_ACCOUNT,
        page=_made(_("What it is about")),
        comment_notifications=_optional(_("Which mails an editor wants")),
    ),
    _work(
        "core.AvowImage",
        _("Who uploaded images"),
        {
            *("id", "collection", "description", "width", "height", "focal_point_x", "focal_point_y"),
            *("focal_point_width", "focal_point_height", "file_size", "file_hash", "tags", "file"),
        },
        uploaded_by_user=_ACCOUNT,
        title=_made(_("What it is about")),
        created_at=_made(_("When")),
    ),
    _work(
        "core.AvowDocument",
        _("Who uploaded documents"),
        {"id", "collection", "file", "file_size", "file_hash", "tags"},
        uploaded_by_user=_ACCOUNT,
        title=_made(_("What it is about")),
        created_at=_made(_("When")),
    ),
)
register.add(*sign_in_data.FILES, *sign_in_data.UNUSED, *sign_in_data.FORMS)
