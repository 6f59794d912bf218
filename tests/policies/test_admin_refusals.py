"""What Wagtail offers for every page and the record does not allow: posted to Wagtail's own views."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import Page, Revision

from home.models import HomePage
from policies.models import Edition, Policy, PolicyIndexPage, PolicyPage
from tests.factories.policies import issue, make_page
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db

WITHDRAW = "withdraw it, so that readers see a notice"
KEPT = "kept for ever. Withdraw it instead"
ADDRESS = "The address of a published policy is part of the record"


@pytest.fixture
def editor():
    return desk.sign_in(desk.make_user("Editor", is_superuser=True))


@pytest.fixture
def page():
    page = make_page()
    issue(page)
    return PolicyPage.objects.get(pk=page.pk)


@pytest.fixture
def draft():
    return PolicyPage.objects.get(pk=make_page("security").pk)


def address(name, *args):
    return reverse(f"wagtailadmin_pages:{name}", args=args)


def bulk(action, *pages):
    return (
        reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        + "?"
        + "&".join(f"id={page.pk}" for page in pages)
    )


def assert_untouched(page):
    found = PolicyPage.objects.get(pk=page.pk)
    assert found.live
    assert (found.path, found.slug, found.live_revision_id) == (page.path, page.slug, page.live_revision_id)
    assert Edition.objects.filter(policy=page.policy).count() == 1


class TestAPublishedPolicy:
    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("unpublish", WITHDRAW),
            ("delete", KEPT),
            ("move", ADDRESS),
            ("set_privacy", "cannot be made private"),
        ],
    )
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_is_refused_with_a_sentence(self, editor, page, name, sentence, method):
        response = getattr(editor, method)(address(name, page.pk))

        assert response.status_code == 302
        assert response["Location"] == address("edit", page.pk)
        assert sentence in desk.said(response)
        assert_untouched(page)

    def test_is_not_moved_by_posting_the_confirmation(self, editor, page):
        home = HomePage.objects.get(locale__language_code="en")
        response = desk.post(editor, address("move_confirm", page.pk, home.pk))

        assert ADDRESS in desk.said(response)
        assert_untouched(page)

    @pytest.mark.parametrize(("action", "sentence"), [("unpublish", WITHDRAW), ("delete", KEPT)])
    def test_is_refused_in_bulk_and_nothing_is_done_by_half(self, editor, page, draft, action, sentence):
        response = desk.post(editor, bulk(action, draft, page))

        assert sentence in desk.said(response)
        assert_untouched(page)
        assert PolicyPage.objects.filter(pk=draft.pk).exists()

    def test_is_not_moved_in_bulk(self, editor, page):
        parent = PolicyIndexPage.objects.get(locale__language_code="en")
        response = desk.post(editor, bulk("move", page), {"chooser": parent.pk})

        assert ADDRESS in desk.said(response)
        assert_untouched(page)

    def test_keeps_its_parents_from_being_deleted(self, editor, page):
        parent = page.get_parent()
        for response in (desk.post(editor, address("delete", parent.pk)), desk.post(editor, bulk("delete", parent))):
            assert KEPT in desk.said(response)
        assert_untouched(page)

    def test_stays_public_when_its_parents_are_unpublished(self, editor, page):
        parent = page.get_parent()
        fields = {"include_descendants": "on"}
        for where in (address("unpublish", parent.pk), bulk("unpublish", parent)):
            assert WITHDRAW in desk.said(desk.post(editor, where, fields))
        assert_untouched(page)
        assert Page.objects.get(pk=parent.pk).live

    @pytest.mark.parametrize("parent", [None, "", "x", "²", "999999", "9" * 40])
    def test_an_incomplete_copy_is_asked_for_again(self, editor, page, parent):
        fields = {"new_title": "副本", "new_slug": "copy"} | ({} if parent is None else {"new_parent_page": parent})
        response = desk.post(editor, address("copy", page.pk), fields)
        assert response.status_code == 302
        assert response["Location"] == address("copy", page.pk)
        assert "incomplete" in desk.said(response)
        assert editor.get(response["Location"]).status_code == 200

    def test_cannot_become_an_alias_or_a_published_copy(self, editor, page):
        fields = {"new_title": "副本", "new_slug": "copy", "new_parent_page": page.get_parent().pk}
        alias = desk.post(editor, address("copy", page.pk), fields | {"alias": "on"})
        copy = desk.post(editor, address("copy", page.pk), fields | {"publish_copies": "on"})

        assert "an alias of its page cannot be made" in desk.said(alias)
        assert "Copy it without publishing" in desk.said(copy)
        assert PolicyPage.objects.count() == 1

    def test_keeps_its_address_whatever_is_posted(self, editor, page):
        desk.edit(editor, page, slug="elsewhere")
        desk.edit(editor, page, "publish", slug="elsewhere", title="新名稱", update_type="editorial")

        found = PolicyPage.objects.get(pk=page.pk)
        assert found.slug == "privacy"
        assert found.policy.slug == "privacy"
        assert desk.numbers(page) == ["1.0", "1.1"]

    def test_offers_none_of_it_in_its_menus(self, editor, page):
        content = editor.get(address("edit", page.pk)).content.decode()

        for name in ("unpublish", "delete", "move"):
            assert f'href="{address(name, page.pk)}' not in content

    def test_does_not_expire(self, editor, page):
        desk.edit(editor, page, "publish", title="新名稱", update_type="editorial", expire_at="2020-01-01 00:00")
        call_command("publish_scheduled")

        assert PolicyPage.objects.get(pk=page.pk).live
        assert PolicyPage.objects.get(pk=page.pk).expire_at is None

    def test_says_nothing_to_people_without_permission(self, page):
        stranger = desk.sign_in(desk.make_user("Stranger"))
        response = desk.post(stranger, address("delete", page.pk))

        assert KEPT not in desk.said(response)
        assert_untouched(page)

    def test_keeps_its_issued_revisions_from_purging(self, editor, page):
        desk.edit(editor, page, summary="一")
        desk.edit(editor, page, summary="二")
        issued = page.live_revision_id
        call_command("purge_revisions")

        assert Revision.objects.filter(pk=issued).exists()
        assert PolicyPage.objects.get(pk=page.pk).live_revision_id == issued


class TestADraftThatWasNeverPublic:
    def test_is_deleted_with_its_policy(self, editor, draft):
        desk.post(editor, address("delete", draft.pk))

        assert not PolicyPage.objects.filter(pk=draft.pk).exists()
        assert not Policy.objects.filter(slug="security").exists()

    def test_is_deleted_in_bulk_with_its_policy(self, editor, draft):
        desk.post(editor, bulk("delete", draft))

        assert not Policy.objects.filter(slug="security").exists()

    def test_may_change_its_address(self, editor, draft):
        desk.edit(editor, draft, slug="it-security")

        assert PolicyPage.objects.get(pk=draft.pk).policy.slug == "it-security"


class TestACopy:
    def test_is_the_draft_of_a_new_policy(self, editor, page):
        fields = {"new_title": "分署隱私權政策", "new_slug": "branch-privacy", "new_parent_page": page.get_parent().pk}
        response = desk.post(editor, address("copy", page.pk), fields)
        copy = PolicyPage.objects.get(slug="branch-privacy")

        assert response.status_code == 302
        assert not copy.live
        assert copy.policy != page.policy
        assert copy.get_latest_revision_as_object().policy == copy.policy
        assert not copy.policy.has_editions

    def test_is_published_under_its_own_number(self, editor, page):
        fields = {"new_title": "分署隱私權政策", "new_slug": "branch-privacy", "new_parent_page": page.get_parent().pk}
        desk.post(editor, address("copy", page.pk), fields)
        copy = PolicyPage.objects.get(slug="branch-privacy")
        desk.edit(editor, copy, "publish")

        assert desk.numbers(copy) == ["1.0"]
        assert desk.numbers(page) == ["1.0"]
