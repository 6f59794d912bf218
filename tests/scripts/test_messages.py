import os

import polib
import pytest
from jinja2 import TemplateSyntaxError

from scripts import messages
from scripts.compile_messages import compile_catalogues

HEADER = 'msgid ""\nmsgstr ""\n"Language: zh_Hant\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
MODULE = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
# Translators: a person's
NAME = _("Name")
LATER = _("Applies from %(date)s.") % {"date": 1}
COUNT = ngettext("%(count)s clause", "%(count)s clauses", 2)
MAY = pgettext_lazy("month", "May")
NOT = print("not a message")
"""
TEMPLATE = """{% load i18n %}
<p title="{% translate "Contents" %}">It's {{ name|default:_("nobody") }}</p>
    {% blocktranslate count n=items|length trimmed %}
      {{ n }} edition
    {% plural %}
      {{ n }} editions
    {% endblocktranslate %}
  {# Translators: not for readers #}
{% translate "May" context "permission" as may %}
"""

PUBLIC = """{% extends "base.html" %}
<p title="{{ _('Clauses') }}">{{ pgettext("between words", ", ") }}</p>
{% trans counter=items|length, name=name|upper %}
  {{ counter }} text
  of {{ name }}
{% pluralize %}
  {{ counter }} texts
  of {{ name }}
{% endtrans %}
"""


@pytest.fixture
def project(tmp_path):
    catalogue = tmp_path / "locale" / "zh_Hant" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(HEADER, encoding="utf-8")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "models.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "jinja2" / "policies").mkdir(parents=True)
    (tmp_path / "jinja2" / "policies" / "page.html").write_text(PUBLIC, encoding="utf-8")
    return tmp_path


def catalogue_of(project):
    return project / "locale" / "zh_Hant" / "LC_MESSAGES" / "django.po"


def translate(project, changes=()):
    """Translate every message as itself, but for `changes` by its text."""
    catalogue = polib.pofile(str(catalogue_of(project)))
    for entry in catalogue:
        text = dict(changes).get(entry.msgid, entry.msgid_plural or entry.msgid)
        if entry.msgid_plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
    catalogue.save()


def test_finds_the_messages_of_modules_and_templates(project):
    found = messages.extract(project)
    assert {(message.context, message.text, message.plural) for message in found.values()} == {
        (None, "Name", ""),
        (None, "Applies from %(date)s.", ""),
        (None, "%(count)s clause", "%(count)s clauses"),
        ("month", "May", ""),
        (None, "Contents", ""),
        (None, "nobody", ""),
        (None, "%(n)s edition", "%(n)s editions"),
        ("permission", "May", ""),
        (None, "Clauses", ""),
        ("between words", ", ", ""),
        (None, "%(counter)s text of %(name)s", "%(counter)s texts of %(name)s"),
    }
    assert found[None, "Name"].comments == ["a person's"]


def test_a_public_template_that_cannot_be_read_is_not_skipped(project):
    (project / "jinja2" / "policies" / "page.html").write_text("{% trans %}Lost{% endif %}", encoding="utf-8")
    with pytest.raises(TemplateSyntaxError):
        messages.extract(project)


def test_a_complete_catalogue_has_no_fault(project):
    messages.update(project)
    translate(project)
    assert messages.check(project) == []
    assert messages.main(["check"], project) == 0


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"Name": ""}, "untranslated: 'Name' (policies/models.py)"),
        ({"Applies from %(date)s.": "自即日起"}, "placeholders differ: 'Applies from %(date)s.' (policies/models.py)"),
        ({"%(count)s clause": "%(number)s 條"}, "placeholders differ: '%(count)s clause' (policies/models.py)"),
    ],
)
def test_names_a_fault(project, changes, fault):
    messages.update(project)
    translate(project, changes)
    assert messages.check(project) == [f"locale/zh_Hant/LC_MESSAGES/django.po: {fault}"]
    assert messages.main(["check"], project) == 1


def test_names_what_is_missing_fuzzy_or_left_over(project):
    messages.update(project)
    translate(project)
    catalogue = polib.pofile(str(catalogue_of(project)))
    catalogue.find("Name").flags.append("fuzzy")
    catalogue.remove(catalogue.find("Contents"))
    catalogue.append(polib.POEntry(msgid="Gone", msgstr="已無"))
    catalogue.save()
    assert [line.split(": ", 1)[1] for line in messages.check(project)] == [
        "missing: 'Contents' (templates/page.html)",
        "fuzzy: 'Name' (policies/models.py)",
        "no longer in the sources, run make messages: 'Gone'",
    ]


def test_an_update_keeps_translations_and_changes_nothing_the_second_time(project):
    messages.update(project)
    translate(project, {"Name": "姓名"})
    messages.update(project)
    first = catalogue_of(project).read_text(encoding="utf-8")
    assert "姓名" in first
    messages.update(project)
    assert catalogue_of(project).read_text(encoding="utf-8") == first


def test_no_catalogue_is_a_fault(project):
    catalogue_of(project).unlink()
    assert messages.check(project) == ["locale/: no catalogue at all"]


def test_compiles_once_until_the_catalogue_changes(project):
    messages.update(project)
    translate(project, {"Name": "姓名"})
    assert compile_catalogues(project) == ["locale/zh_Hant/LC_MESSAGES/django.mo"]
    compiled = catalogue_of(project).with_suffix(".mo")
    assert polib.mofile(str(compiled)).find("Name").msgstr == "姓名"
    assert compile_catalogues(project) == []
    later = compiled.stat().st_mtime_ns + 1
    os.utime(catalogue_of(project), ns=(later, later))
    assert compile_catalogues(project) != []
