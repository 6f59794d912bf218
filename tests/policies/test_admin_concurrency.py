"""Several people, tabs and clocks at work on one policy, through Wagtail's own views."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse
from wagtail.models import Revision, TaskState

from policies.models import EditionText, PolicyPage
from policies.services import verify_policy
from tests.factories.policies import CHINESE, clauses, issue, make_page
from tests.policies import admin_desk as desk


def changed(word="五年"):
    return clauses(CHINESE[0], (CHINESE[1][0], CHINESE[1][1].replace("三年", word)), CHINESE[2])


ANSWERS = {"update_type": "substantive", "change_note": "保存期限變更。"}


@pytest.fixture
def page(db):
    page = make_page()
    issue(page)
    return PolicyPage.objects.get(pk=page.pk)


@pytest.fixture
def approver(db):
    return desk.sign_in(desk.make_approver())


def edit_address(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


class TestStaleTabs:
    def test_the_second_of_two_editors_is_refused_and_loses_nothing(self, page, approver):
        other = desk.sign_in(desk.make_approver("Other"))
        first = desk.fields_of(page, clauses=changed("五年"), **ANSWERS) | {"action-publish": "1"}
        second = desk.fields_of(page, clauses=changed("七年"), **ANSWERS) | {"action-publish": "1"}
        desk.post(approver, edit_address(page), first)
        response = desk.post(other, edit_address(page), second)

        assert "Edition 2.0 was published after this draft was begun from 1.0" in str(desk.errors_of(response))
        assert "七年" in str(response.context["form"].instance.clauses)
        assert desk.numbers(page) == ["1.0", "2.0"]

    def test_the_refused_editor_compares_saves_and_publishes(self, page, approver):
        stale = desk.fields_of(page, clauses=changed("七年"), **ANSWERS)
        desk.edit(approver, page, "publish", clauses=changed("五年"), **ANSWERS)
        desk.post(approver, edit_address(page), stale)
        form = approver.get(edit_address(page)).context["form"]
        assert form["based_on_edition"].value() == "2.0"
        assert form["change_note"].value() == ANSWERS["change_note"]
        desk.post(approver, edit_address(page), stale | {"based_on_edition": "2.0", "action-publish": "1"})

        assert desk.numbers(page) == ["1.0", "2.0", "3.0"]

    def test_an_authors_open_tab_cannot_change_what_was_published(self, page, approver):
        user = desk.make_author()
        author = desk.sign_in(user)
        desk.edit(author, page, clauses=changed(), **ANSWERS)
        saved = PolicyPage.objects.get(pk=page.pk).latest_revision
        saved.publish(user=desk.make_approver("Moderator"))
        tab = desk.fields_of(page, clauses=changed("九年"), **ANSWERS)
        desk.post(author, edit_address(page), tab | {"overwrite_revision_id": saved.pk})

        found = PolicyPage.objects.get(pk=page.pk)
        assert found.live_revision_id == saved.pk
        assert "五年" in str(Revision.objects.get(pk=saved.pk).as_object().clauses)
        assert found.latest_revision_id != saved.pk
        assert "五年" in EditionText.objects.get(edition__major=2).html
        assert list(verify_policy(found.policy)) == []


class TestWorkflow:
    def submit(self, page):
        author = desk.sign_in(desk.make_author())
        assert desk.edit(author, page, "submit", clauses=changed(), **ANSWERS).status_code == 302
        return TaskState.objects.get(status=TaskState.STATUS_IN_PROGRESS)

    def approve(self, client, page, state):
        address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
        return desk.post(client, address, {"comment": ""})

    def test_approval_issues_exactly_one_edition_and_names_both(self, page, approver):
        state = self.submit(page)
        assert desk.numbers(page) == ["1.0"]
        self.approve(approver, page, state)
        self.approve(approver, page, state)

        assert desk.numbers(page) == ["1.0", "2.0"]
        text = EditionText.objects.get(edition__major=2)
        assert (text.issued_by_name, text.approved_by_name) == ("Author", "Approver")

    def test_approval_of_a_draft_that_became_stale_is_refused_and_the_task_stays_open(self, page, approver):
        state = self.submit(page)
        notices = {"update_type": "editorial"}
        revision = state.revision
        Revision.objects.filter(pk=revision.pk).update(content={**revision.content, "based_on_edition": "0.9"})
        response = self.approve(approver, page, state)

        assert "was published after this draft was begun" in desk.said(response), notices
        assert desk.numbers(page) == ["1.0"]
        state.refresh_from_db()
        assert state.status == TaskState.STATUS_IN_PROGRESS

    def test_an_author_cannot_publish(self, page):
        author = desk.sign_in(desk.make_author())
        desk.edit(author, page, "publish", clauses=changed(), **ANSWERS)

        assert desk.numbers(page) == ["1.0"]


class TestBulkPublishing:
    def test_issues_one_edition_for_each_draft(self, page, approver):
        desk.edit(approver, page, clauses=changed(), **ANSWERS)
        other = make_page("security")
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        desk.post(approver, f"{address}?id={page.pk}&id={other.pk}")

        assert desk.numbers(page) == ["1.0", "2.0"]
        assert desk.numbers(other) == ["1.0"]

    def test_publishes_nothing_when_one_draft_is_refused(self, page, approver):
        desk.edit(approver, page, clauses=changed())
        other = make_page("security")
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        response = desk.post(approver, f"{address}?id={other.pk}&id={page.pk}")

        assert "do readers need to know" in desk.said(response)
        assert desk.numbers(page) == ["1.0"]
        assert desk.numbers(other) == []


@pytest.mark.django_db(transaction=True)
def test_two_editors_publishing_at_the_same_moment_get_one_edition_and_one_refusal():
    page = make_page()
    issue(page)
    page = PolicyPage.objects.get(pk=page.pk)
    clients = [desk.sign_in(desk.make_approver(name)) for name in ("One", "Two")]
    forms = [desk.fields_of(page, clauses=changed(word), **ANSWERS) for word in ("五年", "七年")]
    start = Barrier(2)

    def publish(client, form):
        try:
            start.wait()
            return desk.post(client, edit_address(page), form | {"action-publish": "1"})
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        responses = list(pool.map(publish, clients, forms))

    assert desk.numbers(page) == ["1.0", "2.0"]
    texts = [desk.said(each) if each.status_code == 302 else str(desk.errors_of(each)) for each in responses]
    assert sum("Edition 2.0 was published after this draft was begun" in text for text in texts) == 1
    assert list(verify_policy(page.policy)) == []
