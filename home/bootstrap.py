"""What every installation starts with: languages, a home page and a list of policies in each, roles, a workflow, topics."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext, gettext_noop, override
from wagtail.models import (
    GroupApprovalTask,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from home.models import HomePage
from newsletters.models import BulletinIndexPage
from newsletters.models.pages import INDEX_SLUG as BULLETINS_SLUG
from newsletters.services.topics import ensure_alert_topics
from policies.models import PolicyIndexPage
from policies.models.pages import INDEX_SLUG

# Wagtail shows the names of roles as they stand, to editors of every language.
AUTHORS = "政策撰擬人員 Policy authors"
APPROVERS = "政策核定人員 Policy approvers"
OPERATORS = "郵件作業人員 Mail operators"

#: What roles may do besides working on pages: app, permission, groups.
_MODEL_PERMISSIONS = (
    ("simple_translation", "submit_translation", (AUTHORS, APPROVERS)),
    ("policies", "change_policy", (APPROVERS,)),
    ("core", "add_agency", (APPROVERS,)),
    ("core", "change_agency", (APPROVERS,)),
    ("newsletters", "add_topic", (APPROVERS,)),
    ("newsletters", "change_topic", (APPROVERS,)),
    ("search", "add_synonymset", (AUTHORS, APPROVERS)),
    ("search", "change_synonymset", (AUTHORS, APPROVERS)),
    ("search", "delete_synonymset", (AUTHORS, APPROVERS)),
    ("search", "add_glossaryterm", (AUTHORS, APPROVERS)),
    ("search", "change_glossaryterm", (AUTHORS, APPROVERS)),
    ("search", "delete_glossaryterm", (AUTHORS, APPROVERS)),
    ("newsletters", "view_mailing", (OPERATORS,)),
    ("newsletters", "operate_mailing", (OPERATORS,)),
    ("newsletters", "add_destination", (OPERATORS,)),
    ("newsletters", "change_destination", (OPERATORS,)),
    ("newsletters", "delete_destination", (OPERATORS,)),
)


def lay_out_site(**_kwargs: Any) -> None:
    """Make what is missing; leave a site that has a home page as it is, but for lists of bulletins and topics.

    Runs after every `migrate`.
    """
    with transaction.atomic():
        if not HomePage.objects.exists():
            homes = _make_pages()
            _replace_default_site(homes[settings.LANGUAGE_CODE])
            _forget_other_roles()
            _make_roles(list(homes.values()))
        if _make_bulletin_indexes():
            _give_model_permissions()
        ensure_alert_topics()


def _make_pages() -> dict[str, HomePage]:
    root = Page.get_first_root_node()
    homes: dict[str, HomePage] = {}
    indexes: dict[str, PolicyIndexPage] = {}
    for code, _name in settings.LANGUAGES:
        locale, _created = Locale.objects.get_or_create(language_code=code)
        with override(code):
            home = HomePage(title=gettext("Home"), slug=f"home-{code}", locale=locale)
            index = PolicyIndexPage(title=gettext("Policies"), slug=INDEX_SLUG, locale=locale)
        if homes:
            home.translation_key = next(iter(homes.values())).translation_key
            index.translation_key = next(iter(indexes.values())).translation_key
        root.add_child(instance=home)
        home.add_child(instance=index)
        homes[code], indexes[code] = home, index
    return homes


def _replace_default_site(home: HomePage) -> None:
    site = Site.objects.order_by("pk").first()
    if site is None:
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
        return
    welcome = site.root_page
    site.root_page = home
    site.save()
    if not welcome.specific_class or welcome.specific_class is Page:
        welcome.delete()  # the “Welcome to your new Wagtail site” page of Wagtail's own migrations


def _forget_other_roles() -> None:
    """Remove the groups and the workflow of Wagtail's own migrations, which know nothing of policies."""
    Workflow.objects.filter(name="Moderators approval").delete()
    GroupApprovalTask.objects.filter(name="Moderators approval").delete()
    Group.objects.filter(name__in=["Editors", "Moderators"], user=None).delete()


def _make_roles(homes: list[HomePage]) -> None:
    authors, approvers = (Group.objects.get_or_create(name=name)[0] for name in (AUTHORS, APPROVERS))
    operators = Group.objects.get_or_create(name=OPERATORS)[0]
    access = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    operators.permissions.add(access)
    for group, codenames in ((authors, ["add_page", "change_page"]), (approvers, ["change_page", "publish_page"])):
        group.permissions.add(access)
        for home in homes:
            for codename in codenames:
                permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
                GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
    workflow, _created = Workflow.objects.get_or_create(name=_in_every_language(gettext_noop("Approval")))
    task, is_new = GroupApprovalTask.objects.get_or_create(name=_in_every_language(gettext_noop("Approval")))
    if is_new:
        task.groups.add(approvers)
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    for home in homes:
        WorkflowPage.objects.update_or_create(page=home, defaults={"workflow": workflow})


def _in_every_language(message: str) -> str:
    """Return what Wagtail shows as it stands to editors of every language: “Submit to …”, “… is awaiting …”."""
    names = []
    for code, _name in reversed(settings.LANGUAGES):  # English verbs go before any noun, 送請 only before 核定
        with override(code):
            names.append(gettext(message))
    return " ".join(dict.fromkeys(names))


def _make_bulletin_indexes() -> int:
    """Make the list of bulletins below each home page of a language that has none; return how many were made."""
    made = 0
    first = BulletinIndexPage.objects.order_by("pk").first()
    for home in HomePage.objects.select_related("locale").order_by("pk"):
        if BulletinIndexPage.objects.child_of(home).exists():
            continue
        with override(home.language):
            index = BulletinIndexPage(title=gettext("Bulletins"), slug=BULLETINS_SLUG, locale=home.locale)
        if first is not None:
            index.translation_key = first.translation_key
        home.add_child(instance=index)
        first = first or index
        made += 1
    return made


def _give_model_permissions() -> None:
    for app, codename, groups in _MODEL_PERMISSIONS:
        permission = _model_permission(app, codename)
        for group in Group.objects.filter(name__in=groups):
            group.permissions.add(permission)


def _model_permission(app: str, codename: str) -> Permission:
    # Django makes the permissions of an app after that app's own turn, which may come later than ours.
    create_permissions(apps.get_app_config(app), verbosity=0)
    return Permission.objects.get(content_type__app_label=app, codename=codename)
