import uuid

import pytest

from policies.text.importing import ImportCode, ImportRefused, import_document
from policies.text.importing.documents import MAX_BYTES
from policies.text.languages import detect_language, has_han, looks_like
from tests.policies.text.importing_helpers import read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "name", "code", "line", "params"),
        [
            (b"", "a.txt", ImportCode.EMPTY, None, {}),
            (b" \r\n\t", "a.txt", ImportCode.EMPTY, None, {}),
            ("\u3000\n".encode(), "a.txt", ImportCode.EMPTY, None, {}),
            (b"x" * 20_000_000, "a.txt", ImportCode.TOO_LARGE, None, {"size": "20000000", "limit": str(MAX_BYTES)}),
            (b"%PDF-1.7", "a.txt", ImportCode.BINARY, None, {"kind": "pdf"}),
            (b"\x89PNG\r\n\x1a\n", "a.docx", ImportCode.BINARY, None, {"kind": "image"}),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a.txt", ImportCode.BINARY, None, {"kind": "image"}),
            (b"BM\x00\x00", "a.txt", ImportCode.BINARY, None, {"kind": "image"}),
            (b"{\\rtf1 x}", "a.rtf", ImportCode.BINARY, None, {"kind": "rtf"}),
            (b"\x7fELF\x02", "a", ImportCode.BINARY, None, {"kind": "program"}),
            (b"text\x00text", "a.txt", ImportCode.BINARY, None, {"kind": "unknown"}),
            (OLE, "a.doc", ImportCode.OLD_WORD, None, {}),
            (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", ImportCode.ENCRYPTED, None, {}),
            (b"We keep little.", "a.docx", ImportCode.DAMAGED, None, {"part": "archive"}),
            (b"PK\x03\x04 no archive", "a.docx", ImportCode.DAMAGED, None, {"part": "archive"}),
            (b"One\nTwo \xe9 three", "a.txt", ImportCode.ENCODING, 2, {"offset": "8"}),
            (b"\xef\xbb\xbfOne\nTwo \xe9 three", "a.txt", ImportCode.ENCODING, 2, {"offset": "11"}),
            (b"\xff\xfea\x00\x00\xd8b\x00", "a.txt", ImportCode.ENCODING, 1, {"offset": "4"}),
            (b"\x80\x81\x82 text", "a.txt", ImportCode.ENCODING, 1, {"offset": "0"}),
            ("Мы храним мало данных о вас.".encode(), "a.txt", ImportCode.UNKNOWN_LANGUAGE, None, {"expected": "en"}),
            (
                "本署重視您的隱私。".encode(),
                "a.txt",
                ImportCode.WRONG_LANGUAGE,
                None,
                {"expected": "en", "found": "zh-hant"},
            ),
            (b"x\n" * 250_000, "a.txt", ImportCode.TOO_COMPLEX, None, {"limit": "100000"}),
            (b"We keep it.\n\n" * 31_000, "a.txt", ImportCode.TOO_COMPLEX, None, {"limit": "30000"}),
        ],
    )
    def test_name_the_reason(
        self, data: bytes, name: str, code: ImportCode, line: int | None, params: dict[str, str]
    ) -> None:
        with pytest.raises(ImportRefused) as refusal:
            read(data, name)
        found = refusal.value
        assert (found.code, found.line, found.params) == (code, line, params)

    def test_more_clauses_than_a_policy_may_have(self) -> None:
        text = "# Privacy policy\n\n" + "## Part\n\nWe keep it.\n\n" * 2_001
        with pytest.raises(ImportRefused) as refusal:
            read(text, "policy.md")
        assert refusal.value.code is ImportCode.TOO_MANY_CLAUSES

    def test_simplified_chinese_is_not_ours(self) -> None:
        with pytest.raises(ImportRefused) as refusal:
            read("这个网站的隐私权政策说明我们怎样处理个人资料。", language="zh-hant")
        assert refusal.value.code is ImportCode.UNKNOWN_LANGUAGE


def test_every_clause_gets_a_fresh_key() -> None:
    data = b"Policy\n\n1. We keep little.\n2. We tell you.\n"
    first, second = (import_document(data, name="a.txt", language="en").document for _ in range(2))
    keys = [clause.key for clause in (*first.clauses, *second.clauses)]
    assert len(set(keys)) == 4
    assert all(uuid.UUID(key).version == 4 for key in keys)


class TestLanguages:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("We keep little.", "en"),
            ("本署使用 TLS 1.3 保護資料傳輸。", "zh-hant"),
            ("The Ministry (外交部) keeps little data about you.", "en"),
            ("个人资料保护说明", None),
            ("個人情報はこのサイトで保護されます。", None),
            ("개인정보를 보호합니다", None),
            ("2026-03-14", None),
        ],
    )
    def test_are_told_by_script(self, text: str, language: str | None) -> None:
        assert detect_language(text) == language

    def test_a_text_without_letters_may_be_in_any(self) -> None:
        assert looks_like("2026-03-14", "en")
        assert looks_like("", "zh-hant")
        assert not looks_like("We keep little.", "zh-hant")

    def test_han(self) -> None:
        assert has_han("a隱b")
        assert not has_han("a、b")
