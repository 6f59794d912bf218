"""Nothing of people is kept by the home page."""

from __future__ import annotations

from core.data_register import NotPersonal, register

register.add(NotPersonal(model="home.HomePage", fields=frozenset({"page_ptr", "summary", "welcome"})))
