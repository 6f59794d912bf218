"""What Wagtail's own screens say and offer to the site's editors."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail.models import Workflow

from policies.models import PolicyPage
from tests.factories.policies import make_page
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db

CHINESE = {"accept-language": "zh-TW"}


@pytest.fixture
def author():
    return desk.sign_in(desk.make_author())


def screen(client, name, *args):
    response = client.get(reverse(name, args=args), headers=CHINESE)
    assert response.status_code == 200
    return response.content.decode()


def test_the_help_menu_leads_to_no_other_site(author):
    home = screen(author, "wagtailadmin_home")
    assert "\\u5feb\\u901f\\u9375" in home or "快速鍵" in home
    assert "whats-new-in-wagtail" not in home


def test_time_zones_are_names_of_places(author):
    account = screen(author, "wagtailadmin_account")
    assert 'value="Asia/Taipei"' in account
    assert 'value="localtime"' not in account


def test_a_draft_is_sent_for_approval_and_sent_back_in_the_editors_language(author):
    page = make_page()
    edit = screen(author, "wagtailadmin_pages:edit", page.pk)
    assert "送請核定 Approval" in edit
    desk.edit(author, page, "submit")
    approver = desk.sign_in(desk.make_approver())
    waiting = screen(approver, "wagtailadmin_pages:edit", page.pk)
    assert "退回修改" in waiting
    assert "附意見核准並發布" in waiting
    assert " ago" not in waiting
    task = PolicyPage.objects.get(pk=page.pk).current_workflow_task_state
    dialog = approver.get(
        reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "reject", task.pk]), headers=CHINESE
    ).content.decode()
    assert "意見" in dialog or "\\u610f\\u898b" in dialog
    assert "Comment" not in dialog
    assert Workflow.objects.get().name == "核定 Approval"
