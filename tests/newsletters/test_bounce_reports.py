"""Reading of reports: plain Python, whatever comes."""

from __future__ import annotations

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletters.bounces import mime
from newsletters.bounces.reports import Form, read_report, shorten
from tests.newsletters import bounce_messages as messages

PATH = "b+aeaqcmfz@bounces.agency.example"


class TestReadReport:
    def test_reads_postfix(self):
        report = read_report(messages.postfix(PATH))
        assert (report.form, report.status, report.smtp_code, report.is_sure) == (Form.FAILURE, "5.1.1", 550, True)
        assert report.diagnostic.startswith("550 5.1.1 <…>: Recipient address rejected")
        assert report.return_paths[0] == PATH

    def test_reads_exchange_and_not_the_report_that_the_returned_message_holds(self):
        report = read_report(messages.exchange(PATH))
        assert (report.form, report.status) == (Form.FAILURE, "5.1.10")

    @pytest.mark.parametrize("encoding", ["8bit", "base64"])
    def test_reads_international_reports(self, encoding):
        report = read_report(messages.international(PATH, encoding=encoding))
        assert (report.form, report.status) == (Form.FAILURE, "5.1.1")
        assert report.diagnostic == "550 5.1.1 <…>: 查無此人"

    def test_reads_windows_line_ends(self):
        report = read_report(messages.postfix(PATH).replace(b"\n", b"\r\n"))
        assert (report.form, report.status, report.return_paths[0]) == (Form.FAILURE, "5.1.1", PATH)

    def test_a_text_of_a_mail_server_is_a_guess(self):
        report = read_report(messages.qmail(PATH))
        assert (report.form, report.status, report.is_sure) == (Form.UNREADABLE, "5.1.1", False)
        assert report.diagnostic == "Remote host said: 550 5.1.1 No such user"

    def test_a_guess_does_not_read_the_returned_message(self):
        report = read_report(messages.qmail(PATH, said="no"))
        assert (report.status, report.diagnostic) == ("", "")

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "nonsense"])
    def test_only_failures_are_failures(self, action):
        assert read_report(messages.postfix(PATH, action=action)).form is Form.NOTICE

    def test_an_alias_of_which_one_member_was_reached_works(self):
        reached = "\nFinal-Recipient: rfc822; other@readers.example\nAction: relayed\nStatus: 2.0.0\n"
        assert read_report(messages.postfix(PATH, extra_recipient=reached)).form is Form.NOTICE

    @pytest.mark.parametrize(
        ("kind", "form"),
        [("abuse", Form.COMPLAINT), ("not-spam", Form.AUTOMATIC), ("auth-failure", Form.AUTOMATIC)],
    )
    def test_reads_complaints(self, kind, form):
        link = "https://agency.example/u/token/"
        report = read_report(messages.complaint(mail_from=PATH, link=link, kind=kind))
        assert report.form is form
        assert PATH in report.return_paths
        assert report.links == (link,)

    def test_automatic_replies_are_no_bounces(self):
        assert read_report(messages.vacation(PATH)).form is Form.AUTOMATIC

    @pytest.mark.parametrize(
        "field", ["Auto-Submitted: auto-generated", "Precedence: bulk", "X-Autoreply: yes", "List-Id: <a.example>"]
    )
    def test_each_mark_of_an_automatic_reply_counts(self, field):
        marked = messages.letter(PATH).replace(b"Subject:", field.encode() + b"\nSubject:")
        assert read_report(marked).form is Form.AUTOMATIC

    def test_letters_are_for_people(self):
        assert read_report(messages.letter(PATH)).form is Form.LETTER

    def test_receipts_are_automatic(self):
        receipt = messages.postfix(PATH).replace(b"delivery-status", b"disposition-notification")
        assert read_report(receipt).form is Form.AUTOMATIC

    def test_the_recipient_of_the_envelope_comes_first(self):
        assert read_report(messages.postfix("other@agency.example"), recipient=PATH).return_paths[0] == PATH

    def test_a_report_that_was_cut_off_is_read_as_far_as_it_goes(self):
        data = messages.postfix(PATH)
        cut = data[: data.index(b"Content-Description: Undelivered")]
        assert read_report(cut).status == "5.1.1"

    def test_no_address_is_kept(self):
        assert shorten("550 <a.b+c@readers.example> 王@讀者.example\x00\x1b[2J unknown") == "550 <…> …[2J unknown"


def nested(depth: int) -> bytes:
    """Return a message in a message in a message, each of them a multipart."""
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )
    return head + b"Content-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n"


BOMBS = {
    "nested multiparts": nested(20_000),
    "nested messages": b"Content-Type: message/rfc822\n\n" * 40_000,
    "many parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * 100_000,
    "empty parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 400_000,
    "one header of a megabyte": b"Subject: " + b"a" * 2_000_000,
    "many headers": b"To: a@b.example\n" * 200_000,
    "a long content type": b"Content-Type: multipart/report; " + b'a="x;";' * 300_000 + b"\n\n--b\n",
    "quotes in a content type": b'Content-Type: multipart/report; a="' + b'\\";' * 600 + b"\n\n",
    "folded for ever": b"Subject: a" + b"\n b" * 500_000,
    "one line of at signs": b"To: " + b"@" * 1_000_000,
    "one line of letters": b"To: " + b"a" * 60_000 + b"\n\n",
    "blank lines": b"\n" * 1_000_000,
    "lines of blanks": (b"\n" + b" " * 1000) * 1000,
    "many status blocks": b"Content-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * 60_000,
    "broken base64": (
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + b"=A=" * 300_000
    ),
    "a boundary of stars": b'Content-Type: multipart/mixed; boundary="' + b"*" * 200 + b'"\n\n' + b"--*" * 300_000,
    "no bytes": b"",
    "zeros": b"\0" * 1_000_000,
}


class TestBombs:
    @pytest.mark.parametrize("name", BOMBS)
    def test_take_bounded_work(self, name):
        began = time.process_time()
        read_report(BOMBS[name])
        # Generous, for a busy machine: work that grew with the square of a megabyte would take hours.
        assert time.process_time() - began < 5

    def test_a_report_below_the_depth_is_not_found(self):
        assert read_report(nested(3)).form is Form.FAILURE
        assert read_report(nested(6)).form is Form.LETTER

    def test_fifty_megabytes_are_read_away_and_not_kept(self):
        stream = io.BytesIO(messages.postfix(PATH) + b"x" * 50 * 1024 * 1024)
        data = mime.read_stream(stream)
        assert len(data) == mime.LARGEST
        assert stream.read() == b""
        assert read_report(data).status == "5.1.1"

    @given(st.binary(max_size=2000))
    def test_any_bytes_are_read(self, data):
        read_report(data)

    @given(st.data())
    def test_a_report_with_any_bytes_put_in_is_read(self, data):
        report = messages.postfix(PATH)
        position = data.draw(st.integers(0, len(report)))
        length = data.draw(st.integers(0, 200))
        read_report(report[:position] + data.draw(st.binary(max_size=100)) + report[position + length :])
