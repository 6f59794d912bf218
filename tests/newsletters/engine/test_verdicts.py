import pytest

from newsletters.engine.judging import Judge
from newsletters.engine.options import EngineOptions
from newsletters.engine.relays import Relay
from newsletters.engine.sentences import sentence, without_addresses
from newsletters.engine.verdicts import Scope, Verdict, judge, retry_delay
from newsletters.smtp import Accepted, ConnectionLostError, Refused, Reply, Stage, Uncertain, Unsent
from tests.newsletters.engine.test_compose import row


def refused(stage, text):
    code, _, words = text.partition(" ")
    return Refused(77, stage, Reply(int(code), (words,)))


class TestJudge:
    @pytest.mark.parametrize(
        ("stage", "text", "scope"),
        [
            (Stage.RCPT, "550 5.1.1 unknown", Scope.RECIPIENT),
            (Stage.RCPT, "550 no such user", Scope.RECIPIENT),
            (Stage.RCPT, "552 5.2.2 full", Scope.RECIPIENT),
            (Stage.CONTENT, "550 5.2.1 disabled", Scope.RECIPIENT),
            (Stage.LOCAL, "553 5.6.7 no SMTPUTF8", Scope.RECIPIENT),
            (Stage.LOCAL, "552 5.3.4 too long", Scope.MAILING),
            (Stage.MAIL, "550 5.7.1 sender", Scope.MAILING),
            (Stage.RCPT, "550 5.1.8 bad sender", Scope.MAILING),
            (Stage.CONTENT, "550 5.7.26 unauthenticated", Scope.MAILING),
            (Stage.CONTENT, "550 5.7.515 access denied", Scope.MAILING),
            (Stage.RCPT, "554 5.7.1 Relay access denied", Scope.DOUBTFUL),
            (Stage.CONTENT, "554 5.7.1 looks like spam", Scope.DOUBTFUL),
            (Stage.CONTENT, "554 transaction failed", Scope.DOUBTFUL),
        ],
    )
    def test_says_whose_fault_a_lasting_refusal_is(self, stage, text, scope):
        assert judge(refused(stage, text)) == Verdict(scope, is_permanent=True)

    @pytest.mark.parametrize(
        ("stage", "text", "scope"),
        [
            (Stage.CONTENT, "421 4.7.0 too fast", Scope.RELAY),
            (Stage.CONTENT, "452 4.3.1 disk full", Scope.RELAY),
            (Stage.MAIL, "451 later", Scope.RELAY),
            (Stage.RCPT, "450 4.2.0 greylisted", Scope.RECIPIENT),
            (Stage.RCPT, "451 4.4.1 no answer", Scope.DESTINATION),
            (Stage.CONTENT, "450 4.7.0 later", Scope.DESTINATION),
        ],
    )
    def test_says_whom_a_passing_refusal_is_about(self, stage, text, scope):
        assert judge(refused(stage, text)) == Verdict(scope, is_permanent=False)


class Ear:
    """What the loop and people are told."""

    def __init__(self):
        self.heard = []

    def __getattr__(self, name):
        return lambda *arguments: self.heard.append((name, *arguments))


@pytest.fixture
def ear():
    return Ear()


@pytest.fixture
def decide(ear):
    judging = Judge(ear, ear, EngineOptions(first_retry=100.0))
    relay = Relay("bulletin", range(1, 5), 8, lambda: None)
    return lambda outcome, **fields: judging.result(relay, row(**fields), outcome)


class TestResults:
    def test_writes_what_became_of_it(self, decide):
        assert decide(Accepted(77, Reply(250, ("2.0.0 ok",)))).state == "accepted"
        assert decide(refused(Stage.RCPT, "550 5.1.1 unknown")).state == "rejected"
        assert decide(Uncertain(77, ConnectionLostError("x"))).state == "uncertain"
        unsent = decide(Unsent(77, ConnectionLostError("x")))
        assert unsent.state == "ready"
        assert unsent.delay < 2

    def test_tries_again_later_and_later_until_it_is_too_old(self, decide):
        greylisted = refused(Stage.RCPT, "450 4.2.0 greylisted")
        first, third = decide(greylisted), decide(greylisted, attempt=2)
        assert (first.state, third.state) == ("ready", "ready")
        assert 80 <= first.delay <= 120
        assert 320 <= third.delay <= 480
        assert decide(greylisted, age=9e9).state == "rejected"
        assert decide(greylisted, lane=0).delay < 20

    def test_loses_nobody_over_a_fault_of_ours(self, decide, ear):
        assert decide(refused(Stage.CONTENT, "550 5.7.26 unauthenticated")).state == "ready"
        assert [call[0] for call in ear.heard] == ["stop_mailing", "mailing_failed"]

    def test_doubts_once_and_stops_the_mailing_after_a_series(self, decide, ear):
        spam = refused(Stage.CONTENT, "554 5.7.1 looks like spam")
        assert decide(spam).state == "ready"
        assert decide(spam, attempt=1).state == "rejected"
        assert ear.heard == []
        assert decide(spam).state == "ready"
        assert [call[0] for call in ear.heard] == ["stop_mailing", "mailing_failed"]

    def test_a_success_ends_the_series(self, decide, ear):
        spam = refused(Stage.CONTENT, "554 5.7.1 looks like spam")
        for outcome in (spam, spam, Accepted(77, Reply(250, ("ok",))), spam, spam):
            decide(outcome)
        assert ear.heard == []

    def test_closes_a_destination_that_refuses_everything_longer_each_time(self, decide, ear):
        for _ in range(10):
            decide(refused(Stage.RCPT, "451 4.4.1 no answer"))
        closings = [call for call in ear.heard if call[0] == "close_destination"]
        assert [(name, seconds) for _call, name, seconds in closings] == [
            ("readers.example", 30.0),
            ("readers.example", 60.0),
        ]

    def test_stops_a_mailing_whose_relay_never_confirms(self, decide, ear):
        for _ in range(10):
            decide(Uncertain(77, ConnectionLostError("x")))
        assert [call[0] for call in ear.heard] == ["stop_mailing", "mailing_failed"]


class TestRelay:
    def test_halves_at_once_and_recovers_slowly(self):
        relay = Relay("bulletin", range(1, 5), 8, lambda: None)
        for second in (10.0, 10.1, 12.0):
            relay.slow_down(second)
        assert relay.window == 2
        relay.recover(60.0)
        assert relay.window == 2
        relay.recover(72.0)
        relay.recover(73.0)
        assert relay.window == 3

    def test_waits_longer_each_time(self):
        relay = Relay("bulletin", range(1, 5), 8, lambda: None)
        waits = []
        for _ in range(12):
            relay.failed(0.0, ConnectionLostError("x"))
            waits.append(relay.not_before)
        assert waits == sorted(waits)
        assert waits[-1] == 60.0
        assert relay.is_alarming


def test_a_retry_never_waits_longer_than_an_hour_and_a_bit():
    assert max(retry_delay(attempt, first=120.0) for attempt in range(0, 65_000, 999)) <= 3600 * 1.2


def test_sentences_are_in_every_language_and_name_nobody():
    said = sentence("policy", "550 5.7.1 <reader@readers.example> rejected")
    assert "refused" in said
    assert "拒收" in said
    assert "reader" not in said
    assert len(said) <= 500
    assert without_addresses("a reader@x.example b") == "a … b"
