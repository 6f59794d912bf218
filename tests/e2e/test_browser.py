import pytest


@pytest.mark.django_db(transaction=True)
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
