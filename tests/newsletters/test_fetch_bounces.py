"""Reports in a mailbox: recorded, then deleted, and never the other way round."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from cms.mail import MailboxSettings
from newsletters.links import return_path
from newsletters.management.commands import fetch_bounces
from newsletters.models import Bounce
from tests.certificates import make_certificate
from tests.factories.newsletters import make_delivery
from tests.imap_server import Folder, imap_server
from tests.newsletters import bounce_messages as messages


def fetch(settings, port: int, *, tls: str = "none", **options) -> str:
    settings.BOUNCE_MAILBOX = MailboxSettings(
        host="127.0.0.1", port=port, user='a "user"', password="secret", folder="INBOX/bounces", tls=tls
    )
    out = io.StringIO()
    call_command("fetch_bounces", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def folder():
    return Folder()


@pytest.mark.django_db
class TestFetchBounces:
    def test_records_and_deletes(self, settings, folder):
        delivery = make_delivery()
        path = return_path(delivery.pk)
        for data in (messages.postfix(path), messages.postfix(path), messages.vacation(path), b"\xff\xfe"):
            folder.put(data)
        letter = folder.put(messages.letter(path))
        with imap_server(folder) as port:
            said = fetch(settings, port)
            again = fetch(settings, port)

        assert said == "1 recorded, 1 known before, 0 to unsubscribe, 1 of no effect, 2 left for people.\n"
        assert again == "0 recorded, 0 known before, 0 to unsubscribe, 0 of no effect, 0 left for people.\n"
        assert Bounce.objects.get().delivery == delivery
        assert letter in folder.messages
        assert folder.flags[letter] == {r"\Flagged"}
        assert len(folder.messages) == 2

    def test_without_uidplus_they_go_when_the_folder_is_closed(self, settings):
        folder = Folder(capabilities="IMAP4rev1")
        folder.put(messages.postfix(return_path(make_delivery().pk)))
        with imap_server(folder) as port:
            fetch(settings, port)
        assert folder.messages == {}
        assert "EXPUNGE" not in folder.log

    def test_nothing_is_deleted_when_it_could_not_be_recorded(self, settings, folder, monkeypatch):
        folder.put(messages.postfix(return_path(make_delivery().pk)))

        def fail(**_options):
            raise OperationalError

        monkeypatch.setattr(fetch_bounces, "take_in", fail)
        with imap_server(folder) as port, pytest.raises(CommandError, match="Nothing that is not recorded was deleted"):
            fetch(settings, port)
        assert len(folder.messages) == 1
        assert "STORE" not in folder.log

    def test_a_connection_that_breaks_before_the_deletion_costs_nothing(self, settings, folder):
        folder.put(messages.postfix(return_path(make_delivery().pk)))
        folder.hangs_up_at = "STORE"
        with imap_server(folder) as port:
            with pytest.raises(CommandError, match="it broke off"):
                fetch(settings, port)
            folder.hangs_up_at = ""
            assert "1 known before" in fetch(settings, port)
        assert (Bounce.objects.count(), folder.messages) == (1, {})

    def test_a_limit_leaves_the_newest(self, settings, folder):
        oldest, newest = (folder.put(b"From: mailer-daemon@x.example\n\n%d" % number) for number in range(2))
        with imap_server(folder) as port:
            fetch(settings, port, limit=1)
        assert list(folder.messages) == [newest]
        assert oldest < newest

    def test_only_the_beginning_of_a_huge_message_is_fetched(self, settings, folder):
        delivery = make_delivery()
        folder.put(messages.postfix(return_path(delivery.pk)) + b"x" * 5_000_000)
        with imap_server(folder) as port:
            fetch(settings, port)
        assert Bounce.objects.get().delivery == delivery

    @pytest.mark.parametrize(("tls", "is_implicit"), [("starttls", False), ("implicit", True)])
    def test_speaks_tls(self, settings, tmp_path, monkeypatch, tls, is_implicit):
        certificate = make_certificate(tmp_path)
        folder = Folder(certificate=certificate, is_implicit=is_implicit, capabilities="IMAP4rev1 UIDPLUS STARTTLS")
        folder.put(messages.postfix("x@agency.example"))
        with imap_server(folder) as port:
            with pytest.raises(CommandError, match="cannot be read"):  # nobody vouches for the certificate
                fetch(settings, port, tls=tls)
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            assert "1 recorded" in fetch(settings, port, tls=tls)

    @pytest.mark.parametrize(
        ("command", "reason"),
        [("LOGIN", "it refused us"), ("SELECT", "it has no such folder"), ("SEARCH", "it refused SEARCH")],
    )
    def test_a_refusal_is_told_without_what_the_server_quotes(self, settings, folder, command, reason):
        folder.put(messages.letter("x@agency.example"))
        folder.refuses = frozenset({command})
        with imap_server(folder) as port, pytest.raises(CommandError, match=reason) as refusal:
            fetch(settings, port)
        assert "secret" not in str(refusal.value)

    def test_no_server(self, settings):
        with pytest.raises(CommandError, match="Connection refused"):
            fetch(settings, 1)

    def test_no_mailbox_is_set(self, settings):
        settings.BOUNCE_MAILBOX = None
        with pytest.raises(CommandError, match="BOUNCE_IMAP_URL is not set"):
            call_command("fetch_bounces")
