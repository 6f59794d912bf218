"""People with an account, what happened to it, and the letters that prove who reads their mail."""

from members.models.events import AccountEvent
from members.models.letters import AccountLetter
from members.models.users import User, UserManager

__all__ = ["AccountEvent", "AccountLetter", "User", "UserManager"]
