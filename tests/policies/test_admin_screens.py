"""The admin's own screens: record, acts, import, structure, comparison, dashboard, history, settings."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from core.dates import today
from core.models import Agency
from policies.drafts import page_document
from policies.models import EditionText, NoteCorrection, Policy, PolicyPage
from policies.services import verify_policy
from tests.factories.policies import CHINESE, clauses, issue, key, make_bilingual_policy, make_page
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db

ADDRESSES = {
    "record": lambda policy: [policy.pk],
    "withdraw": lambda policy: [policy.pk],
    "reinstate": lambda policy: [policy.pk],
    "correct_note": lambda policy: [EditionText.objects.order_by("pk").first().pk],
    "announce_date": lambda policy: [policy.editions.order_by("pk").first().pk],
    "import": lambda policy: [policy.pages.order_by("pk").first().pk],
    "compare": lambda policy: [
        policy.pages.order_by("pk").first().pk,
        policy.pages.order_by("pk").first().latest_revision_id,
    ],
}


@pytest.fixture
def policy():
    return make_bilingual_policy()


@pytest.fixture
def page(policy):
    return policy.pages.get(locale__language_code="zh-hant")


@pytest.fixture
def translation(policy):
    return policy.pages.get(locale__language_code="en")


@pytest.fixture
def approver(db):
    return desk.sign_in(desk.make_approver())


@pytest.fixture
def author(db):
    return desk.sign_in(desk.make_author())


def address(name, *args):
    return reverse(f"avow_policies:{name}", args=args)


@pytest.mark.parametrize("name", ADDRESSES)
class TestEveryScreen:
    def test_is_shown_to_those_who_may_act(self, policy, approver, name):
        response = approver.get(address(name, *ADDRESSES[name](policy)))

        assert response.status_code == 200
        assert response.content.count(b"<h1") == 1

    def test_is_not_shown_to_others(self, policy, name):
        stranger = desk.sign_in(desk.make_user("Stranger"))

        assert stranger.get(address(name, *ADDRESSES[name](policy))).status_code == 403

    def test_asks_visitors_to_sign_in(self, policy, client, name):
        response = client.get(address(name, *ADDRESSES[name](policy)))

        assert "/account/sign-in/" in response["Location"]


class TestActs:
    NOTICES = {"zh-hant": "業務終止，停止適用。", "en": "The service has ended.", "confirmed": "on"}

    def test_a_policy_is_withdrawn_and_reinstated_by_editions(self, policy, approver):
        fields = self.NOTICES | {"effective_from": today().isoformat(), "document_no": "海聯法字第1號"}
        assert desk.post(approver, address("withdraw", policy.pk), fields).status_code == 302
        newest = policy.editions.newest_first().first()
        assert (newest.number, newest.kind, newest.issued_by_name) == ("3.0", "withdrawal", "Approver")

        assert desk.post(approver, address("reinstate", policy.pk), fields).status_code == 302
        assert policy.editions.newest_first().first().kind == "reinstatement"
        assert list(verify_policy(policy)) == []

    @pytest.mark.parametrize("missing", ["zh-hant", "en", "confirmed"])
    def test_a_withdrawal_needs_each_notice_and_a_confirmation(self, policy, approver, missing):
        fields = self.NOTICES | {"effective_from": today().isoformat()}
        del fields[missing]
        response = desk.post(approver, address("withdraw", policy.pk), fields)

        assert missing in desk.errors_of(response)
        assert policy.editions.count() == 2

    def test_a_refusal_stands_beside_its_field(self, policy, approver):
        yesterday = today() - dt.timedelta(days=1)
        response = desk.post(
            approver, address("withdraw", policy.pk), self.NOTICES | {"effective_from": yesterday.isoformat()}
        )

        assert "cannot lie before" in desk.errors_of(response)["effective_from"][0]

    def test_an_author_may_look_but_not_act(self, policy, author):
        assert author.get(address("record", policy.pk)).status_code == 200
        fields = self.NOTICES | {"effective_from": today().isoformat()}
        desk.post(author, address("withdraw", policy.pk), fields)

        assert policy.editions.count() == 2

    def test_a_note_is_corrected_by_a_new_row(self, policy, approver):
        text = EditionText.objects.get(edition__major=2, locale="zh-hant")
        fields = {"note": "保存期限延長為五年（第二點）。", "reason": "漏列點次", "confirmed": "on"}
        desk.post(approver, address("correct_note", text.pk), fields)

        assert NoteCorrection.objects.get(text=text).note == "保存期限延長為五年（第二點）。"
        again = desk.post(approver, address("correct_note", text.pk), fields)
        assert "shown already" in desk.errors_of(again)["note"][0]
        assert "(corrected since)" in approver.get(address("record", policy.pk)).content.decode()

    def test_a_date_to_be_announced_is_announced_once(self, page, approver):
        content = clauses(*CHINESE[:2])
        text = issue(page, on="2025-06-01", content=content, to_be_announced=True)
        where = address("announce_date", text.edition.pk)
        assert where in approver.get(address("record", page.policy_id)).content.decode()
        fields = {"effective_from": "民國120年1月1日", "confirmed": "on"}
        desk.post(approver, where, fields)

        assert text.edition.announced_date.effective_from == dt.date(2031, 1, 1)
        assert "has its date already" in str(desk.errors_of(desk.post(approver, where, fields)))


class TestImport:
    TEXT = "隱私權政策\n一、適用範圍\n本政策適用於本署網站。\n二、保存期限\n伺服器紀錄保存六年，期滿刪除。\n三、聯絡方式\n對本政策有疑問，請洽本署。\n"

    def preview(self, client, page, **fields):
        return desk.post(client, address("import", page.pk), fields)

    def test_shows_what_was_understood_and_keeps_nothing(self, page, author):
        before = page.revisions.count()
        response = self.preview(author, page, file=SimpleUploadedFile("policy.txt", self.TEXT.encode()))
        content = response.content.decode()

        assert "What was understood" in content
        assert "二、" in content
        assert page.revisions.count() == before

    def test_saves_a_draft_with_the_keys_of_the_clauses_it_replaces(self, page, author):
        response = self.preview(author, page, pasted=self.TEXT)
        saved = desk.post(author, address("import", page.pk), {"document": response.context["document"]})
        draft = PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()

        assert saved["Location"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
        assert [clause.key for clause in page_document(draft).clauses] == [key("0"), key("1"), key("2")]
        assert "六年" in page_document(draft).clauses[1].body
        assert draft.based_on_edition == "2.0"
        assert desk.numbers(page) == ["1.0", "2.0"]

    def test_says_which_language_prevails_until_there_is_an_edition(self, author):
        draft = make_page("security")
        address_of_draft = address("import", draft.pk)
        assert "the 正體中文 text prevails" in author.get(address_of_draft).content.decode()
        issue(draft)
        assert "prevails" not in author.get(address_of_draft).content.decode()

    def test_keeps_the_structure_of_pasted_mark_up(self, page, author):
        html = "<h2>適用範圍</h2><p>本政策適用於本署網站。</p><h2>保存期限</h2><p>保存<strong>五年</strong>。</p>"
        response = self.preview(author, page, pasted="適用範圍 保存期限", html=html)
        document = json.loads(response.context["document"])

        assert [clause["heading"] for clause in document["clauses"]] == ["適用範圍", "保存期限"]
        assert "<strong>五年</strong>" in document["clauses"][1]["body"]

    @pytest.mark.parametrize(
        ("name", "data"),
        [("empty.txt", b" \n"), ("program.docx", b"MZ\x90\x00\x03"), ("english.txt", b"This is an English text. " * 9)],
    )
    def test_refuses_what_cannot_be_read_with_a_sentence(self, page, author, name, data):
        response = self.preview(author, page, file=SimpleUploadedFile(name, data))

        assert desk.errors_of(response)["file"]

    def test_asks_for_a_file_or_a_text(self, page, author):
        assert "Choose a file or paste the text." in str(desk.errors_of(self.preview(author, page)))

    def test_sanitises_again_what_comes_back_from_the_browser(self, page, author):
        clause = {
            "key": "x",
            "depth": 1,
            "numbered": True,
            "heading": "標題",
            "reason": "",
            "body": "<p onclick='x'>甲<script>1</script></p>",
        }
        desk.post(author, address("import", page.pk), {"document": json.dumps({"title": "", "clauses": [clause]})})
        draft = PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()

        assert page_document(draft).clauses[0].body == "<p>甲</p>"
        assert draft.title == "隱私權政策"

    @pytest.mark.parametrize(
        "damaged", ["", "{", "[]", '{"title": "x", "clauses": [{"depth": 9}]}', '{"clauses": 3}', "null"]
    )
    def test_refuses_a_damaged_preview(self, page, author, damaged):
        response = desk.post(author, address("import", page.pk), {"document": damaged})

        assert "damaged on its way back" in desk.said(response)
        assert page_document(PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()).clauses

    def test_gives_a_translation_the_keys_of_its_source(self, translation, author):
        text = "1. Scope\nThis policy applies to the website.\n2. Retention\nFor six years.\n3. Contact\nAsk us.\n"
        response = self.preview(author, translation, pasted=text)
        desk.post(author, address("import", translation.pk), {"document": response.context["document"]})
        draft = PolicyPage.objects.get(pk=translation.pk).get_latest_revision_as_object()

        assert [clause.key for clause in page_document(draft).clauses] == [key("0"), key("1"), key("2")]

    def test_refuses_a_translation_with_more_clauses_than_its_source(self, translation, author):
        text = "".join(f"{n}. Heading {n}\nSome words of this clause.\n" for n in range(1, 6))
        response = self.preview(author, translation, pasted=text)
        saved = desk.post(author, address("import", translation.pk), {"document": response.context["document"]})

        assert "has no counterpart" in desk.said(saved)

    def test_is_refused_while_the_page_is_locked(self, page, author):
        PolicyPage.objects.filter(pk=page.pk).update(
            locked=True, locked_by=desk.make_approver(), locked_at=timezone.now()
        )

        assert "locked" in desk.said(self.preview(author, page, pasted=self.TEXT))


class TestStructure:
    def test_brings_the_source_clauses_in(self, page, translation, author):
        issue(
            page, on="2025-06-01", content=clauses(*CHINESE, ("新增", "<p>新條文。</p>"), names=["2", "0", "1", "new"])
        )
        response = desk.post(author, address("structure", translation.pk))
        draft = page_document(PolicyPage.objects.get(pk=translation.pk).get_latest_revision_as_object())

        assert response["Location"] == reverse("wagtailadmin_pages:edit", args=[translation.pk])
        assert [clause.key for clause in draft.clauses] == [key("2"), key("0"), key("1"), key("new")]
        assert draft.clauses[0].heading == "Contact"
        assert draft.clauses[3].heading == ""

    def test_is_refused_on_the_source(self, page, author):
        assert "no published source text" in desk.said(desk.post(author, address("structure", page.pk)))

    def test_needs_a_post(self, translation, author):
        assert author.get(address("structure", translation.pk)).status_code == 405


class TestComparisons:
    def test_a_draft_is_compared_with_the_edition_in_force(self, page, author):
        content = clauses(CHINESE[0], (CHINESE[1][0], CHINESE[1][1].replace("三年", "七年")), CHINESE[2])
        desk.edit(author, page, clauses=content)
        revision = PolicyPage.objects.get(pk=page.pk).latest_revision_id
        shown = author.get(address("compare", page.pk, revision)).content.decode()

        assert "five" not in shown
        assert ">五<" in shown or "五</span>" in shown or "五 " in shown
        assert "七" in shown

    def test_wagtails_own_comparison_marks_one_character_and_a_changed_link(self, page, author):
        old = page.latest_revision_id
        body = '<p>伺服器紀錄保存七年，期滿<a href="https://new.example/">刪除</a>。</p>'
        desk.edit(author, page, clauses=clauses(CHINESE[0], (CHINESE[1][0], body), CHINESE[2]))
        new = PolicyPage.objects.get(pk=page.pk).latest_revision_id
        where = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, old, new])
        shown = author.get(where).content.decode()

        assert "https://new.example/" in shown
        deleted = shown.split("<del>")[1].split("</del>")[0]
        assert "五" in deleted
        assert "年" not in deleted


class TestDashboardAndHistory:
    def test_the_dashboard_says_how_each_policy_stands(self, page, author):
        desk.edit(author, page, summary="新摘要")
        content = author.get(reverse("wagtailadmin_home")).content.decode()

        assert "since 2025-03-01" in content
        assert "draft waiting" in content
        assert reverse("avow_policies:record", args=[page.policy_id]) in content

    def test_the_dashboard_shows_what_nothing_was_published_of(self, author):
        make_page("security", title="資訊安全政策")

        assert "Nothing published yet" in author.get(reverse("wagtailadmin_home")).content.decode()

    def test_the_dashboard_is_empty_for_those_who_edit_nothing(self, policy):
        visitors = Group.objects.create(name="Visitors of the admin")
        visitors.permissions.add(Permission.objects.get(codename="access_admin"))
        stranger = desk.make_user("Stranger", group=visitors.name)
        content = desk.sign_in(stranger).get(reverse("wagtailadmin_home")).content.decode()

        assert "policies-dashboard" not in content

    def test_the_history_shows_editions_beside_drafts(self, page, author):
        desk.edit(author, page, summary="新摘要")
        content = author.get(reverse("wagtailadmin_pages:history", args=[page.pk])).content.decode()
        latest = PolicyPage.objects.get(pk=page.pk).latest_revision_id

        assert address("compare", page.pk, latest) in content
        assert "/zh-hant/policies/privacy/compare/1.0...2.0/" in content

    def test_the_history_of_other_pages_is_wagtails(self, page):
        editor = desk.sign_in(desk.make_user("Editor", is_superuser=True))
        where = reverse("wagtailadmin_pages:history", args=[page.get_parent().pk])

        assert "policy-history" not in editor.get(where).content.decode()


class TestSettings:
    @pytest.fixture
    def editor(self):
        return desk.sign_in(desk.make_user("Editor", is_superuser=True))

    def fields(self, policy, **changes):
        return {
            "kind": policy.kind,
            "slug": policy.slug,
            "language_regime": policy.language_regime,
            "prevailing_locale": policy.prevailing_locale,
            "minimum_notice_days": policy.minimum_notice_days,
            "review_due_on": "",
            "hosts": "",
        } | changes

    def test_are_changed(self, policy, editor):
        where = reverse("policy_settings:edit", args=[policy.pk])
        response = desk.post(editor, where, self.fields(policy, minimum_notice_days=30, hosts="a.example,b.example"))

        assert response.status_code == 302
        changed = Policy.objects.get(pk=policy.pk)
        assert (changed.minimum_notice_days, changed.hosts) == (30, ["a.example", "b.example"])

    def test_keep_the_address_and_language_of_a_published_policy(self, policy, editor):
        where = reverse("policy_settings:edit", args=[policy.pk])
        response = desk.post(editor, where, self.fields(policy, slug="elsewhere"))

        assert "slug" in desk.errors_of(response)

    def test_no_policy_is_added_or_deleted_here(self, policy, editor):
        assert editor.get(reverse("policy_settings:add")).status_code == 302
        desk.post(editor, reverse("policy_settings:delete", args=[policy.pk]))

        assert Policy.objects.filter(pk=policy.pk).exists()

    def test_the_agency_is_changed(self, editor):
        card = Agency.objects.create(language="en", name="Agency")
        response = desk.post(
            editor,
            reverse("agency:edit", args=[card.pk]),
            {"language": "en", "name": "Overseas Liaison Administration"},
        )

        assert response.status_code == 302
        assert Agency.objects.get(pk=card.pk).name == "Overseas Liaison Administration"

    def test_approvers_keep_them_and_authors_do_not(self, policy, approver, author):
        where = reverse("policy_settings:edit", args=[policy.pk])
        desk.post(author, where, self.fields(policy, minimum_notice_days=9))
        assert Policy.objects.get(pk=policy.pk).minimum_notice_days == 0
        desk.post(approver, where, self.fields(policy, minimum_notice_days=9))
        assert Policy.objects.get(pk=policy.pk).minimum_notice_days == 9


def test_an_author_begins_a_translation_from_wagtails_own_menu(author):
    page = make_page("security", title="資訊安全政策")
    issue(page)
    english = Locale.objects.get(language_code="en")
    where = reverse("simple_translation:submit_page_translation", args=[page.pk])
    desk.post(author, where, {"locales": [english.pk]})
    translation = PolicyPage.objects.get(locale=english)

    assert translation.policy == page.policy
    assert not translation.live
    assert [clause.key for clause in page_document(translation).clauses] == [key("0"), key("1"), key("2")]
