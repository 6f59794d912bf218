from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from wagtail.models import Page, Site, Workflow

from home.bootstrap import APPROVERS, AUTHORS, OPERATORS, lay_out_site
from home.models import HomePage
from newsletters.models import Topic
from newsletters.services.topics import ALL_POLICIES
from policies.models import PolicyIndexPage

pytestmark = pytest.mark.django_db


class TestLayOutSite:
    def test_a_migrated_site_has_a_home_and_a_list_of_policies_in_each_language(self):
        assert sorted(HomePage.objects.values_list("locale__language_code", flat=True)) == ["en", "zh-hant"]
        assert set(PolicyIndexPage.objects.values_list("slug", flat=True)) == {"policies"}
        assert len(set(HomePage.objects.values_list("translation_key", flat=True))) == 1

    def test_the_default_site_shows_it(self):
        assert isinstance(Site.objects.get(is_default_site=True).root_page.specific, HomePage)

    def test_wagtail_s_welcome_page_is_gone(self):
        assert not Page.objects.filter(depth=2).exclude(slug__startswith="home-").exists()

    def test_running_it_again_changes_nothing(self):
        before = Page.objects.count()
        lay_out_site()
        assert Page.objects.count() == before

    def test_there_is_a_topic_for_changes_of_all_policies(self):
        assert Topic.objects.get(slug=ALL_POLICIES).texts.count() == 2

    def test_authors_cannot_publish_and_approvers_can(self):
        names = dict.fromkeys((AUTHORS, APPROVERS))
        for name in names:
            group = Group.objects.get(name=name)
            names[name] = set(group.page_permissions.values_list("permission__codename", flat=True))
        assert names == {AUTHORS: {"add_page", "change_page"}, APPROVERS: {"change_page", "publish_page"}}

    def test_policies_go_through_approval(self):
        page = PolicyIndexPage.objects.first()
        assert page.get_workflow() == Workflow.objects.get(name="核定 Approval")

    def test_nothing_is_left_of_the_roles_of_wagtails_own(self):
        assert list(Workflow.objects.values_list("name", flat=True)) == ["核定 Approval"]
        assert set(Group.objects.values_list("name", flat=True)) == {AUTHORS, APPROVERS, OPERATORS}

    def test_editors_of_every_language_can_read_its_names(self):
        assert Page.get_first_root_node().title == "根目錄 Root"

    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    def test_the_home_page_answers(self, client, language):
        assert client.get(f"/{language}/").status_code == 200


class TestNamesInBothLanguages:
    def rename(self):
        import_module("home.migrations.0002_names_in_both_languages").name_in_both_languages(apps, None)

    def test_a_site_laid_out_before_gets_them_and_keeps_its_people(self, django_user_model):
        author = django_user_model.objects.create_user("author@agency.example")
        author.groups.add(Group.objects.get(name=AUTHORS))
        Group.objects.filter(name=AUTHORS).update(name="Policy authors")
        Workflow.objects.update(name="Approval")
        for _time in range(2):
            self.rename()
        assert author.groups.get().name == AUTHORS
        assert Workflow.objects.get().name == "核定 Approval"

    def test_what_an_agency_named_itself_stays(self):
        Group.objects.filter(name=AUTHORS).update(name="Legal unit")
        Page.objects.filter(depth=1).update(title="The agency")
        self.rename()
        assert Group.objects.filter(name="Legal unit").exists()
        assert Page.get_first_root_node().title == "The agency"
