"""Both clients against aiosmtpd, an independent implementation: TLS, passwords, addresses beyond ASCII."""

from contextlib import ExitStack

import pytest
from aiosmtpd.smtp import AuthResult

from newsletters.smtp import (
    Accepted,
    AuthenticationError,
    Credentials,
    Envelope,
    Refused,
    Server,
    SmtpError,
    SmtplibTransport,
    Stage,
    Timeouts,
    Tls,
    TlsError,
    Unsent,
    content_of,
    open_connection,
    send_all,
)
from tests.newsletters.smtp.certificates import make_contexts
from tests.newsletters.smtp.relays import aiosmtpd_relay

QUICK = Timeouts(connect=5, greeting=5, reply=5, final=5, write=5)
CONTENT = content_of("Subject: 測試\r\n\r\n.你好\r\n..\r\n".encode())


@pytest.fixture
def serve():
    with ExitStack() as running:
        yield lambda **options: running.enter_context(aiosmtpd_relay(**options))


@pytest.fixture
def contexts(tmp_path):
    return make_contexts(tmp_path)


def authenticator(server, session, envelope, mechanism, data):
    return AuthResult(handled=False, success=(data.login, data.password) == (b"user", "密碼".encode()))


def by_pipelining(server, envelope):
    connection = open_connection(server, timeouts=QUICK)
    (outcome,) = send_all(connection, [(envelope, CONTENT)])
    connection.drop()
    return outcome


def by_smtplib(server, envelope):
    transport = SmtplibTransport(server, timeouts=QUICK)
    transport.open()
    try:
        return transport.send(envelope, CONTENT, before_content=lambda: True)
    finally:
        transport.close()


both = pytest.mark.parametrize("deliver", [by_pipelining, by_smtplib])
ENVELOPE = Envelope(1, "b+x@avow.example", "reader@example.org")


@both
class TestClients:
    def test_hands_over_the_very_bytes(self, serve, deliver):
        port, keeper = serve()
        assert isinstance(deliver(Server("127.0.0.1", port), ENVELOPE), Accepted)
        content = "Subject: 測試\r\n\r\n.你好\r\n..\r\n".encode()
        assert keeper.kept == [("b+x@avow.example", ["reader@example.org"], content)]

    def test_hands_over_to_addresses_beyond_ascii(self, serve, deliver):
        port, keeper = serve(enable_SMTPUTF8=True)
        assert isinstance(
            deliver(Server("127.0.0.1", port), Envelope(1, "b+x@avow.example", "張三@例子.example")), Accepted
        )
        assert keeper.kept[0][1] == ["張三@例子.example"]

    def test_says_when_the_relay_cannot_reach_them(self, serve, deliver):
        port, keeper = serve(enable_SMTPUTF8=False)
        outcome = deliver(Server("127.0.0.1", port), Envelope(1, "b+x@avow.example", "張三@例子.example"))
        assert isinstance(outcome, Refused)
        assert (outcome.stage, outcome.reply.enhanced) == (Stage.LOCAL, "5.6.7")
        assert keeper.kept == []

    def test_passes_on_a_refusal(self, serve, deliver):
        port, _keeper = serve()
        outcome = deliver(Server("127.0.0.1", port), Envelope(1, "", "unknown@example.org"))
        assert (outcome.stage, outcome.reply.code, outcome.reply.enhanced) == (Stage.RCPT, 550, "5.1.1")

    def test_speaks_starttls_with_a_password(self, serve, deliver, contexts):
        ours, theirs = contexts
        port, keeper = serve(tls_context=ours, require_starttls=True, authenticator=authenticator, auth_required=True)
        server = Server("127.0.0.1", port, Tls.STARTTLS, Credentials("user", "密碼"), context=theirs)
        if deliver is by_smtplib:
            with pytest.raises(AuthenticationError):  # smtplib writes passwords in ASCII only
                deliver(server, ENVELOPE)
            return
        assert isinstance(deliver(server, ENVELOPE), Accepted)
        assert len(keeper.kept) == 1

    def test_speaks_implicit_tls(self, serve, deliver, contexts):
        ours, theirs = contexts
        port, keeper = serve(implicit=ours)
        server = Server("127.0.0.1", port, Tls.IMPLICIT, context=theirs)
        assert isinstance(deliver(server, ENVELOPE), Accepted)
        assert len(keeper.kept) == 1

    @pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.AUTO, Tls.IMPLICIT])
    def test_refuses_a_certificate_that_nobody_vouches_for(self, serve, deliver, contexts, tls):
        ours, _theirs = contexts
        port, keeper = serve(**({"implicit": ours} if tls is Tls.IMPLICIT else {"tls_context": ours}))
        with pytest.raises(TlsError):
            deliver(Server("127.0.0.1", port, tls), ENVELOPE)
        assert keeper.kept == []

    def test_refuses_a_certificate_for_another_host(self, serve, deliver, tmp_path):
        ours, theirs = make_contexts(tmp_path, address="192.0.2.1")
        port, _keeper = serve(tls_context=ours)
        with pytest.raises(TlsError):
            deliver(Server("127.0.0.1", port, Tls.STARTTLS, context=theirs), ENVELOPE)

    def test_refuses_to_go_on_without_tls(self, serve, deliver):
        port, _keeper = serve()
        with pytest.raises(TlsError):
            deliver(Server("127.0.0.1", port, Tls.STARTTLS), ENVELOPE)
        with pytest.raises(TlsError):
            deliver(Server("127.0.0.1", port, Tls.AUTO, Credentials("user", "secret")), ENVELOPE)

    def test_says_that_the_password_is_wrong(self, serve, deliver, contexts):
        ours, theirs = contexts
        port, _keeper = serve(tls_context=ours, authenticator=authenticator, auth_required=True)
        with pytest.raises(AuthenticationError) as raised:
            deliver(Server("127.0.0.1", port, Tls.STARTTLS, Credentials("user", "wrong"), context=theirs), ENVELOPE)
        assert raised.value.reply.code == 535
        assert "wrong" not in str(raised.value)

    def test_says_that_nobody_answers(self, deliver):
        with pytest.raises(SmtpError):
            deliver(Server("127.0.0.1", 1), ENVELOPE)


def test_smtplib_obeys_at_the_intent_point(serve):
    port, keeper = serve()
    transport = SmtplibTransport(Server("127.0.0.1", port), timeouts=QUICK)
    transport.open()
    assert isinstance(transport.send(ENVELOPE, CONTENT, before_content=lambda: False), Unsent)
    assert isinstance(transport.send(ENVELOPE, CONTENT, before_content=lambda: True), Unsent)  # it is closed
    assert keeper.kept == []
