"""The commands, as a shell calls them."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import CommandError, ManagementUtility, call_command

from core.dates import today
from policies.choices import UpdateType
from policies.models import Edition, EditionText, LedgerEntry, Policy, PolicyPage
from policies.text.exporting import from_json
from tests.factories.policies import issue, make_bilingual_policy, make_page

pytestmark = pytest.mark.django_db

CHINESE = """隱私權政策

一、適用範圍
本政策適用於本署網站。

二、保存期限
（一）伺服器紀錄保存{years}年。
（二）其他資料保存一年。

三、聯絡方式
請洽本署{office}。
"""
ENGLISH = """Privacy Policy

1. Scope
This policy applies to our website.

2. Retention
(1) Server logs are kept for three years.
(2) Other data are kept for one year.

3. Contact
Please contact us.
"""


@pytest.fixture
def chinese(tmp_path):
    def write(years="三", office="", name="privacy.txt"):
        path = tmp_path / name
        path.write_text(CHINESE.format(years=years, office=office), encoding="utf-8")
        return path

    return write


def run(path, *arguments, language="zh-hant", issued="2014-04-07", policy="privacy"):
    call_command("import_policy", str(path), "--policy", policy, "--lang", language, "--issued", issued, *arguments)


class TestPrevailingLanguage:
    def test_is_that_of_the_first_file_and_said(self, chinese, capsys):
        run(chinese())
        assert "privacy: zh-hant prevails (the language of its first file" in capsys.readouterr().out
        assert Policy.objects.get().prevailing_locale == "zh-hant"
        run(chinese("五"), issued="2015-04-07")
        assert "prevails" not in capsys.readouterr().out

    def test_may_be_asked_for(self, chinese, capsys):
        run(chinese(), "--prevailing", "zh-hant", "--dry-run")
        assert "zh-hant prevails (as --prevailing says)" in capsys.readouterr().out
        assert not Policy.objects.exists()

    def test_comes_before_its_translations(self, chinese):
        with pytest.raises(CommandError, match=r"in privacy en prevails\. Import its text first"):
            run(chinese(), "--prevailing", "en")
        assert not Policy.objects.exists()

    def test_of_a_draft_is_that_of_its_page(self, chinese, capsys):
        make_page("privacy", language="zh-hant")
        run(chinese())
        assert "zh-hant prevails (as its draft says)" in capsys.readouterr().out

    def test_does_not_change(self, chinese):
        run(chinese())
        with pytest.raises(CommandError, match=r"zh-hant prevails, not en\. Leave out --prevailing"):
            run(chinese("五"), "--prevailing", "en", issued="2015-04-07")


class TestImportPolicy:
    def test_makes_the_policy_and_its_first_edition(self, chinese, capsys):
        run(chinese())
        text = EditionText.objects.get()
        assert (text.edition.number, text.title, len(text.clauses)) == ("1.0", "隱私權政策", 5)
        assert text.edition.effective_from == dt.date(2014, 4, 7)
        assert "5 clauses issued" in capsys.readouterr().out

    def test_a_back_catalogue_keeps_the_keys_of_its_clauses(self, chinese):
        run(chinese())
        run(chinese(years="五"), issued="2018-05-01")
        old, new = EditionText.objects.order_by("pk")
        assert new.edition.number == "2.0"
        assert [clause["key"] for clause in old.clauses] == [clause["key"] for clause in new.clauses]
        assert [change["kinds"] for change in new.changes] == [["reworded"]]

    def test_takes_a_catalogue_with_a_correction_of_what_was_in_force(self, chinese, tmp_path):
        run(chinese())
        run(chinese(years="五"), "--to-be-announced", issued="2018-05-01")
        with pytest.raises(CommandError, match="would never apply"):
            run(chinese(office="法制室"), issued="2018-06-01")
        run(chinese(office="法制室"), "--edition", "1.0", issued="2018-06-01")
        english = tmp_path / "privacy-en.txt"
        english.write_text(ENGLISH, encoding="utf-8")
        with pytest.raises(CommandError, match=r"belongs to: 1\.1, 2\.0"):
            run(english, language="en", issued="2018-06-02")
        run(english, "--edition", "1.1", language="en", issued="2018-06-02")
        texts = EditionText.objects.order_by("pk")
        assert [(text.edition.number, text.locale) for text in texts] == [
            ("1.0", "zh-hant"),
            ("2.0", "zh-hant"),
            ("1.1", "zh-hant"),
            ("1.1", "en"),
        ]
        assert texts[2].edition.previous.number == "1.0"
        assert [change["kinds"] for change in texts[2].changes] == [["reworded"]]

    def test_replaces_what_was_announced_when_told_to(self, chinese):
        run(chinese())
        run(chinese(years="五"), "--effective", "2019-01-01", issued="2018-05-01")
        with pytest.raises(CommandError, match=r"Edition 2\.0 is announced and would never apply"):
            run(chinese(years="七"), issued="2018-06-01")
        run(chinese(years="七"), "--replace-announced", issued="2018-06-01")
        edition = Edition.objects.get(major=3)
        assert edition.previous.number == "1.0"

    def test_a_past_edition_without_a_note_says_so_in_its_language(self, chinese):
        run(chinese())
        run(chinese(years="五"), issued="2018-05-01")
        note = EditionText.objects.order_by("-pk").first().change_note
        assert note
        assert note != "No change note was recorded when this edition was published."

    def test_one_of_today_needs_a_note(self, chinese):
        run(chinese())
        with pytest.raises(CommandError, match="change note"):
            run(chinese(years="五"), issued=today().isoformat())
        assert Edition.objects.count() == 1

    def test_punctuation_alone_is_editorial(self, chinese):
        run(chinese())
        path = chinese()
        path.write_text(path.read_text(encoding="utf-8").replace("請洽本署。", "請洽本署！"), encoding="utf-8")
        run(path, issued="2015-01-01")
        edition = Edition.objects.order_by("-pk").first()
        assert (edition.number, edition.update_type) == ("1.1", UpdateType.EDITORIAL)

    def test_takes_note_date_number_and_type(self, chinese):
        run(chinese())
        run(
            chinese(years="五"),
            "--note=延長保存期限。",
            "--effective=民國107年6月1日",
            "--document-no=外字第1號",
            "--update-type=substantive",
            issued="2018-05-01",
        )
        text = EditionText.objects.order_by("-pk").first()
        assert text.change_note == "延長保存期限。"
        assert text.edition.effective_from == dt.date(2018, 6, 1)
        assert text.edition.document_no == "外字第1號"

    def test_may_leave_the_date_open(self, chinese):
        run(chinese(), "--to-be-announced")
        assert Edition.objects.get().effective_from is None

    def test_a_translation_takes_the_keys_of_its_source(self, chinese, tmp_path):
        run(chinese())
        path = tmp_path / "privacy-en.txt"
        path.write_text(ENGLISH, encoding="utf-8")
        run(path, language="en")
        source, translation = EditionText.objects.order_by("pk")
        assert translation.edition == source.edition
        assert [clause["key"] for clause in source.clauses] == [clause["key"] for clause in translation.clauses]
        assert Policy.objects.get().prevailing_locale == "zh-hant"

    def test_a_translation_with_a_clause_too_many_is_refused_by_its_number(self, chinese, tmp_path):
        run(chinese())
        path = tmp_path / "privacy-en.txt"
        path.write_text(ENGLISH + "\n4. Complaints\nYou may complain.\n", encoding="utf-8")
        with pytest.raises(CommandError, match=r"Clause 4\."):
            run(path, language="en")
        assert EditionText.objects.count() == 1

    def test_a_file_without_a_title_keeps_the_policy_s(self, chinese, tmp_path):
        run(chinese())
        path = tmp_path / "v2.txt"
        path.write_text(CHINESE.format(years="五", office="").partition("\n")[2], encoding="utf-8")
        run(path, issued="2018-05-01")
        assert EditionText.objects.order_by("-pk").first().title == "隱私權政策"

    def test_dry_run_prints_the_tree_and_writes_nothing(self, chinese, capsys):
        run(chinese(), "--dry-run")
        printed = capsys.readouterr().out
        assert "    （一） 伺服器紀錄保存三年。" in printed
        assert "privacy 1.0 (zh-hant, substantive, from 2014-04-07): 5 clauses would be issued." in printed
        assert (Policy.objects.count(), PolicyPage.objects.count(), LedgerEntry.objects.count()) == (0, 0, 0)

    def test_dry_run_refuses_what_the_real_run_would(self, chinese):
        with pytest.raises(CommandError, match="day to come"):
            run(chinese(), "--dry-run", issued="2999-01-01")

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "holds no text"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "not a text file"),
            (b"\xff\xfe\x00\xd8", "Save it|no text|can"),
            (("文字" * 3_000_000).encode(), "can be imported"),
            ("Это политика конфиденциальности сайта.\n".encode(), "does not read as"),
            ("La politique de confidentialité est publiée pour les visiteurs du site.\n".encode(), "does not read as"),
        ],
    )
    def test_what_cannot_be_imported_is_refused_in_one_line(self, tmp_path, content, reason):
        path = tmp_path / "bad.txt"
        path.write_bytes(content)
        with pytest.raises(CommandError, match=reason) as caught:
            run(path)
        message = str(caught.value)
        assert message.startswith(str(path))
        assert "\n" not in message
        assert caught.value.returncode == 1
        assert (Policy.objects.count(), PolicyPage.objects.count(), LedgerEntry.objects.count()) == (0, 0, 0)

    def test_a_file_that_is_not_there_is_refused(self, tmp_path):
        with pytest.raises(CommandError, match="can be read"):
            run(tmp_path / "nothing.txt")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--issued=2014-02-30"],
            ["--policy=../etc"],
            ["--lang=fr"],
            ["--update-type=huge"],
        ],
    )
    def test_wrong_usage_exits_two(self, chinese, arguments):
        base = {"--policy": "privacy", "--lang": "zh-hant", "--issued": "2014-04-07"}
        for argument in arguments:
            name, _equals, value = argument.partition("=")
            base[name] = value
        argv = ["manage.py", "import_policy", str(chinese()), *(f"{name}={value}" for name, value in base.items())]
        with pytest.raises(SystemExit) as caught:
            ManagementUtility(argv).execute()
        assert caught.value.code == 2
        assert Policy.objects.count() == 0

    def test_a_future_day_is_refused(self, chinese):
        with pytest.raises(CommandError, match="day to come"):
            run(chinese(), issued="2999-01-01")

    def test_older_than_the_newest_is_refused(self, chinese):
        run(chinese())
        with pytest.raises(CommandError, match="oldest first"):
            run(chinese(years="五"), issued="2013-01-01")


class TestExportPolicy:
    def test_writes_the_edition_in_force_as_json_by_default(self, capsysbinary):
        make_bilingual_policy()
        call_command("export_policy", "privacy", "--lang", "en")
        document = from_json(capsysbinary.readouterr().out.decode())
        assert document.title == "Privacy policy"
        assert "five years" in document.clauses[1].body

    def test_writes_a_past_edition_to_a_file(self, tmp_path):
        make_bilingual_policy()
        path = tmp_path / "old.json"
        call_command("export_policy", "privacy", "--lang=zh-hant", "--edition=1.0", f"--output={path}")
        assert "三年" in json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
        assert [child.name for child in tmp_path.iterdir()] == ["old.json"]

    def test_what_is_not_there_is_refused(self, tmp_path):
        page = make_page()
        issue(page)
        for arguments, reason in (
            (["privacy", "--lang=zh-hant", "--edition=9.9"], "no such edition"),
            (["nothing", "--lang=zh-hant"], "no such edition"),
            (["privacy", "--lang=en", "--edition=1.0"], "no text in English"),
            (["privacy", "--lang=zh-hant", "--edition=one"], "not an edition number"),
            (["privacy", "--lang=zh-hant", f"--output={tmp_path}/no/where.json"], "can be written"),
        ):
            with pytest.raises(CommandError, match=reason):
                call_command("export_policy", *arguments)
