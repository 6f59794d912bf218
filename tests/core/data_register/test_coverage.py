from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from core.data_register import CollectingForm, DataFile, NotPersonal, Register, register
from core.data_register.coverage import undeclared_fields, undeclared_inputs

PACKAGES = ("core", "policies", "members", "newsletters", "privacy", "search", "home", "cms")


def import_everything() -> None:
    """Import every module of ours: a form is known once its module is."""
    for package in PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not any(part in found.name for part in (".migrations", ".settings", ".__main__", ".management")):
                importlib.import_module(found.name)


def copy_of_register() -> Register:
    copy = Register()
    copy._models, copy._forms = dict(register._models), dict(register._forms)
    return copy


class TestModels:
    def test_every_field_of_every_model_is_declared(self):
        assert list(undeclared_fields(register)) == []

    def test_finds_a_field_that_nobody_declared(self):
        planted = copy_of_register()
        file = planted.declaration_of("newsletters.Subscriber")
        assert isinstance(file, DataFile)
        without = {name: said for name, said in file.personal.items() if name != "paused_until"}
        planted._models["newsletters.Subscriber"] = replace(file, personal=without)
        assert list(undeclared_fields(planted)) == [
            "newsletters.Subscriber.paused_until is not in the data register: say whether it is personal."
        ]

    def test_finds_a_new_column_of_a_model_that_was_not_personal(self):
        planted = copy_of_register()
        kept = planted.declaration_of("newsletters.Topic")
        assert isinstance(kept, NotPersonal)
        planted._models["newsletters.Topic"] = NotPersonal(model=kept.model, fields=kept.fields - {"slug"})
        assert [fault.split()[0] for fault in undeclared_fields(planted)] == ["newsletters.Topic.slug"]

    @isolate_apps("members")
    def test_finds_a_model_that_nobody_declared(self):
        class Visitor(models.Model):  # noqa: DJ008
            telephone = models.CharField(max_length=20)

            class Meta:
                app_label = "members"

        assert list(undeclared_fields(register, [Visitor])) == [
            "members.Visitor is not in the data register: declare it in members/personal_data.py."
        ]

    def test_finds_what_is_declared_twice_or_gone(self):
        planted = copy_of_register()
        file = planted.declaration_of("newsletters.SignUp")
        assert isinstance(file, DataFile)
        planted._models["newsletters.SignUp"] = replace(file, other=file.other | {"network", "shoe_size"})
        assert list(undeclared_fields(planted)) == [
            "newsletters.SignUp.shoe_size is in the data register and not in the model.",
            "newsletters.SignUp.network is declared both as personal and as not.",
        ]

    def test_refuses_a_second_declaration(self):
        planted = copy_of_register()
        with pytest.raises(ValueError, match="declared twice"):
            planted.add(NotPersonal(model="core.SiteVersion", fields=frozenset()))


class TestForms:
    def test_every_field_of_every_form_is_declared(self):
        import_everything()
        assert list(undeclared_inputs(register, PACKAGES)) == []

    def test_finds_a_form_and_a_field_that_nobody_declared(self):
        class Form(forms.Form):
            telephone = forms.CharField()

        path = f"{Form.__module__}.{Form.__qualname__}"
        packages = {Form.__module__.partition(".")[0]}
        assert f"The form {path} is not in the data register." in list(undeclared_inputs(register, packages))
        planted = copy_of_register()
        planted.add(CollectingForm(form=path, collects={"mobile": "newsletters.Subscriber.telephone"}))
        faults = [fault for fault in undeclared_inputs(planted, packages) if path in fault]
        assert faults == [
            f"{path}.telephone is not in the data register.",
            f"{path}.mobile is declared and not in the form.",
            f"{path} says that newsletters.Subscriber.telephone keeps what it collects; the data register knows no such "
            "personal field.",
        ]


class TestFiles:
    def test_names_only_models_that_there_are(self):
        for file in register.files():
            assert apps.get_model(file.model)._meta.label == file.model

    def test_says_in_days_only_what_a_job_keeps_to(self):
        for file in register.files():
            assert ("%(days)d" in str(file.retention.words)) == (file.retention.period is not None)
            assert "%(" not in file.retention.text
