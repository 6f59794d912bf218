"""The data register: which personal data each model and each form holds, what for, for how long, and how it goes.

Every app declares what it keeps in its module `personal_data`, which is read when the site starts. A model without a
declaration, and a field that its model's declaration does not name, fail a test (`core.data_register.coverage`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps

from core.data_register.codes import Category, Necessity

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.db.models import Model, QuerySet
    from django.db.models.options import Options
    from django.utils.functional import _StrOrPromise

    from core.data_register.codes import Basis, Purpose, Recipients
    from core.data_register.person import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Personal:
    """One field that says something about a person. `is_secret`: shown to nobody, not even to the person (a password's hash)."""

    what: _StrOrPromise
    category: Category
    necessity: Necessity
    is_secret: bool = False

    @classmethod
    def given(cls, what: _StrOrPromise) -> Personal:
        """Declare something that must be given for the purpose to be met."""
        return cls(what=what, category=Category.IDENTIFYING, necessity=Necessity.REQUIRED)

    @classmethod
    def chosen(cls, what: _StrOrPromise) -> Personal:
        """Declare something that people may give or leave out."""
        return cls(what=what, category=Category.IDENTIFYING, necessity=Necessity.OPTIONAL)

    @classmethod
    def made(cls, what: _StrOrPromise, *, is_secret: bool = False) -> Personal:
        """Declare something that comes about here."""
        return cls(what=what, category=Category.IDENTIFYING, necessity=Necessity.MADE, is_secret=is_secret)


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """How long a file is kept: in words, and `period` where it is a number of days (`%(days)d` in the words) that a job keeps to."""

    words: _StrOrPromise
    period: dt.timedelta | None = None

    @property
    def text(self) -> str:
        """The words, with the days."""
        return str(self.words) if self.period is None else str(self.words) % {"days": self.period.days}


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """What happens to a file when the person asks for erasure: `act` does it; without one, `words` say why it stays."""

    words: _StrOrPromise
    act: Callable[[Person, dt.datetime], object] | None = None


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """One file of personal data (個人資料檔案, Article 17 of the Act): the rows of one model about people.

    `other` are the model's remaining fields, which say nothing about the person. `rows` finds those of a person and
    `addresses` all addresses that the file holds, each with the moment since when (for erasing again after a restore).
    `stop` ends the use of the data without erasing it; `own_page` is where the person changes it themselves.
    """

    model: str
    name: _StrOrPromise
    purposes: tuple[Purpose, ...]
    basis: Basis
    recipients: Recipients
    retention: Retention
    erasure: Erasure
    personal: Mapping[str, Personal]
    rows: Callable[[Person], QuerySet[Any]]
    other: frozenset[str] = frozenset()
    addresses: Callable[[], Iterable[tuple[str, dt.datetime]]] | None = None
    stop: Callable[[Person, dt.datetime], object] | None = None
    own_page: Callable[[Person, str], str] | None = None

    @property
    def fields(self) -> frozenset[str]:
        """All fields that the declaration names."""
        return frozenset(self.personal) | self.other


@dataclass(frozen=True, kw_only=True)
class NotPersonal:
    """A model whose rows say nothing about a person; every field is named, so that a new one has to be thought of."""

    model: str
    fields: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class CollectingForm:
    """A form. `collects` names for each of its fields the `app.Model.field` that keeps it; `other` keep nothing of a person.

    `adds` are fields that come to be kept with it; `why` and `without` are the notice's words for what it is for and what
    happens when somebody would rather not. A form of the staff has neither and shows no notice.
    """

    form: str
    collects: Mapping[str, str] = field(default_factory=dict)
    adds: tuple[str, ...] = ()
    other: frozenset[str] = frozenset()
    why: _StrOrPromise = ""
    without: _StrOrPromise = ""


class Register:
    """All declarations of one site."""

    def __init__(self) -> None:
        self._models: dict[str, DataFile | NotPersonal] = {}
        self._forms: dict[str, CollectingForm] = {}

    def add(self, *declarations: DataFile | NotPersonal | CollectingForm) -> None:
        """Take declarations in; a second one of the same model or form is a mistake."""
        for declaration in declarations:
            is_form = isinstance(declaration, CollectingForm)
            kept: dict[str, Any] = self._forms if is_form else self._models
            name = declaration.form if isinstance(declaration, CollectingForm) else declaration.model
            if name in kept:
                msg = f"{name} is declared twice in the data register."
                raise ValueError(msg)
            kept[name] = declaration

    def declaration_of(self, model: str) -> DataFile | NotPersonal | None:
        """Return what is declared of the model with that label (`app.Model`)."""
        return self._models.get(model)

    def form(self, name: str) -> CollectingForm:
        """Return what is declared of a form, by its dotted path."""
        return self._forms[name]

    def forms(self) -> Mapping[str, CollectingForm]:
        return self._forms

    def files(self) -> Iterator[DataFile]:
        """Yield the files of all apps that are installed, in the order in which they were declared."""
        for declaration in self._models.values():
            if isinstance(declaration, DataFile) and apps.is_installed(_app_of(declaration.model)):
                yield declaration

    def file_of(self, field_label: str) -> tuple[DataFile, Personal]:
        """Return the file and the field that `app.Model.field` names."""
        model, _dot, name = field_label.rpartition(".")
        declaration = self._models.get(model)
        if not isinstance(declaration, DataFile) or name not in declaration.personal:
            msg = f"The data register knows no personal field {field_label}."
            raise LookupError(msg)
        return declaration, declaration.personal[name]


#: What the site declares.
register = Register()


def fields_of(model: type[Model]) -> list[str]:
    """Return the names of a model's own columns and many-to-many fields; what it inherits is of its parent."""
    options = options_of(model)
    return [each.name for each in [*options.local_fields, *options.local_many_to_many]]


def options_of(model: type[Model]) -> Options[Any]:
    """Return the options of a model, which Django documents and underlines all the same."""
    return model._meta  # noqa: SLF001 -- see above


def _app_of(label: str) -> str:
    for config in apps.get_app_configs():
        if config.label == label.partition(".")[0]:
            return config.name
    return label
