import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletters.smtp import ProtocolError, Reply, ReplyReader
from newsletters.smtp.capabilities import read_capabilities
from newsletters.smtp.replies import LONGEST_LINE, MOST_LINES

texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFF, exclude_categories=["C"]), max_size=40)
replies = st.builds(
    Reply,
    st.integers(200, 599),
    st.lists(texts.map(str.strip), min_size=1, max_size=5).map(tuple),
)


def wire(reply):
    *first, last = reply.lines
    lines = [f"{reply.code}-{line}\r\n" for line in first] + [f"{reply.code} {last}\r\n"]
    return "".join(lines).encode()


def pieces(data, cuts):
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]


def read_all(parts):
    reader = ReplyReader()
    return [reply for part in parts for reply in reader.feed(part)], reader


class TestReplyReader:
    @given(st.lists(replies, max_size=5), st.lists(st.integers(0, 10_000), max_size=30))
    def test_reads_the_same_however_the_bytes_are_cut(self, said, cuts):
        got, reader = read_all(pieces(b"".join(map(wire, said)), cuts))
        assert got == said
        assert reader.error is None
        assert reader.is_between_replies

    @given(st.lists(st.binary(max_size=300), max_size=20))
    def test_takes_any_bytes_without_breaking_or_growing(self, parts):
        got, reader = read_all(parts)
        assert all(200 <= reply.code < 600 for reply in got)
        assert len(reader._unread) <= LONGEST_LINE
        assert reader.error is None or isinstance(reader.error, ProtocolError)

    @pytest.mark.parametrize(
        "data",
        [
            b"HTTP/1.1 400 Bad Request\r\n",
            b"250 ok\n",
            b"250 ok\rmore\r\n",
            b"25 ok\r\n",
            b"199 ok\r\n",
            b"600 ok\r\n",
            b"250_ok\r\n",
            b"250-first\r\n251 second\r\n",
            b"250-first\r\n\r\n",
            b"\xff\xfe\r\n",
            b"250 " + b"x" * LONGEST_LINE + b"\r\n",
            b"x" * (LONGEST_LINE + 1),
            b"250-x\r\n" * (MOST_LINES + 1),
        ],
    )
    def test_refuses_what_is_no_reply(self, data):
        got, reader = read_all([data])
        assert got == []
        assert isinstance(reader.error, ProtocolError)

    def test_keeps_the_replies_before_the_garbage(self):
        got, reader = read_all([b"250 2.0.0 queued\r\nnonsense\r\n250 never read\r\n"])
        assert [str(reply) for reply in got] == ["250 2.0.0 queued"]
        assert reader.error is not None
        assert reader.feed(b"250 ok\r\n") == []

    def test_keeps_control_characters_out_of_the_text(self):
        got, _reader = read_all([b"550 a\x00b\x1b[31mc\xff\r\n"])
        assert got[0].text == "a b [31mc�"

    @pytest.mark.parametrize(
        ("line", "enhanced"),
        [
            (b"550 5.1.1 unknown", "5.1.1"),
            (b"550 5.1.1", "5.1.1"),
            (b"550 4.1.1 another class", ""),
            (b"550 5.1 short", ""),
            (b"550 5.01.1 zeros", ""),
            (b"550 5.1.1000 long", ""),
            (b"250", ""),
        ],
    )
    def test_reads_enhanced_codes_of_the_same_class_only(self, line, enhanced):
        got, _reader = read_all([line + b"\r\n"])
        assert got[0].enhanced == enhanced


class TestCapabilities:
    def test_reads_what_we_use(self):
        lines = ("relay", "PIPELINING", "SIZE 1000", "auth PLAIN LOGIN", "8BITMIME", "SMTPUTF8", "STARTTLS", "", "X-Y")
        found = read_capabilities(Reply(250, (*lines, "ENHANCEDSTATUSCODES")))
        assert (found.has_pipelining, found.has_8bitmime, found.has_smtputf8, found.has_starttls) == (True,) * 4
        assert found.has_enhanced_codes
        assert found.has_size
        assert found.size == 1000
        assert found.auth == {"PLAIN", "LOGIN"}

    @pytest.mark.parametrize("line", ["SIZE", "SIZE x", "SIZE -1", "SIZE " + "9" * 4000])
    def test_takes_odd_sizes_for_no_limit(self, line):
        found = read_capabilities(Reply(250, ("relay", line)))
        assert found.has_size
        assert found.size == 0

    def test_reads_auth_as_old_relays_write_it(self):
        assert read_capabilities(Reply(250, ("relay", "AUTH=LOGIN PLAIN"))).auth == {"LOGIN", "PLAIN"}
