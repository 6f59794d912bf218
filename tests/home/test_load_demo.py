"""The demo agency on a real database: what its readers and editors are promised in the README."""

from __future__ import annotations

import stat

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.dates import today
from home.demo.source import POLICY_SLUGS, load_policy
from members.models import User
from newsletters.articles import Article
from newsletters.choices import MailingKind, MailingState
from newsletters.link_checks import check_links
from newsletters.models import Delivery, Mailing, MailingBody
from newsletters.services.alerts import recover_alerts
from policies.models import Edition, NoteCorrection, Policy
from policies.selectors import find_current
from policies.services import verify_policy


@pytest.fixture
def demo(db, monkeypatch):
    monkeypatch.setenv("AVOW_DEMO_PASSWORD", "a passphrase for tests")
    call_command("load_demo")


@pytest.mark.usefixtures("demo")
class TestLoadDemo:
    def test_every_edition_is_issued_as_its_file_says_and_nothing_is_loaded_twice(self):
        for slug in POLICY_SLUGS:
            told = load_policy(slug).editions
            issued = Edition.objects.filter(policy__slug=slug).with_applies_from().order_by("major", "minor")
            assert [edition.number for edition in issued] == [edition.number for edition in told]
            assert [edition.applies_from for edition in issued] == [edition.settled_effective_from for edition in told]
            assert list(verify_policy(Policy.objects.get(slug=slug))) == []
        sent = Mailing.objects.count()
        call_command("load_demo")
        assert Mailing.objects.count() == sent
        assert Edition.objects.count() == sum(len(load_policy(slug).editions) for slug in POLICY_SLUGS)

    def test_shows_what_the_record_can_hold(self):
        privacy = find_current(slug="privacy", language="en", on=today())
        assert privacy.in_force.number == "4.1"
        assert [edition.number for edition in privacy.announced] == ["5.0"]
        assert find_current(slug="website-cookies", language="zh-hant", on=today()).is_withdrawn
        assert NoteCorrection.objects.exists()
        assert User.objects.get(email="lin.shuyu@ola.example").check_password("a passphrase for tests")
        assert not User.objects.get(email="hsu.wenhsiung@ola.example").is_active

    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    def test_bulletins_of_the_past_can_be_read_and_were_sent_to_nobody(self, client, language):
        bulletins = Mailing.objects.filter(kind=MailingKind.BULLETIN)
        assert [mailing.state for mailing in bulletins] == [MailingState.DONE] * 2
        assert not Delivery.objects.exists()
        for mailing in bulletins:
            page = client.get(f"/{language}/bulletins/{mailing.pk}/").content.decode()
            assert mailing.bodies.get(locale=language).subject in page
        assert client.get(f"/{language}/bulletins/topics/policy-news/").status_code == 200

    def test_links_of_bulletins_lead_somewhere(self):
        for body in MailingBody.objects.all():
            found = check_links(Article.from_data(body.article).links)
            assert [link.url for link in found if link.finding != "works"] == []

    def test_the_past_of_the_demo_is_no_news(self):
        recover_alerts(at=timezone.now())

        assert not Mailing.objects.filter(kind=MailingKind.ALERT).exists()


class TestPassword:
    @pytest.mark.django_db
    def test_is_made_once_and_kept_for_its_owner_alone(self, tmp_path, settings, monkeypatch, capsys):
        monkeypatch.delenv("AVOW_DEMO_PASSWORD", raising=False)
        monkeypatch.delenv("AVOW_DEMO_FACTOR", raising=False)
        monkeypatch.setattr(
            "home.management.commands.load_demo.load", lambda **kwargs: passwords.append(kwargs) or Loaded
        )
        settings.BASE_DIR = tmp_path
        passwords: list[dict[str, str]] = []
        call_command("load_demo")
        call_command("load_demo")
        path = tmp_path / ".avow" / "demo-password"
        factor = tmp_path / ".avow" / "demo-factor"
        kept = {"password": path.read_text().strip(), "factor": factor.read_text().strip()}
        assert passwords[0] == passwords[1] == kept
        assert {stat.S_IMODE(each.stat().st_mode) for each in (path, factor)} == {0o600}
        said = capsys.readouterr().out
        assert passwords[0]["password"] in said
        assert passwords[0]["factor"] in said

    def test_production_refuses_the_demo(self, settings):
        settings.AVOW_ALLOW_DEMO = False
        for command in ("load_demo", "demo_code"):
            with pytest.raises(CommandError, match="production"):
                call_command(command)


class Loaded:
    policies = editions = bulletins = terms = 0
