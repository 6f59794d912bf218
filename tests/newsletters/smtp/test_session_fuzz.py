"""Whatever a relay says, and however the bytes are cut."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletters.smtp import Accepted, ConnectionLostError, Go, Refused, Uncertain, Unsent, content_of
from tests.newsletters.smtp.relays import OFFERS, PLAIN_OFFERS, ModelRelay
from tests.newsletters.smtp.sessions import envelope, make_session

TWO_REPLIES = b"250 two\r\n250 replies\r\n"
REPLIES = [
    b"250 2.0.0 ok\r\n",
    b"250-more\r\n250 lines\r\n",
    b"354 go\r\n",
    b"421 4.3.2 closing\r\n",
    b"450 4.2.0 greylisted\r\n",
    b"550 5.1.1 unknown\r\n",
    b"334 what\r\n",
    b"nonsense\r\n",
    TWO_REPLIES,
    b"",
]


class Conversation:
    """A session and a relay that may answer anything, with bytes that travel in pieces of any length."""

    def __init__(self, draw):
        self.draw = draw
        self.relay = ModelRelay(self.choose, offers=draw(st.sampled_from([OFFERS, PLAIN_OFFERS])))
        self.session = make_session()
        self.said = self.relay.greet()
        self.outcomes = []
        self.offered = 0
        self.has_answered_twice = self.has_asked_for_content_early = False

    def choose(self, step):
        if step in {"greeting", "EHLO"} or self.draw(st.integers(0, 9)) > 0:
            return None
        reply = self.draw(st.sampled_from(REPLIES), label=step)
        self.has_answered_twice |= reply == TWO_REPLIES
        self.has_asked_for_content_early |= reply.startswith(b"354") and step != "DATA"
        return reply

    @property
    def is_readable(self):
        """Whether what the relay says can be told apart: two answers to one command, and then 354 to another than DATA,
        look like the answers to all of them (RFC 2920 §3.1 has the client count)."""
        return not (self.has_answered_twice and self.has_asked_for_content_early)

    def go_on(self):
        count = self.draw(st.integers(1, 40))
        heard, self.said = self.said[:count], self.said[count:]
        self.note(self.session.receive(heard))
        if self.session.can_offer and self.offered < 6:
            self.offered += 1
            self.note(self.session.offer(envelope(self.offered), size=9))
        if self.session.has_outgoing:
            count = self.draw(st.integers(1, len(self.session.outgoing)))
            self.said += self.relay.feed(bytes(self.session.outgoing[:count]))
            self.session.left(count)

    def note(self, events):
        for event in events:
            if isinstance(event, Go):
                self.session.send_content(content_of(b"X: %d\r\n\r\n." % event.key))
            elif isinstance(event, Accepted | Refused | Unsent | Uncertain):
                self.outcomes.append(event)


def number(recipient):
    return int(recipient[1 : recipient.index(b"@")])


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_never_says_of_a_message_what_is_not_so(data):
    """Whatever a relay answers and however the bytes are cut: one outcome each, and none that the relay contradicts."""
    talk = Conversation(data.draw)
    for _ in range(60):
        talk.go_on()
    talk.note(talk.session.lose(ConnectionLostError("end")))

    assert Counter(outcome.key for outcome in talk.outcomes) == Counter(range(1, talk.offered + 1))
    if not talk.is_readable:
        return
    whole = {number(recipient) for recipient in talk.relay.got_whole}
    taken = {number(recipient): message for recipient, message in talk.relay.taken}
    kinds = {outcome.key: type(outcome) for outcome in talk.outcomes}
    for key, kind in kinds.items():
        assert kind is not Unsent or key not in whole
        assert kind is not Uncertain or key in whole
        assert kind is not Refused or key not in taken
        assert kind is not Accepted or taken[key] == b"X: %d\r\n\r\n.." % key
