from core.data_register.codes import Basis, Category, Necessity, Purpose, Recipients
from core.data_register.files import (
    CollectingForm,
    DataFile,
    Erasure,
    NotPersonal,
    Personal,
    Register,
    Retention,
    register,
)
from core.data_register.finding import by_account, by_name
from core.data_register.person import Person, person_of, person_of_text

__all__ = [
    "Basis",
    "Category",
    "CollectingForm",
    "DataFile",
    "Erasure",
    "Necessity",
    "NotPersonal",
    "Person",
    "Personal",
    "Purpose",
    "Recipients",
    "Register",
    "Retention",
    "by_account",
    "by_name",
    "person_of",
    "person_of_text",
    "register",
]
