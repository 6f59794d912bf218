"""What word processors put on the clipboard as HTML, each in its own way of writing a numbered text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Line:
    """One numbered paragraph: its level from one, the number that the program shows, and its words as HTML."""

    level: int
    label: str
    words: str


@dataclass(frozen=True)
class Sample:
    """A text and what becomes of it."""

    language: str
    lines: tuple[Line, ...]
    outline: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The text as programs put it beside the HTML."""
        return "\r\n".join(f"{line.label}\t{line.words}" for line in self.lines)


CHINESE = Sample(
    "zh-hant",
    (
        Line(1, "一、", "蒐集目的"),
        Line(2, "（一）", "為辦理<b>會員</b>服務，蒐集最少之資料。"),
        Line(2, "（二）", "不作其他用途。"),
        Line(3, "1.", "法律另有規定者，不在此限。"),
        Line(1, "二、", "保存期限"),
        Line(2, "（一）", "自服務終止之日起保存一年。"),
    ),
    (
        "1 一、 蒐集目的",
        "2 （一） <p>為辦理<strong>會員</strong>服務，蒐集最少之資料。</p>",
        "2 （二） <p>不作其他用途。</p>",
        "3 1. <p>法律另有規定者，不在此限。</p>",
        "1 二、 保存期限",
        "2 （一） <p>自服務終止之日起保存一年。</p>",
    ),
)
ENGLISH = Sample(
    "en",
    (
        Line(1, "1.", "What we collect"),
        Line(2, "(1)", "Only what the <b>membership</b> service needs."),
        Line(2, "(2)", "Nothing for any other use."),
        Line(3, "(a)", "A law may say otherwise."),
        Line(1, "2.", "How long we keep it"),
        Line(2, "(1)", "For one year after the service ends."),
    ),
    (
        "1 1. What we collect",
        "2 (1) <p>Only what the <strong>membership</strong> service needs.</p>",
        "2 (2) <p>Nothing for any other use.</p>",
        "3 (a) <p>A law may say otherwise.</p>",
        "1 2. How long we keep it",
        "2 (1) <p>For one year after the service ends.</p>",
    ),
)
SAMPLES = {sample.language: sample for sample in (CHINESE, ENGLISH)}


def word(sample: Sample) -> str:
    """Word for Windows: flat paragraphs, the list in their style, the number in a span to ignore."""
    paragraphs = "".join(
        f"""
<p class=MsoListParagraph style='margin-left:{24 * line.level}.0pt;mso-para-margin-left:
0gd;text-indent:-24.0pt;mso-list:l0 level{line.level} lfo1'><![if !supportLists]><span
lang=EN-US style='mso-fareast-font-family:標楷體;mso-bidi-font-family:標楷體'><span
style='mso-list:Ignore'>{line.label}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]><span style='font-family:"標楷體",cursive'>{line.words}<span lang=EN-US><o:p></o:p></span></span></p>
"""
        for line in sample.lines
    )
    return f"""<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns:m="urn:schemas-microsoft-com:office:omml"
xmlns:st1="urn:schemas-microsoft-com:office:smarttags">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Word.Document>
<meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml>
 <w:WordDocument><w:View>Normal</w:View><w:TrackMoves>false</w:TrackMoves></w:WordDocument>
</xml><![endif]-->
<style>
<!--
 p.MsoListParagraph, li.MsoListParagraph
	{{mso-style-priority:34; margin-left:24.0pt; font-size:12.0pt;}}
 @list l0
	{{mso-list-id:1208447591; mso-list-type:hybrid;}}
 @list l0:level2
	{{mso-level-number-format:taiwanese-counting; mso-level-text:"（%2）";}}
-->
</style>
<!--[if gte mso 10]>
<style>
 /* Style Definitions */
 table.MsoNormalTable {{mso-style-name:"Table Normal";}}
</style>
<![endif]-->
</head>
<body lang=ZH-TW style='tab-interval:24.0pt;text-justify-trim:punctuation'>
<!--StartFragment-->
{paragraphs}
<!--EndFragment-->
</body>
</html>"""


def word_online(sample: Sample) -> str:
    """Word for the web: each item in a list of its own, level and number in attributes."""
    counts: dict[int, int] = defaultdict(int)
    out = []
    for line in sample.lines:
        counts[line.level] += 1
        for deeper in [level for level in counts if level > line.level]:
            del counts[deeper]
        style, pattern = _online_style(line)
        out.append(
            '<div class="ListContainerWrapper SCXW20 BCX8" style="direction: ltr;">'
            f'<ol class="NumberListStyle{line.level} SCXW20 BCX8" role="list" start="{counts[line.level]}"'
            f' style="user-select: text; list-style-type: {style};">'
            f'<li aria-setsize="-1" data-leveltext="{pattern}" data-font="" data-listid="7" '
            'data-list-defn-props="{&quot;335552541&quot;:0,&quot;469777815&quot;:&quot;multilevel&quot;}" '
            f'data-aria-posinset="{counts[line.level]}" data-aria-level="{line.level}" role="listitem" '
            'class="OutlineElement Ltr SCXW20 BCX8"><p class="Paragraph SCXW20 BCX8" paraid="1" paraeid="{a}{1}">'
            f'<span data-contrast="auto" lang="ZH-TW" class="TextRun SCXW20"><span class="NormalTextRun">{line.words}</span>'
            '</span><span class="EOP SCXW20 BCX8" data-ccp-props="{}">&nbsp;</span></p></li></ol></div>'
        )
    return f"<html><body><!--StartFragment-->{''.join(out)}<!--EndFragment--></body></html>"


def _online_style(line: Line) -> tuple[str, str]:
    place = f"%{line.level}"
    kinds = {
        "一": "trad-chinese-informal",
        "二": "trad-chinese-informal",
        "a": "lower-alpha",
    }
    digit = line.label.strip("（）()、.")
    return kinds.get(digit, "decimal"), line.label.replace(digit, place)


def google_docs(sample: Sample) -> str:
    """Google Docs: everything in a `b` that is not bold, inner lists beside their items, styles on the items."""
    styles = ["trad-chinese-informal", "trad-chinese-informal", "decimal"]
    if sample.language == "en":
        styles = ["decimal", "decimal", "lower-alpha"]
    out = []
    depth = 0
    for line in sample.lines:
        while depth < line.level:
            out.append('<ol style="margin-top:0;margin-bottom:0;padding-inline-start:48px;">')
            depth += 1
        while depth > line.level:
            out.append("</ol>")
            depth -= 1
        words = line.words.replace("<b>", "</span><span style='font-weight:700;white-space:pre-wrap;'>")
        words = words.replace("</b>", "</span><span style='font-weight:400;'>")
        out.append(
            f'<li dir="ltr" style="list-style-type:{styles[line.level - 1]};font-size:11pt;font-weight:400;white-space:pre;" '
            f'aria-level="{line.level}"><p dir="ltr" style="line-height:1.38;margin-top:0pt;" role="presentation">'
            f'<span style="font-size:11pt;font-weight:400;font-style:normal;white-space:pre-wrap;">{words}</span></p></li>'
        )
    out += ["</ol>"] * depth
    inner = "".join(out)
    return (
        '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-5ad4c0f1-7fff-1b2c">'
        f'{inner}</b><br class="Apple-interchange-newline">'
    )


def libreoffice(sample: Sample) -> str:
    """LibreOffice Writer: lists inside items, as HTML means them."""
    kinds = ["1", "1", "a" if sample.language == "en" else "1"]
    out = []
    depth = 0
    for line in sample.lines:
        while depth > line.level:
            out.append("</li>\n</ol>\n")
            depth -= 1
        if depth == line.level:
            out.append("</li>\n")
        while depth < line.level:
            out.append(f'<ol type="{kinds[depth]}">\n')
            depth += 1
        out.append(
            f'\t<li><p style="line-height: 100%; margin-bottom: 0cm">\n{line.words.replace("b>", "strong>")}</p>\n'
        )
    out.append("</li>\n</ol>\n" * depth)
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n\t<meta http-equiv="content-type" content="text/html; charset=utf-8"/>\n'
        '\t<title></title>\n\t<meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/>\n'
        '\t<style type="text/css">\n\t\t@page { size: 21cm 29.7cm; margin: 2cm }\n\t\tp { margin-bottom: 0.25cm }\n'
        f'\t</style>\n</head>\n<body lang="zh-TW" dir="ltr">{"".join(out)}</body>\n</html>'
    )


PROGRAMS: dict[str, Callable[[Sample], str]] = {
    "word": word,
    "word-online": word_online,
    "google-docs": google_docs,
    "libreoffice": libreoffice,
}
