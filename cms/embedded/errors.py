"""The one error of the embedded database, so that callers need to know only one."""


class EmbeddedDatabaseError(RuntimeError):
    """The embedded PostgreSQL cannot do what was asked; the message says why and what to do."""
