"""Writing mail: templates in, a subject and two bodies in parts out. Sending it is others' business."""

from core.mail.content import MailContent, MailContentError, Part, ValueName, resolve
from core.mail.rendering import render_mail

__all__ = ["MailContent", "MailContentError", "Part", "ValueName", "render_mail", "resolve"]
