"""The client against servers on real sockets, each with a way to fail."""

import ssl
import time

import pytest

from newsletters.smtp import (
    Accepted,
    ConnectError,
    ConnectionLostError,
    Envelope,
    ProtocolError,
    Refused,
    RelayRefusedError,
    RelaySilentError,
    Server,
    Stage,
    Timeouts,
    Tls,
    Uncertain,
    Unsent,
    content_of,
    open_connection,
    send_all,
)
from tests.newsletters.smtp.relays import hear, open_script, say, scripted_relay

CONTENT = content_of(b"Subject: hello\r\n\r\nhello\r\n")
LARGE = content_of(b"Subject: x\r\n\r\n" + (b"x" * 76 + b"\r\n") * 200_000)
QUICK = Timeouts(connect=2, greeting=0.4, reply=0.4, final=0.4, write=0.4)
END = b"\r\n.\r\n"


def messages(count, content=CONTENT):
    return [(Envelope(key, "b+x@avow.example", f"r{key}@example.org"), content) for key in range(1, count + 1)]


def deliver(script, count=1, content=CONTENT, **options):
    """Return what becomes of `count` messages at a relay that plays `script` after its opening."""

    def whole(sock):
        open_script(sock)
        script(sock)

    with scripted_relay(whole) as port:
        connection = open_connection(Server("127.0.0.1", port, tls=Tls.NONE), timeouts=QUICK)
        try:
            return list(send_all(connection, messages(count, content), **options))
        finally:
            connection.drop()


def take_one(sock, dot=b"250 2.0.0 queued\r\n", before=b""):
    hear(sock, b"DATA\r\n")
    say(sock, before + b"250 ok\r\n250 ok\r\n354 go\r\n")
    hear(sock, END)
    say(sock, dot)


class TestOpening:
    def test_says_who_is_not_there(self):
        with pytest.raises(ConnectError):
            open_connection(Server("127.0.0.1", 1), timeouts=QUICK)

    def test_says_what_cannot_be_found(self):
        with pytest.raises(ConnectError):
            open_connection(Server("no-such-host.invalid", 25), timeouts=QUICK)

    def test_does_not_wait_for_ever_for_a_greeting(self):
        began = time.monotonic()
        with scripted_relay(lambda sock: sock.recv(1)) as port, pytest.raises(RelaySilentError):
            open_connection(Server("127.0.0.1", port), timeouts=QUICK)
        assert time.monotonic() - began < 3

    @pytest.mark.parametrize(
        ("greeting", "error"),
        [
            (b"554 5.7.1 go away\r\n", RelayRefusedError),
            (b"SSH-2.0-OpenSSH_9.2\r\n", ProtocolError),
            (b"220 half a gree", ConnectionLostError),
            (b"", ConnectionLostError),
        ],
    )
    def test_types_a_bad_greeting(self, greeting, error):
        with scripted_relay(lambda sock: say(sock, greeting)) as port, pytest.raises(error):
            open_connection(Server("127.0.0.1", port), timeouts=QUICK)

    def test_a_plain_server_is_no_implicit_tls(self):
        with scripted_relay(lambda sock: say(sock, b"220 plain\r\n")) as port:
            server = Server("127.0.0.1", port, tls=Tls.IMPLICIT, context=ssl.create_default_context())
            with pytest.raises(Exception, match="TLS could not be started"):
                open_connection(server, timeouts=QUICK)


class TestSending:
    def test_sends_one_behind_the_other(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n250 ok\r\n354 go\r\n")
            for number in (1, 2):
                heard = hear(
                    sock,
                    END
                    + b"MAIL FROM:<b+x@avow.example> SIZE=%d\r\n" % len(CONTENT)
                    + b"RCPT TO:<r%d@example.org>\r\nDATA\r\n" % (number + 1),
                )
                assert heard.startswith(CONTENT)
                say(sock, b"250 2.0.0 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n")
            hear(sock, END)
            say(sock, b"250 2.0.0 queued\r\n")

        outcomes = deliver(script, count=3)
        assert [(type(outcome), outcome.key) for outcome in outcomes] == [(Accepted, 1), (Accepted, 2), (Accepted, 3)]

    def test_reads_replies_that_come_byte_by_byte(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            for byte in b"250-a\r\n250 ok\r\n250 ok\r\n354 go\r\n":
                say(sock, bytes([byte]))
                time.sleep(0.005)
            hear(sock, END)
            say(sock, b"250 2.0.0 queued\r\n")

        assert [type(outcome) for outcome in deliver(script)] == [Accepted]

    def test_goes_on_after_a_refusal(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n450 4.2.0 greylisted\r\n503 no recipient\r\n")
            take_one(sock, before=b"250 reset\r\n")

        refused, accepted = deliver(script, count=2)
        assert (refused.stage, refused.reply.enhanced, accepted.key) == (Stage.RCPT, "4.2.0", 2)

    def test_calls_before_the_content_and_obeys(self):
        seen = []

        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n250 ok\r\n354 go\r\n")
            seen.append(sock.recv(100))

        (outcome,) = deliver(script, before_content=lambda _key: False)
        assert isinstance(outcome, Unsent)
        assert seen == [b""]


class TestFailures:
    def test_a_drop_before_the_content_is_safe(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n250 ok\r\n")

        assert [type(outcome) for outcome in deliver(script)] == [Unsent]

    def test_a_drop_after_the_dot_is_uncertain(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n250 ok\r\n354 go\r\n")
            hear(sock, END)

        assert [type(outcome) for outcome in deliver(script)] == [Uncertain]

    def test_half_a_reply_after_the_dot_is_uncertain(self):
        assert [type(outcome) for outcome in deliver(lambda sock: take_one(sock, dot=b"250 2.0.0 que"))] == [Uncertain]

    def test_silence_after_the_dot_is_uncertain(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n250 ok\r\n354 go\r\n")
            hear(sock, END)
            sock.recv(1)

        (outcome,) = deliver(script)
        assert isinstance(outcome, Uncertain)
        assert isinstance(outcome.error, RelaySilentError)

    def test_a_relay_that_stops_reading_has_not_got_the_message(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n250 ok\r\n354 go\r\n")
            sock.recv(10)
            time.sleep(2.5)  # our closing does not show here: it stands behind what was not read

        (outcome,) = deliver(script, content=LARGE)
        assert isinstance(outcome, Unsent)
        assert isinstance(outcome.error, RelaySilentError)

    def test_a_drop_in_the_middle_of_the_content_is_safe(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n250 ok\r\n354 go\r\n")
            sock.recv(10)

        (outcome,) = deliver(script, content=LARGE)
        assert isinstance(outcome, Unsent)

    def test_the_end_leaves_the_rest_to_others(self):
        def script(sock):
            hear(sock, b"DATA\r\n")
            say(sock, b"250 ok\r\n250 ok\r\n354 go\r\n")
            hear(
                sock,
                END + b"MAIL FROM:<b+x@avow.example> SIZE=%d\r\nRCPT TO:<r2@example.org>\r\nDATA\r\n" % len(CONTENT),
            )
            say(sock, b"421 4.3.2 closing\r\n")

        outcomes = deliver(script, count=5)
        assert [(type(outcome), outcome.key) for outcome in outcomes] == [(Refused, 1), (Unsent, 2)]
