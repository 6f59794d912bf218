import pytest

from newsletters.smtp import (
    Accepted,
    AuthenticationError,
    Closed,
    ConnectionLostError,
    Credentials,
    Go,
    MessageError,
    Opened,
    ProtocolError,
    Refused,
    RelayRefusedError,
    Stage,
    StartTls,
    Tls,
    TlsError,
    Uncertain,
    Unsent,
    content_of,
)
from tests.newsletters.smtp.relays import OFFERS, PLAIN_OFFERS
from tests.newsletters.smtp.sessions import envelope, make_session

CONTENT = content_of(b"Subject: x\r\n\r\n.hello\r\n")


def take_out(session):
    data = bytes(session.outgoing)
    if data:
        session.left(len(data))
    return data


def opened(offers=OFFERS, **settings):
    session = make_session(**settings)
    session.receive(b"220 hi\r\n")
    take_out(session)
    assert isinstance(session.receive(offers)[-1], Opened)
    return session


class TestOpening:
    def test_names_itself_and_reads_the_offers(self):
        session = make_session(ehlo_name="mail.avow.example")
        assert session.receive(b"220 hi\r\n") == []
        assert take_out(session) == b"EHLO mail.avow.example\r\n"
        (event,) = session.receive(OFFERS)
        assert event.capabilities.has_pipelining
        assert session.can_offer

    def test_falls_back_to_helo(self):
        session = make_session()
        session.receive(b"220 hi\r\n")
        take_out(session)
        assert session.receive(b"502 what\r\n") == []
        assert take_out(session) == b"HELO localhost\r\n"
        assert isinstance(session.receive(b"250 hi\r\n")[0], Opened)

    @pytest.mark.parametrize("greeting", [b"554 no\r\n", b"421 busy\r\n", b"250 odd\r\n"])
    def test_ends_when_it_is_not_greeted(self, greeting):
        (event,) = make_session().receive(greeting)
        assert isinstance(event.error, RelayRefusedError)

    def test_starts_tls_and_forgets_what_was_offered_before(self):
        session = make_session(tls=Tls.STARTTLS)
        session.receive(b"220 hi\r\n")
        take_out(session)
        session.receive(b"250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
        assert take_out(session) == b"STARTTLS\r\n"
        (event,) = session.receive(b"220 go\r\n")
        assert isinstance(event, StartTls)
        session.tls_started()
        assert session.capabilities.auth == frozenset()
        assert take_out(session) == b"EHLO localhost\r\n"
        assert isinstance(session.receive(b"250 x\r\n")[0], Opened)

    @pytest.mark.parametrize("injected", [b"220 go\r\n250 injected\r\n", b"220 go\r\n250-inj"])
    def test_refuses_words_slipped_in_before_the_handshake(self, injected):
        session = make_session(tls=Tls.STARTTLS)
        session.receive(b"220 hi\r\n")
        take_out(session)
        session.receive(b"250-x\r\n250 STARTTLS\r\n")
        event = session.receive(injected)[-1]
        assert isinstance(event.error, TlsError)

    def test_refuses_a_relay_without_the_tls_it_must_have(self):
        session = make_session(tls=Tls.STARTTLS)
        session.receive(b"220 hi\r\n")
        take_out(session)
        assert isinstance(session.receive(b"250 x\r\n")[0].error, TlsError)

    def test_sends_no_password_in_the_clear_when_starttls_is_missing(self):
        session = make_session(tls=Tls.AUTO, credentials=Credentials("u", "p"))
        session.receive(b"220 hi\r\n")
        take_out(session)
        assert isinstance(session.receive(b"250-x\r\n250 AUTH PLAIN\r\n")[0].error, TlsError)
        assert not session.has_outgoing

    def test_says_plain_in_one_line(self):
        session = make_session(credentials=Credentials("user", "päss"))
        session.receive(b"220 hi\r\n")
        take_out(session)
        session.receive(b"250-x\r\n250 AUTH LOGIN PLAIN\r\n")
        assert take_out(session) == b"AUTH PLAIN AHVzZXIAcMOkc3M=\r\n"
        assert isinstance(session.receive(b"235 ok\r\n")[0], Opened)

    def test_says_login_line_by_line(self):
        session = make_session(credentials=Credentials("user", "pass"))
        session.receive(b"220 hi\r\n")
        take_out(session)
        session.receive(b"250-x\r\n250 AUTH LOGIN\r\n")
        said = [take_out(session)]
        for _ in range(2):
            session.receive(b"334 VXNlcm5hbWU6\r\n")
            said.append(take_out(session))
        assert said == [b"AUTH LOGIN\r\n", b"dXNlcg==\r\n", b"cGFzcw==\r\n"]
        assert isinstance(session.receive(b"235 ok\r\n")[0], Opened)

    @pytest.mark.parametrize(
        ("offer", "reply", "error"),
        [
            (b"250-x\r\n250 AUTH PLAIN\r\n", b"535 5.7.8 no\r\n", AuthenticationError),
            (b"250-x\r\n250 AUTH PLAIN\r\n", b"454 4.7.0 later\r\n", RelayRefusedError),
            (b"250-x\r\n250 AUTH PLAIN\r\n", b"334 more\r\n", AuthenticationError),
            (b"250-x\r\n250 AUTH GSSAPI\r\n", b"", AuthenticationError),
        ],
    )
    def test_ends_when_it_is_not_let_in(self, offer, reply, error):
        session = make_session(credentials=Credentials("user", "secret"))
        session.receive(b"220 hi\r\n")
        take_out(session)
        events = session.receive(offer) + session.receive(reply)
        assert isinstance(events[-1].error, error)
        assert "secret" not in repr(events)


class TestPipelining:
    def test_rides_behind_the_dot_before(self):
        session = opened()
        session.offer(envelope(1), size=len(CONTENT))
        assert take_out(session) == (
            b"MAIL FROM:<b+x@avow.example> SIZE=%d\r\nRCPT TO:<r1@example.org>\r\nDATA\r\n" % len(CONTENT)
        )
        assert session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n") == [Go(1)]
        assert not session.can_offer
        session.send_content(CONTENT)
        session.offer(envelope(2), size=9)
        assert take_out(session) == CONTENT + (
            b"MAIL FROM:<b+x@avow.example> SIZE=9\r\nRCPT TO:<r2@example.org>\r\nDATA\r\n"
        )
        accepted, go = session.receive(b"250 2.0.0 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n")
        assert (accepted.key, go.key) == (1, 2)

    def test_waits_for_each_reply_where_groups_are_not_offered(self):
        session = opened(PLAIN_OFFERS)
        session.offer(envelope(1), size=9)
        said = [take_out(session)]
        for reply in (b"250 ok\r\n", b"250 ok\r\n"):
            assert session.receive(reply) == []
            said.append(take_out(session))
        assert said == [b"MAIL FROM:<b+x@avow.example>\r\n", b"RCPT TO:<r1@example.org>\r\n", b"DATA\r\n"]
        assert session.receive(b"354 go\r\n") == [Go(1)]
        session.send_content(CONTENT)
        assert not session.can_offer
        assert isinstance(session.receive(b"250 ok\r\n")[0], Accepted)
        assert session.can_offer

    @pytest.mark.parametrize("data", [b"503 no recipients\r\n", b"354 go on\r\n"])
    def test_a_refused_recipient_ends_in_one_refusal(self, data):
        session = opened()
        session.offer(envelope(1), size=9)
        take_out(session)
        events = session.receive(b"250 ok\r\n550 5.1.1 unknown\r\n" + data)
        if data.startswith(b"354"):
            assert events == []
            assert take_out(session) == b".\r\n"  # nothing but the dot: no content reaches anybody
            events = session.receive(b"554 no recipients\r\n")
        (refused,) = events
        assert (refused.stage, refused.reply.enhanced) == (Stage.RCPT, "5.1.1")
        session.offer(envelope(2), size=9)
        assert take_out(session).startswith(b"RSET\r\nMAIL FROM")

    def test_leaves_out_what_a_refusal_made_senseless(self):
        session = opened(PLAIN_OFFERS)
        session.offer(envelope(1), size=9)
        take_out(session)
        (refused,) = session.receive(b"451 4.3.0 later\r\n")
        assert refused.stage is Stage.MAIL
        session.offer(envelope(2), size=9)
        assert take_out(session) == b"RSET\r\n"

    @pytest.mark.parametrize(
        ("kept", "settings", "code"),
        [
            (b"250-x\r\n250 SIZE 10\r\n", {"size": 11}, "5.3.4"),
            (b"250 x\r\n", {"size": 9, "is_8bit": True}, "5.6.3"),
            (b"250 x\r\n", {"size": 9, "recipient": "張@example.org"}, "5.6.7"),
        ],
    )
    def test_says_itself_what_the_relay_cannot_take(self, kept, settings, code):
        session = opened(kept)
        recipient = settings.pop("recipient", None)
        (refused,) = session.offer(envelope(1, recipient), **settings)
        assert (refused.stage, refused.reply.enhanced) == (Stage.LOCAL, code)
        assert not session.has_outgoing
        assert session.can_offer

    def test_asks_for_utf8_where_an_address_needs_it(self):
        session = opened(OFFERS.replace(b"250 8BITMIME", b"250-8BITMIME\r\n250 SMTPUTF8"))
        session.offer(envelope(1, "張@例子.example"), size=9)
        first, second, _data = take_out(session).split(b"\r\n", 2)
        assert first.endswith(b" SIZE=9 BODY=8BITMIME SMTPUTF8")
        assert second.decode() == "RCPT TO:<張@例子.example>"


class TestFailures:
    def under_way(self):
        """One message behind its dot, and the next one's envelope behind that."""
        session = opened()
        session.offer(envelope(1), size=9)
        take_out(session)
        session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
        session.send_content(CONTENT)
        session.offer(envelope(2), size=9)
        return session

    def test_what_was_not_sent_to_its_end_did_not_arrive(self):
        session = self.under_way()
        session.left(len(CONTENT) - 1)
        events = session.lose(ConnectionLostError("x"))
        assert [type(event) for event in events] == [Unsent, Unsent, Closed]

    def test_what_may_have_left_to_its_end_is_uncertain(self):
        session = self.under_way()
        session.leaving(len(CONTENT))  # a call that failed, and may have sent it all the same
        events = session.lose(ConnectionLostError("x"))
        assert [(type(event), getattr(event, "key", 0)) for event in events] == [
            (Uncertain, 1),
            (Unsent, 2),
            (Closed, 0),
        ]

    @pytest.mark.parametrize(
        ("said", "kinds"),
        [
            (b"nonsense\r\n", [Uncertain, Unsent, Closed]),
            (b"354 go\r\n", [Uncertain, Unsent, Closed]),
            (b"421 4.3.2 closing\r\n", [Refused, Unsent, Closed]),
            (b"250 ok\r\nnonsense\r\n", [Accepted, Unsent, Closed]),
            (b"250 ok\r\n421 closing\r\n", [Accepted, Refused, Closed]),
            (b"250 ok\r\n250 ok\r\n421 closing\r\n", [Accepted, Refused, Closed]),
            (b"250 ok\r\n334 what\r\n", [Accepted, Unsent, Closed]),
            (b"552 5.3.4 long\r\n250 ok\r\n250 ok\r\n354 go\r\n", [Refused, Go]),
        ],
    )
    def test_types_what_the_relay_says_after_the_dot(self, said, kinds):
        session = self.under_way()
        take_out(session)
        assert [type(event) for event in session.receive(said)] == kinds

    @pytest.mark.parametrize("said", [b"250 hello?\r\n", b"421 idle too long\r\n"])
    def test_ends_when_the_relay_speaks_unasked(self, said):
        session = opened()
        (event,) = session.receive(said)
        assert isinstance(event.error, RelayRefusedError if said.startswith(b"421") else ProtocolError)
        assert session.receive(b"250 more\r\n") == []

    def test_a_refused_reset_ends_the_session(self):
        session = opened()
        session.offer(envelope(1), size=9)
        take_out(session)
        session.receive(b"550 no\r\n503 no\r\n503 no\r\n")
        session.offer(envelope(2), size=9)
        events = session.receive(b"502 what is RSET\r\n")
        assert [type(event) for event in events] == [Unsent, Closed]

    def test_refuses_to_be_misused(self):
        session = opened()
        with pytest.raises(RuntimeError):
            session.send_content(CONTENT)
        session.offer(envelope(1), size=9)
        with pytest.raises(RuntimeError):
            session.offer(envelope(2), size=9)
        with pytest.raises(RuntimeError):
            session.say_quit()
        session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
        with pytest.raises(MessageError):
            session.send_content(b"no end")

    def test_says_farewell(self):
        session = opened()
        session.say_quit()
        assert not session.can_offer
        assert take_out(session) == b"QUIT\r\n"
        assert session.receive(b"221 bye\r\n") == [Closed(None)]


def test_a_relay_that_answers_twice_and_out_of_order_gets_no_second_chance():
    """It can make us send content that nobody takes; the surplus answer ends the session, so that it is one message."""
    session = opened()
    session.offer(envelope(1), size=9)
    take_out(session)
    session.receive(b"450 4.2.0 greylisted\r\n503 5.5.1 no\r\n503 5.5.1 no\r\n")
    session.offer(envelope(2), size=9)
    take_out(session)
    assert session.receive(b"250 reset\r\n250 twice\r\n250 ok\r\n354 early\r\n") == [Go(2)]
    session.send_content(CONTENT)
    session.offer(envelope(3), size=9)
    take_out(session)
    events = session.receive(b"554 5.5.1 no recipients\r\n500 what\r\n500 what\r\n500 what\r\n500 what\r\n")
    assert [type(event) for event in events] == [Refused, Refused, Closed]
