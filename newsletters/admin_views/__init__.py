"""The operator's screens in Wagtail's admin: what is being sent, what went wrong, and what can be done about it."""
