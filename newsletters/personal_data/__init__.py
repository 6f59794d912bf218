"""What is kept of subscribers and of those who send to them: the part of this app in the data register."""

from __future__ import annotations

from newsletters.personal_data import forms, readers, sending

__all__ = ["forms", "readers", "sending"]
