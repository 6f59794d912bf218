import socket
from contextlib import ExitStack, closing
from urllib.request import urlopen

import pytest


def test_the_browser_reaches_the_site(page):
    assert page.goto("/healthz").status == 200


def test_the_machine_has_chinese_glyphs(browser):
    page = browser.new_page()
    page.set_content("<span id=text>隱私權</span><br><span id=missing>\U000e0fff</span>")
    width = "id => document.getElementById(id).getBoundingClientRect().width"
    # Without a Chinese font each character is drawn as the same box as one that no font has.
    assert page.evaluate(width, "text") == pytest.approx(48, abs=1)
    assert page.evaluate(width, "missing") != pytest.approx(16, abs=1)
    page.close()


def test_idle_connections_do_not_hold_up_readers(site):
    """Browsers open more connections than they use; one for each of the server's workers is soon reached."""
    port = int(site.url.rpartition(":")[2])
    with ExitStack() as idle:
        for _ in range(5):
            idle.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
        assert urlopen(f"{site.url}/healthz", timeout=10).status == 200  # noqa: S310 -- our own address
