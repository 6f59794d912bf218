"""Whether the register names everything: a walk over every model and every form of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.forms.forms import BaseForm

from core.data_register.files import DataFile, Register, fields_of, options_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model


def undeclared_fields(register: Register, models: Iterable[type[Model]] | None = None) -> Iterator[str]:
    """Yield a sentence for each model and field that is in no declaration, or twice in one, or gone from the model."""
    for model in models if models is not None else apps.get_models():
        label = options_of(model).label
        declaration = register.declaration_of(label)
        if declaration is None:
            yield f"{label} is not in the data register: declare it in {options_of(model).app_label}/personal_data.py."
            continue
        names = set(fields_of(model))
        yield from (
            f"{label}.{name} is not in the data register: say whether it is personal."
            for name in sorted(names - declaration.fields)
        )
        # What others ship differs from release to release; ours does not.
        if not _is_others(model):
            gone = sorted(declaration.fields - names)
            yield from (f"{label}.{name} is in the data register and not in the model." for name in gone)
        if isinstance(declaration, DataFile):
            twice = sorted(declaration.other & set(declaration.personal))
            yield from (f"{label}.{name} is declared both as personal and as not." for name in twice)


def undeclared_inputs(register: Register, packages: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each form of `packages` and each of its fields that is in no declaration.

    A form is found once its module was imported.
    """
    for form in sorted(_all_subclasses(BaseForm), key=_path_of):
        path = _path_of(form)
        if form.__module__.partition(".")[0] not in set(packages):
            continue
        declaration = register.forms().get(path)
        if declaration is None:
            yield f"The form {path} is not in the data register."
            continue
        declared = set(declaration.collects) | declaration.other
        names = set(getattr(form, "base_fields", {}))
        yield from (f"{path}.{name} is not in the data register." for name in sorted(names - declared))
        yield from (f"{path}.{name} is declared and not in the form." for name in sorted(declared - names))
        yield from _unknown_places(register, path)


def _unknown_places(register: Register, path: str) -> Iterator[str]:
    declaration = register.forms()[path]
    for label in [*declaration.collects.values(), *declaration.adds]:
        try:
            register.file_of(label)
        except LookupError:
            yield f"{path} says that {label} keeps what it collects; the data register knows no such personal field."


def _is_others(model: type[Model]) -> bool:
    path = apps.get_app_config(options_of(model).app_label).path
    return "site-packages" in path


def _all_subclasses(parent: type) -> set[type]:
    children: list[type] = parent.__subclasses__()
    return set(children).union(*(_all_subclasses(child) for child in children))


def _path_of(form: type) -> str:
    return f"{form.__module__}.{form.__qualname__}"
