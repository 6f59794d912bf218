import binascii
import quopri
import re

from hypothesis import given
from hypothesis import strategies as st

from newsletters.engine.splicing import splice

# What trips encoders: dots and blanks at the ends of lines, =, long lines, letters of one to four octets.
texts = st.text(st.sampled_from("ab. =\t\n\r–中文字😀<>"), max_size=200) | st.text(max_size=80)
names = st.sampled_from(["unsubscribe_url", "preferences_url"])
parts = st.lists(texts | names.map(lambda name: {"value": name}), max_size=8)
values = st.fixed_dictionaries(
    {
        "unsubscribe_url": st.text("ab=./:-_~%", max_size=200).map(str.encode),
        "preferences_url": st.text("ab=./:-_~%", min_size=1, max_size=200).map(str.encode),
    }
)


def unstuffed(data):
    return re.sub(rb"(^|\r\n)\.\.", rb"\1.", data)


def decoded(spliced, given_values):
    """Read a body as a receiver does: the last CR LF belongs to the boundary that follows."""
    wire = b"".join(spliced.pieces(given_values))
    assert re.search(rb"(^|\r\n)\.([^.]|$)", wire) is None  # no line that a server would take the dot from
    assert wire.count(b"\n") == wire.count(b"\r\n") == wire.count(b"\r")
    assert max(map(len, unstuffed(wire).split(b"\r\n"))) <= 76
    body = unstuffed(wire).removesuffix(b"\r\n")
    return quopri.decodestring(body) if spliced.encoding == b"quoted-printable" else binascii.a2b_base64(body)


def expected(given_parts, given_values):
    return b"".join(
        re.sub(r"\r\n|\r|\n", "\r\n", part).encode() if isinstance(part, str) else given_values[part["value"]]
        for part in given_parts
    )


class TestSplice:
    @given(parts, values)
    def test_reads_back_as_the_parts_and_values_joined(self, given_parts, given_values):
        assert decoded(splice(given_parts), given_values) == expected(given_parts, given_values)

    @given(
        st.lists(st.text("中文，。", min_size=30, max_size=90) | names.map(lambda name: {"value": name}), min_size=3),
        values,
    )
    def test_reads_back_in_base64_however_pieces_meet(self, given_parts, given_values):
        parts_with_text = ["中文字" * 40, *given_parts]
        spliced = splice(parts_with_text)
        assert spliced.encoding == b"base64"
        assert decoded(spliced, given_values) == expected(parts_with_text, given_values)

    def test_takes_the_shorter_encoding(self):
        assert splice(["Plain words.\n" * 20]).encoding == b"quoted-printable"
        assert splice(["正體中文。\n" * 20]).encoding == b"base64"
