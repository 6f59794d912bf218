import email
import email.policy
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletters.engine.compose import Body, BodyError, Composer, RecipientError
from newsletters.engine.rows import ClaimedRow
from newsletters.links import (
    UnsubscribeLink,
    message_id,
    read_message_id,
    read_return_path,
    read_unsubscribe,
    read_unsubscribe_address,
)
from newsletters.smtp import content_of

NOW = 1_772_416_800.0
DIGEST = "0123456789abcdef" * 4
#: What an independent reader makes of mail. Its defects are faults of ours.
STRICT = email.policy.default.clone(raise_on_defect=True)


def body(**fields):
    defaults = {
        "id": 1,
        "locale": "en",
        "subject": "News of March",
        "html": ['<p>Hello. <a href="', {"value": "unsubscribe_url"}, '">Leave</a></p>'],
        "text": ["Hello.\n.\nLeave: ", {"value": "unsubscribe_url"}, "\nChange: ", {"value": "preferences_url"}, "\n"],
        "headers": {},
        "digest": DIGEST,
        "is_system": False,
        "list_id": "news.agency.example",
    }
    return Body(**(defaults | fields))


def row(**fields):
    defaults = {
        "id": 77,
        "token": 1,
        "mailing_id": 3,
        "body_id": 1,
        "subscriber_id": 5,
        "epoch": 2,
        "topic_id": 4,
        "reference": None,
        "address": "reader@readers.example",
        "destination": "readers.example",
        "lane": 4,
    }
    return ClaimedRow(**(defaults | fields))


def read(message):
    """Read a message as a server and then a mail program do."""
    assert message.content.endswith(b"\r\n.\r\n")
    assert b"\r\n.\r\n" not in message.content[:-5]
    wire = re.sub(rb"(^|\r\n)\.\.", rb"\1.", message.content[:-3])
    assert content_of(wire) == message.content  # dots, line ends and lengths are as the client would have made them
    return email.message_from_bytes(wire, policy=STRICT)


def compose(given_body=None, **fields):
    return Composer(given_body or body()).compose(row(**fields), NOW)


class TestHeaders:
    def test_says_who_what_and_how_to_leave(self, settings):
        settings.WAGTAILADMIN_BASE_URL = "https://policies.example"
        settings.BULLETIN_FROM = "移民署 Agency <bulletins@agency.example>"
        message = compose()
        found = read(message)
        assert found["From"] == "移民署 Agency <bulletins@agency.example>"
        assert found["To"] == "reader@readers.example"
        assert found["Subject"] == "News of March"
        assert found["Date"].datetime.timestamp() == NOW
        assert found["List-Id"] == "<news.agency.example>"
        assert found["List-Help"] == "<https://policies.example/en/bulletins/>"
        assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert found["Auto-Submitted"] is None
        link = UnsubscribeLink(subscriber_id=5, epoch=2, topic_id=4, delivery_id=77)
        url, address = re.fullmatch(
            r"<(https:[^>]+)>, <mailto:([^>?]+)\?subject=unsubscribe>", found["List-Unsubscribe"]
        ).groups()
        assert read_unsubscribe(url.rstrip("/").rpartition("/")[2]) == link
        assert read_unsubscribe_address(address.upper()) == link
        assert read_return_path(message.envelope.sender) == 77

    def test_keeps_list_unsubscribe_in_one_line(self):
        assert re.search(rb"\r\nList-Unsubscribe: <[^\r\n]+>, <mailto:[^\r\n]+>\r\n[^ \t]", compose().content)

    def test_names_the_message_alike_at_every_attempt(self):
        first, again = (
            Composer(body()).compose(row(), NOW),
            Composer(body()).compose(row(token=9, attempt=3), NOW + 999),
        )
        assert read(first)["Message-ID"] == read(again)["Message-ID"] == message_id(77, DIGEST)
        assert read_message_id(message_id(77, DIGEST)) == 77

    @pytest.mark.parametrize(
        "text", ["", "<77@avow.example>", "<x.01234567@avow.example>", "<77.01234567@other.example>"]
    )
    def test_reads_no_other_message_id(self, text):
        assert read_message_id(text) is None

    def test_offers_one_click_by_https_only(self, settings):
        settings.WAGTAILADMIN_BASE_URL = "http://127.0.0.1:8000"
        assert read(compose())["List-Unsubscribe-Post"] is None

    @pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "auto-generated"}])
    def test_marks_system_mail_as_such(self, settings, headers):
        settings.DEFAULT_FROM_EMAIL = "no-reply@agency.example"
        given_body = body(
            is_system=True, headers=headers, text=["Confirm: ", {"value": "confirm_url"}, "\n"], html=["<p>x</p>"]
        )
        found = read(compose(given_body, reference=12, lane=0))
        assert found.get_all("Auto-Submitted") == ["auto-generated"]
        assert found["From"] == "no-reply@agency.example"
        assert [name for name in found if name.startswith("List-")] == []
        assert "/en/bulletins/confirm/" in found.get_body(["plain"]).get_content()

    def test_takes_headers_of_the_body(self):
        given_body = body(headers={"List-Id": "最新消息 <news.agency.example>", "X-Edition": "2.0"})
        found = read(compose(given_body))
        assert found["List-Id"] == "最新消息 <news.agency.example>"
        assert len(found.get_all("List-Id")) == 1
        assert found["X-Edition"] == "2.0"

    def test_a_test_to_nobodys_subscription_leads_to_the_start_page(self):
        found = read(compose(subscriber_id=None))
        assert found["List-Unsubscribe"] is None
        assert "/en/bulletins/" in found.get_body(["plain"]).get_content()

    @pytest.mark.parametrize(
        "fields",
        [
            {"subject": "News\r\nBcc: victim@example.org"},
            {"subject": "News\nX: y"},
            {"subject": "News\x00"},
            {"subject": "News\u2028X: y"},
            {"headers": {"X-Name": "a\r\n\r\nbody"}},
            {"headers": {"X-Name\r\nBcc": "a"}},
            {"headers": {"X Name": "a"}},
            {"headers": {"X-Näme": "a"}},
            {"headers": {"bcc": "a@example.org"}},
            {"headers": {"Content-Type": "text/plain"}},
            {"html": [{"value": "password"}]},
        ],
    )
    def test_refuses_bodies_that_would_say_more_than_they_may(self, fields):
        with pytest.raises(BodyError):
            Composer(body(**fields))

    @pytest.mark.parametrize("sender", ["", "nobody", "a@b.example\r\nBcc: c@d.example", "機關@移民.example"])
    def test_refuses_senders_that_are_none(self, settings, sender):
        settings.BULLETIN_FROM = sender
        with pytest.raises(BodyError):
            Composer(body())

    @pytest.mark.parametrize("address", ["", "a@b.example\r\nBcc: c@d.example", "a@b.example>, <c@d.example"])
    def test_refuses_addresses_that_would_say_more_than_they_may(self, address):
        with pytest.raises(RecipientError) as raised:
            compose(address=address)
        assert not address or address not in str(raised.value)

    def test_refuses_a_confirmation_of_nothing(self):
        with pytest.raises(RecipientError):
            compose(body(html=[{"value": "confirm_url"}]))

    @given(st.text(min_size=1, max_size=300))
    def test_reads_back_any_subject_or_refuses_it(self, subject):
        try:
            composer = Composer(body(subject=subject))
        except BodyError:
            assert re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", subject)
            return
        found = email.message_from_bytes(composer.compose(row(), NOW).content, policy=email.policy.default)
        assert " ".join(found["Subject"].split()) == " ".join(subject.split())
        assert found["To"] == "reader@readers.example"


class TestContent:
    @pytest.mark.parametrize(
        ("locale", "language", "words"),
        [("en", "en", "Hello. " * 400), ("zh-hant", "zh-Hant", "您好，這是最新消息。" * 400)],
    )
    def test_gives_each_reader_their_own_links_in_any_encoding(self, locale, language, words):
        given_body = body(
            locale=locale,
            html=[f'<p lang={language}>{words}<a href="', {"value": "unsubscribe_url"}, f'">x</a>{words}</p>'],
            text=[words, {"value": "preferences_url"}, "\n.\n", words, {"value": "unsubscribe_url"}, "\n"],
        )
        composer = Composer(given_body)
        seen = set()
        for number in (1, 300, 70_000, 2**40):
            found = read(composer.compose(row(id=number, subscriber_id=number), NOW))
            assert found.get_content_type() == "multipart/alternative"
            assert found["Content-Language"] == language
            plain, html = found.get_body(["plain"]), found.get_body(["html"])
            assert (plain["Content-Language"], html["Content-Language"]) == (language, language)
            text, page = plain.get_content(), html.get_content()
            assert text.count(words) == 2
            assert page.count(words) == 2
            url = re.search(r"http\S+/u/\S+?/", text)[0]
            assert f'href="{url}"' in page
            assert read_unsubscribe(url.split("/")[-2]).delivery_id == number
            assert f"/{locale}/bulletins/preferences/" in text
            seen.add(url)
        assert len(seen) == 4

    def test_writes_to_addresses_beyond_ascii(self):
        message = compose(address="張三@xn--fsqu00a.example")
        assert message.is_8bit
        assert message.envelope.needs_smtputf8
        assert "To: 張三@xn--fsqu00a.example\r\n".encode() in message.content

    def test_writes_fast_enough(self):
        """A hundred times slower than it is would still pass: this guards against encoding anew for each reader."""
        words = "您好，這是最新消息。" * 600
        composer = Composer(body(html=[words, {"value": "unsubscribe_url"}, words], text=[words]))
        began = time.process_time()
        for number in range(200):
            composer.compose(row(id=number), NOW)
        assert time.process_time() - began < 2
