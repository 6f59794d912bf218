"""What a Postfix log proves about uncertain messages."""

from __future__ import annotations

import gzip
import io
import time

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import ModelLogEntry

from newsletters.choices import DeliveryState
from newsletters.links import message_id, return_path
from newsletters.relay_log import find_traces
from tests.factories.newsletters import make_delivery


def lines(number, *, queue_id="4Zx0000000", taken=True, sender="", status="sent", code="2.0.0", identity=""):
    """Return what Postfix logs of one message."""
    named = identity or message_id(number, "0" * 64)
    head = "Nov 24 10:00:00 mx"
    found = [f"{head} postfix/cleanup[31]: {queue_id}: message-id={named}"]
    if taken:
        found += [
            f"{head} postfix/qmgr[9]: {queue_id}: from=<{sender or return_path(number)}>, size=2048, nrcpt=1 (queue active)",
            f"{head} postfix/smtp[32]: {queue_id}: to=<reader@readers.example>, relay=mx.readers.example[192.0.2.1]:25, "
            f"delay=0.4, delays=0.1/0/0.2/0.1, dsn={code}, status={status} (250 2.0.0 Ok)",
            f"{head} postfix/qmgr[9]: {queue_id}: removed",
        ]
    return "\n".join(found).encode() + b"\n"


def traces(data, *numbers):
    return find_traces(io.BytesIO(data), frozenset(numbers))


class TestFindTraces:
    def test_a_message_in_the_queue_was_accepted(self):
        found = traces(lines(7, status="bounced", code="5.1.1"), 7)
        assert (found[7].queue_id, found[7].status, found[7].code) == ("4Zx0000000", "bounced", "5.1.1")

    def test_a_message_that_only_came_in_was_not(self):
        assert traces(lines(7, taken=False), 7) == {}

    def test_a_rewritten_return_path_leaves_the_message_id(self):
        assert 7 in traces(lines(7, sender="relay@agency.example"), 7)

    def test_neither_our_path_nor_our_message_id_is_nothing(self):
        assert traces(lines(7, sender="x@y.example", identity="<other@y.example>"), 7) == {}

    def test_the_return_path_counts_for_more_than_the_message_id(self):
        assert set(traces(lines(7, sender=return_path(8)), 7, 8)) == {8}

    def test_what_is_not_asked_for_is_left_out(self):
        assert traces(lines(7), 8) == {}

    def test_the_last_attempt_counts(self):
        data = lines(7, status="deferred", code="4.4.1") + lines(7)
        assert traces(data, 7)[7].status == "sent"

    def test_other_instances_and_syslog_formats_are_read(self):
        data = (
            lines(7)
            .replace(b"postfix/", b"postfix-out/submission/")
            .replace(b"Nov 24 10:00:00", b"2026-11-24T10:00:00+08:00")
        )
        assert 7 in traces(data, 7)

    @given(st.lists(st.binary(max_size=200), max_size=20))
    def test_garbage_between_the_lines_changes_nothing(self, garbage):
        noise = [line.replace(b"\n", b" ") for line in garbage]
        data = b"\n".join([*noise, lines(7), *noise])
        assert set(traces(data, 7)) == {7}

    @pytest.mark.parametrize(
        "line",
        [
            b"postfix/qmgr[1]: " + b"A" * 5_000_000,
            b"postfix/qmgr[1]: AAAAA: from=<" + b"a" * 5_000_000,
            b"postfix/smtp[1]: AAAAA: to=<a@b.example>, " + b"dsn=2.0.0, " * 300_000,
            b"postfix/" * 500_000,
        ],
    )
    def test_long_lines_take_bounded_work(self, line):
        began = time.process_time()
        traces(line + b"\n" + lines(7), 7)
        assert time.process_time() - began < 5


@pytest.mark.django_db
class TestReconcile:
    def run(self, *arguments, **options):
        out = io.StringIO()
        call_command("reconcile_mail_log", *map(str, arguments), stdout=out, **options)
        return out.getvalue()

    def test_settles_what_the_log_knows_and_nothing_else(self, tmp_path):
        known, unknown = (make_delivery(state=DeliveryState.UNCERTAIN) for _number in range(2))
        accepted = make_delivery(reply="250 ok")
        log = tmp_path / "mail.log"
        log.write_bytes(lines(known.pk) + lines(accepted.pk, queue_id="4Zx0000001"))
        assert "1 of 2" in self.run(log, dry_run=True)
        known.refresh_from_db()
        assert known.state == DeliveryState.UNCERTAIN

        assert self.run(log) == "1 of 2 uncertain messages are settled as accepted.\n"
        for row in (known, unknown, accepted):
            row.refresh_from_db()
        assert (known.state, known.reply) == (
            DeliveryState.ACCEPTED,
            "Settled by the relay’s log: 4Zx0000000, sent (2.0.0)",
        )
        assert (unknown.state, accepted.reply) == (DeliveryState.UNCERTAIN, "250 ok")
        assert ModelLogEntry.objects.get().data["count"] == 1
        assert self.run(log) == "0 of 1 uncertain messages are settled as accepted.\n"

    def test_reads_packed_logs_and_several(self, tmp_path):
        rows = [make_delivery(state=DeliveryState.UNCERTAIN) for _number in range(2)]
        (tmp_path / "mail.log").write_bytes(lines(rows[0].pk))
        (tmp_path / "mail.log.1.gz").write_bytes(gzip.compress(lines(rows[1].pk)))
        assert "2 of 2" in self.run(tmp_path / "mail.log", tmp_path / "mail.log.1.gz")

    @pytest.mark.parametrize(
        ("name", "data"), [("none.log", None), ("cut.gz", gzip.compress(b"x" * 999, mtime=0)[:20]), ("no.gz", b"no")]
    )
    def test_what_cannot_be_read_settles_nothing(self, tmp_path, name, data):
        row = make_delivery(state=DeliveryState.UNCERTAIN)
        (tmp_path / "good.log").write_bytes(lines(row.pk))
        if data is not None:
            (tmp_path / name).write_bytes(data)
        with pytest.raises(CommandError, match="Nothing was settled"):
            self.run(tmp_path / "good.log", tmp_path / name)
        row.refresh_from_db()
        assert row.state == DeliveryState.UNCERTAIN
