"""The outbox of a trial site: its pages run nothing of a mail, and no production site has them."""

from __future__ import annotations

import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from newsletters.outbox.checks import check_outbox_is_closed
from scripts.check import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
LINK = "https://agency.example/en/bulletins/confirm/token/"


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    settings.AVOW_OUTBOX = tmp_path / "outbox"
    return settings.AVOW_OUTBOX


def write(outbox, number=7, *, html="", **headers):
    message = EmailMessage()
    message["Delivered-To"] = message["To"] = "reader@readers.example"
    message["From"] = "bulletins@agency.example"
    message["Subject"] = headers.pop("subject", "確認訂閱")
    message["List-Unsubscribe"] = f"<{LINK}>"
    message.set_content(f"Confirm: {LINK}\n")
    message.add_alternative(html or f'<html><head></head><body><a href="{LINK}">Confirm</a></body></html>', "html")
    outbox.mkdir(exist_ok=True)
    (outbox / f"{number}.eml").write_bytes(message.as_bytes())


class TestOutbox:
    def test_is_empty_at_first(self, client):
        assert "Nothing has been sent yet" in client.get("/outbox/").content.decode()

    def test_lists_mail_newest_first_and_nothing_else(self, client, outbox):
        for number, subject in ((1, "First"), (2, "Second")):
            write(outbox, number, subject=subject)
            os.utime(outbox / f"{number}.eml", (number, number))
        (outbox / ".3.eml.part").write_bytes(b"x")
        (outbox / "notes.eml").write_bytes(b"x")
        page = client.get("/outbox/").content.decode()
        assert page.index("Second") < page.index("First")
        assert page.count("/outbox/") == 2

    def test_shows_a_message_with_its_links(self, client, outbox):
        write(outbox)
        page = client.get("/outbox/7/").content.decode()
        assert "確認訂閱" in page
        assert page.count(f'href="{LINK}"') == 2  # in the text and in List-Unsubscribe
        assert 'src="/outbox/7/html/"' in page
        assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page

    def test_speaks_chinese(self, client, outbox):
        write(outbox)
        page = client.get("/outbox/7/", headers={"accept-language": "zh-TW"}).content.decode()
        assert "寄件匣" in page

    def test_runs_nothing_that_a_mail_brings(self, client, outbox):
        write(outbox, html="<script>alert(1)</script><img src=x onerror=alert(2)>", subject="<script>alert(3)</script>")
        response = client.get("/outbox/7/html/")
        policy = response["Content-Security-Policy"]
        assert "sandbox allow-popups" in policy
        assert "allow-scripts" not in policy
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        page = client.get("/outbox/7/").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(3)" in page
        assert "frame-src 'self'" in client.get("/outbox/7/")["Content-Security-Policy"]

    @pytest.mark.django_db
    @pytest.mark.parametrize("path", ["/outbox/99/", "/outbox/99/html/", "/outbox/..%2f7/", "/outbox/x/"])
    def test_what_is_not_there_is_not_found(self, client, path):
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize(
        "data", [b"", b"\xff\xfe\x00" * 500, b"Content-Type: multipart/mixed; boundary=x\n\n--x\n"]
    )
    def test_garbage_is_shown_as_well_as_it_can_be(self, client, outbox, data):
        outbox.mkdir()
        (outbox / "5.eml").write_bytes(data)
        for path in ("/outbox/", "/outbox/5/", "/outbox/5/html/"):
            assert client.get(path).status_code == 200

    def test_nothing_is_posted(self, client):
        assert client.post("/outbox/").status_code == 405


class TestDeployment:
    def test_a_site_with_the_pages_is_not_deployed(self):
        assert [error.id for error in check_outbox_is_closed(None)] == ["newsletters.E001"]
        assert "newsletters.E001" in {error.id for error in run_checks(include_deployment_checks=True)}

    @pytest.mark.urls("tests.newsletters.no_urls")
    def test_without_the_pages_it_is(self):
        with override_settings(AVOW_SHOWS_OUTBOX=False):
            assert check_outbox_is_closed(None) == []

    def test_production_has_no_such_page(self):
        code = (
            "import django; django.setup()\n"
            "from django.urls import resolve, Resolver404\n"
            "try: resolve('/outbox/')\n"
            "except Resolver404: print('closed')\n"
        )
        process = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=os.environ | PRODUCTION, capture_output=True, text=True
        )
        assert process.stdout == "closed\n", process.stderr
