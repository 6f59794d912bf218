import pytest

from scripts import templates


@pytest.fixture
def project(tmp_path):
    for name in ("templates/base.html", "policies/templates/policies/page.html", "jinja2/base.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("{% if a %}\n  <p>a</p>\n{% endif %}\n")
    return tmp_path


def test_finds_the_templates_of_the_project_and_of_its_apps(project):
    assert templates.find_templates(project) == {
        "django": ["policies/templates/policies/page.html", "templates/base.html"],
        "jinja": ["jinja2/base.html"],
    }


def test_passes_good_templates(project):
    assert templates.main(["check"], project) == 0


def test_nothing_to_check_is_no_fault(tmp_path):
    assert templates.main(["check"], tmp_path) == 0


@pytest.mark.parametrize("folder", ["templates", "jinja2"])
@pytest.mark.parametrize("fault", ["{% if a %}\n<p>a</p>\n{% endif %}\n", "<div>\n  <p>a\n</div>\n"])
def test_a_planted_fault_is_found(project, fault, folder):
    (project / folder / "base.html").write_text(fault)
    assert templates.main(["check"], project) == 1


def test_formats(project):
    path = project / "templates" / "base.html"
    path.write_text("{% if a %}\n<p>a</p>\n{% endif %}\n")
    assert templates.main(["format"], project) == 0
    assert path.read_text() == "{% if a %}\n  <p>a</p>\n{% endif %}\n"
