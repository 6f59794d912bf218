"""Who can sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users whose login name is their e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; `email` is kept with its domain in lower case. Raises `ValueError` when it is empty."""
        if not email:
            msg = "A user needs an e-mail address."
            raise ValueError(msg)
        user: User = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user with every permission."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in with an e-mail address. May be changed and erased; records keep names as text."""

    username = None  # type: ignore[assignment]  # the e-mail address is the login name
    email = models.EmailField(_("e-mail address"), unique=True)
    nickname = models.CharField(_("nickname"), max_length=60, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    language = models.CharField(
        _("language of mails"),
        max_length=12,
        blank=True,
        help_text=_("Empty: that of the page where mail was asked for."),
    )
    unconfirmed_since = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the owner signed up, until the address is confirmed."
    )
    frozen_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Since when nobody can sign in: the owner said “this was not me”.",
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[assignment, misc]  # ours makes users without a username

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="members_user_email_case_insensitive"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def can_sign_in(self) -> bool:
        """Whether the right passphrase opens the account."""
        return self.is_active and self.unconfirmed_since is None and self.frozen_at is None

    def get_full_name(self) -> str:
        """Return the name as its language writes it: family name first, without a space, for Chinese names."""
        is_chinese = any("\u4e00" <= character <= "\u9fff" for character in self.last_name)
        return f"{self.last_name}{self.first_name}" if is_chinese else f"{self.first_name} {self.last_name}".strip()
