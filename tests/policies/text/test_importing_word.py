import io
import zipfile

import pytest

from policies.text.importing import ImportCode, ImportRefused, word_archive
from tests.policies.text.importing_helpers import codes, outline, read
from tests.policies.text.word_files import NS, level, pack, par, parts, run, table, word_file

R_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read_word(*blocks: str, language: str = "en") -> list[str]:
    return outline(read(word_file(par("Privacy policy 政策", "T"), *blocks), "policy.docx", language))


def refusal(data: bytes, name: str = "policy.docx") -> ImportRefused:
    with pytest.raises(ImportRefused) as found:
        read(data, name)
    return found.value


class TestStructure:
    def test_styles_and_numbering(self) -> None:
        imported = read(
            word_file(
                par("隱私權政策", "T"),
                par("目錄", "Toc"),
                par("目的", "H1", 1, 0),
                par("本署重視隱私。"),
                par("範圍", "H2", 1, 1),
                par("適用於本網站。", num=1, lvl=2),
                par("另有規定者，從其規定。", num=1, lvl=2),
                par("附則", "H1", 1, 0),
                par("項目", num=2, lvl=0),
                par("細項", num=2, lvl=1),
                table(("名稱", "期限"), ("lang", "一年")),
                table((par("框內文字。"),)),
            ),
            "policy.docx",
            "zh-hant",
        )
        assert imported.document.title == "隱私權政策"
        assert outline(imported) == [
            "一、 / 目的 / 本署重視隱私。",
            "（一） / 範圍",
            "1. / 適用於本網站。",
            "2. / 另有規定者，從其規定。",
            "二、 / 附則 / - 項目\n  - 細項\n名稱 | 期限\nlang | 一年\n框內文字。",
        ]
        assert codes(imported) == [(ImportCode.TABLE_AS_TEXT, 11)]
        assert imported.removed == ("目錄",)

    def test_heading_styles_may_be_derived_or_outlined(self) -> None:
        blocks = [
            par("Scope", "Own"),
            par("This site.", "Loop"),
            par("Parts", "Out"),
            par("All of it."),
            par("Data", "H1"),
            par("None."),
        ]
        assert read_word(*blocks) == ["1. / Scope / This site.", "(1) / Parts / All of it.", "2. / Data / None."]

    def test_numbers_may_come_from_the_style(self) -> None:
        assert read_word(par("We keep little.", "Num"), par("Names.", "Num2"), par("No number.", "Num", 0)) == [
            "1. / We keep little.",
            "(1) / Names.\nNo number.",
        ]

    def test_numbers_may_start_late_and_start_again(self) -> None:
        assert read_word(par("Three.", num=3), par("Inner.", num=3, lvl=1), par("Four.", num=3, lvl=0)) == [
            "1. / Three.",
            "(1) / Inner.",
            "2. / Four.",
        ]
        assert len(read_word(par("One.", num=1), par("Again.", num=4, lvl=0), par("Two.", num=4, lvl=0))) == 3

    def test_lists_that_show_nothing_are_text(self) -> None:
        assert read_word(par("Words.", num=5), par("More.", num=99)) == ["- / Words.\nMore."]

    def test_typed_numbers(self) -> None:
        assert read_word(par("一、目的"), par("甲。"), par("二、附則"), par("乙。"), language="zh-hant") == [
            "一、 / 目的 / 甲。",
            "二、 / 附則 / 乙。",
        ]

    def test_numbers_in_cells_are_kept_as_text(self) -> None:
        cell = f"{par('One', num=3)}{table(('in', 'ner'))}"
        assert read_word(par("Words."), table((cell, "b"), ("", ""))) == ["- / Words.\n3. One in ner | b"]

    @pytest.mark.parametrize(
        ("style", "text", "expected"),
        [
            ("ideographLegalTraditional", "%1、", "壹、"),
            ("ideographTraditional", "%1、", "甲、"),
            ("lowerLetter", "%1)", "a)"),
            ("upperLetter", "(%1)", "(A)"),
            ("lowerRoman", "%1.", "i."),
            ("upperRoman", "%1.", "I."),
            ("unknown", "第%1條", "第1條"),
        ],
    )
    def test_renders_every_kind_of_number(self, style: str, text: str, expected: str) -> None:
        files = parts(par("Policy", "T"), par("Words."), table((par("x", num=1), "y")))
        files["word/numbering.xml"] = (
            f'<w:numbering {NS}><w:abstractNum w:abstractNumId="0">{level(0, style, text)}</w:abstractNum>'
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
        )
        assert outline(read(pack(files), "policy.docx"))[0].endswith(f"{expected} x | y")

    def test_a_list_linked_to_a_style(self) -> None:
        files = parts(par("Policy", "T"), par("One.", "Num"), par("Inner.", "Out", 1))
        files["word/numbering.xml"] = (
            f'<w:numbering {NS}><w:abstractNum w:abstractNumId="0">{level(0, "decimal", "%1.")}'
            f"{level(1, 'decimal', '(%2)', paragraph_style='Out')}</w:abstractNum>"
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
        )
        assert [clause.depth for clause in read(pack(files), "policy.docx").document.clauses] == [1, 2]


class TestText:
    def test_marks_links_and_special_characters(self) -> None:
        content = (
            run("A ")
            + run("b", "<w:b/>")
            + run(" c", '<w:b w:val="0"/><w:i/>')
            + "<w:r><w:tab/><w:t>d</w:t><w:noBreakHyphen/><w:t>e</w:t><w:br/><w:t>f </w:t></w:r>"
            + f'<w:hyperlink r:id="r1">{run("good")}</w:hyperlink> <w:hyperlink r:id="r2">{run(" bad")}</w:hyperlink>'
            + "<w:r><w:instrText>HYPERLINK x</w:instrText><w:drawing/></w:r>"
        )
        files = parts(par("Policy", "T"), par(content))
        files["word/_rels/document.xml.rels"] = (
            "<Relationships>"
            f'<Relationship Id="r1" Type="{R_NS}/hyperlink" Target="https://gov.tw/" TargetMode="External"/>'
            f'<Relationship Id="r2" Type="{R_NS}/hyperlink" Target="file:///c:/x" TargetMode="External"/>'
            f'<Relationship Id="r3" Type="{R_NS}/styles" Target="styles.xml"/></Relationships>'
        )
        imported = read(pack(files), "policy.docx")
        assert imported.document.clauses[0].body == (
            '<p>A <strong>b</strong><em> c</em> d-e<br>f <a href="https://gov.tw/">good</a> bad</p>'
        )
        assert codes(imported) == [(ImportCode.LINK_DROPPED, 2), (ImportCode.IMAGE_DROPPED, 2)]

    def test_tracked_changes(self) -> None:
        content = (
            run("We keep ")
            + f"<w:ins>{run('little')}</w:ins><w:del><w:r><w:delText>much</w:delText></w:r></w:del>"
            + run(".")
        )
        imported = read(word_file(par("Policy", "T"), par(content)), "policy.docx")
        assert outline(imported) == ["- / We keep little."]
        assert codes(imported) == [(ImportCode.TRACKED_CHANGES, None)]

    def test_notes_and_boxes_follow_their_paragraph(self) -> None:
        content = run("Text.") + '<w:r><w:footnoteReference w:id="2"/><w:endnoteReference w:id="9"/></w:r>'
        box = f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>{par('In a box.')}</w:txbxContent></w:drawing></mc:Choice>"
        box += f"<mc:Fallback><w:pict><w:txbxContent>{par('In a box.')}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        files = parts(
            par("Policy", "T"), par(content), f"<w:sdt><w:sdtContent>{par(run('Boxed.') + box)}</w:sdtContent></w:sdt>"
        )
        files["word/footnotes.xml"] = (
            f'<w:footnotes {NS}><w:footnote w:id="1"/><w:footnote w:id="2">{par("The note.")}</w:footnote></w:footnotes>'
        )
        imported = read(pack(files), "policy.docx")
        assert outline(imported) == ["- / Text.\nThe note.\nBoxed.\nIn a box."]
        assert codes(imported) == [(ImportCode.NOTES_MOVED, 2)]

    def test_a_file_without_styles(self) -> None:
        files = parts(par("Policy"), par("We keep little.", "Missing", 7))
        del files["word/styles.xml"], files["word/numbering.xml"]
        assert outline(read(pack(files), "policy.docx")) == ["- / We keep little."]


class TestRefusals:
    def test_macros(self) -> None:
        files = parts(par("x"))
        assert refusal(pack(files | {"word/vbaProject.bin": b"x"}), "policy.docm").code is ImportCode.MACROS
        files["[Content_Types].xml"] = (
            '<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
        )
        assert refusal(pack(files)).code is ImportCode.MACROS

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("xl/workbook.xml", "spreadsheet"),
            ("ppt/presentation.xml", "presentation"),
            ("mimetype", "opendocument"),
            ("a.txt", "zip"),
        ],
    )
    def test_other_archives(self, name: str, kind: str) -> None:
        found = refusal(pack({name: "x"}))
        assert (found.code, found.params) == (ImportCode.BINARY, {"kind": kind})

    @pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "word/../../x", "C:\\x", "..\\x"])
    def test_names_that_leave_the_archive(self, name: str) -> None:
        assert refusal(pack(parts(par("x")) | {name: "x"})).code is ImportCode.DAMAGED

    def test_a_declared_bomb(self) -> None:
        assert (
            refusal(pack(parts(par("x")) | {"word/media/a.bin": b"\0" * 70_000_000})).code
            is ImportCode.ARCHIVE_TOO_LARGE
        )

    def test_too_many_parts(self) -> None:
        files = parts(par("x")) | {f"word/media/{place}": "" for place in range(2_001)}
        assert refusal(pack(files)).code is ImportCode.ARCHIVE_TOO_LARGE

    def test_a_bomb_that_lies_about_its_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(word_archive, "MAX_PART", 100)
        assert refusal(pack(parts(par("x")))).code is ImportCode.ARCHIVE_TOO_LARGE

    def test_too_many_elements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(word_archive, "MAX_ELEMENTS", 10)
        assert refusal(pack(parts(*[par("x")] * 10))).code is ImportCode.TOO_COMPLEX

    @pytest.mark.parametrize(
        "document",
        [
            "not xml",
            f"<w:document {NS}/>",
            f'<!DOCTYPE x [<!ENTITY a "aaaa">]><w:document {NS}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>',
            f'<!DOCTYPE x SYSTEM "file:///etc/passwd"><w:document {NS}><w:body/></w:document>',
        ],
    )
    def test_a_main_part_that_is_none(self, document: str) -> None:
        files = parts(par("x"))
        files["word/document.xml"] = document
        assert refusal(pack(files)).code is ImportCode.DAMAGED

    def test_a_broken_archive(self) -> None:
        data = word_file(par("Policy", "T"), par("We keep little."))
        assert refusal(data[: len(data) // 2]).code is ImportCode.DAMAGED
        at = data.index(b"word/document.xml") + 20
        assert refusal(data[:at] + b"\xff" * 40 + data[at + 40 :]).code is ImportCode.DAMAGED

    def test_an_encrypted_archive(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("word/document.xml", "x")
        data = bytearray(out.getvalue())
        data[data.index(b"PK\x01\x02") + 8] |= 1
        assert refusal(bytes(data)).code is ImportCode.ENCRYPTED

    def test_a_file_without_text(self) -> None:
        assert refusal(word_file(par(""))).code is ImportCode.EMPTY
