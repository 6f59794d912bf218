import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletters.smtp import AddressError, Envelope, MessageError, content_of

lines = st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\r", b"").replace(b"\n", b"")), max_size=12)


def received(content):
    """Read content as a server does (RFC 5321 §4.5.2)."""
    message = b""
    for line in content.split(b"\r\n"):
        if line == b".":
            return message
        message += (line[1:] if line.startswith(b".") else line) + b"\r\n"
    raise AssertionError


class TestContent:
    @given(lines)
    def test_arrives_as_it_was(self, parts):
        message = b"".join(part + b"\r\n" for part in parts)
        assert received(content_of(message)) == message

    @pytest.mark.parametrize("message", [b"", b".", b"..", b"a\r\n.\r\nb", b".\r\n.\r\n", b"a\r\n.b\r\n..c"])
    def test_stuffs_dots(self, message):
        content = content_of(message)
        whole = message if message.endswith(b"\r\n") or not message else message + b"\r\n"
        assert received(content) == whole
        assert content.count(b"\r\n.\r\n") + content.startswith(b".\r\n") == 1

    @pytest.mark.parametrize(
        "message", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n\n.\r\nMAIL FROM:<x>\r\n", b"a\r\n\r", b"\n.\n"]
    )
    def test_refuses_lone_ends_of_lines(self, message):
        with pytest.raises(MessageError):
            content_of(message)

    def test_refuses_long_lines_and_no_others(self):
        at_limit = b"x" * 998
        assert content_of(at_limit + b"\r\n" + at_limit).endswith(b"x\r\n.\r\n")
        for long in (at_limit + b"x", b"a\r\n" + at_limit + b"x\r\nb", b"a\r\n" * 400 + at_limit + b"x"):
            with pytest.raises(MessageError):
                content_of(long)


class TestEnvelope:
    @pytest.mark.parametrize(
        "address",
        [
            "a@b.example",
            '"odd > local"@b.example',
            '"a\\"b"@b.example',
            "張@例子.example",
            "a+b@[192.0.2.1]",
            "x'y@b.example",
        ],
    )
    def test_takes_addresses(self, address):
        assert Envelope(1, "", address).recipient == address

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "nobody",
            "a@b\r\nDATA",
            "a\n@b",
            "a>@b",
            "a@b> SIZE=1",
            "a b@c",
            "<a@b>",
            '"a\r\nb"@c',
            '"a"b"@c',
            "a\0@b",
            "a@b@c",
            "x" * 312 + "@b.example",
        ],
    )
    def test_refuses_what_would_end_the_command(self, address):
        for sender, recipient in ((address, "a@b.example"), ("a@b.example", address)):
            if sender:
                with pytest.raises(AddressError) as raised:
                    Envelope(1, sender, recipient)
                assert not address or address not in str(raised.value)

    def test_tells_what_needs_smtputf8(self):
        assert Envelope(1, "a@b.example", "張@b.example").needs_smtputf8
        assert not Envelope(1, "a@b.example", "a@b.example").needs_smtputf8
