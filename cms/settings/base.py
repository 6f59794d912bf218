"""Settings shared by every environment; secrets and addresses come from the environment."""

from __future__ import annotations

import os
import zoneinfo
from pathlib import Path

from csp.constants import NONE, SELF

from cms.database import database_settings
from cms.mail import agency_domain, mailbox_settings, smtp_settings

BASE_DIR = Path(__file__).resolve().parents[2]

# Applications, lowest layer last: Django takes the first template it finds.
INSTALLED_APPS = [
    "cms",
    "home",
    "search",
    "privacy",
    "newsletters",
    "members",
    "policies",
    "core",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "modelcluster",
    "taggit",
    "csp",
    "django_tasks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # for the translations of “5 seconds ago”, which Wagtail shows
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

# The record's cache comes first: a page that it keeps has all the headers that the others set, and needs none of them again.
# What only people who sign in need comes last: pages of the record are answered before it.
MIDDLEWARE = [
    "policies.middleware.RecordCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "cms.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cms.middleware.ContentSecurityPolicyMiddleware",
    "cms.middleware.AdminContentSecurityPolicyMiddleware",
    "cms.middleware.AddressLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "policies.middleware.RecordPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "members.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "members.middleware.PrivatePagesMiddleware",
    "members.middleware.StaffFactorMiddleware",
    "policies.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

# The first engine that has a template renders it: pages of the public are in jinja2/, of the admin and of mail in templates/.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "jinja2"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "core.jinja.environment",
            "context_processors": ["core.context_processors.site", "policies.context_processors.footer"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.site",
            ],
        },
    },
]
AVOW_STRICT_TEMPLATES = False  # whether a name that a public page lacks is an error
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": database_settings(os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "members.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "members.breached.BreachedPasswordValidator"},
    {"NAME": "members.breached.OwnWordsValidator"},
]

# Accounts (docs/security/asvs.md). django-allauth signs people in; what it would count in a cache is counted in PostgreSQL
# instead (members.limits), and what it would mail is written by members.services.letters.
#: Passphrases that others have lost; make_breached_filter makes a larger one from any list.
AVOW_BREACHED_FILTER = Path(os.environ.get("AVOW_BREACHED_FILTER", BASE_DIR / "members" / "data" / "breached.bloom"))
AUTHENTICATION_BACKENDS = ["members.backends.AccountBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "account_login"
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False  # nobody sets or learns another's: a new account's owner has a link sent
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
ACCOUNT_ADAPTER = "members.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False
ACCOUNT_LOGIN_TIMEOUT = 10 * 60
MFA_ADAPTER = "members.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RATE_LIMITS = False
MFA_TOTP_TOLERANCE = 1  # one step either way (RFC 6238 §5.2), for clocks that are not quite right
USERSESSIONS_TRACK_ACTIVITY = False

# Mail. System mail (confirmations, accounts) and bulletins go out from different addresses, and may take different relays.
SMTP_URL = os.environ.get("SMTP_URL", "")
BULLETIN_SMTP_URL = os.environ.get("BULLETIN_SMTP_URL", SMTP_URL)
SYSTEM_SMTP = smtp_settings("SMTP_URL", SMTP_URL)
BULLETIN_SMTP = smtp_settings("BULLETIN_SMTP_URL", BULLETIN_SMTP_URL)
AVOW_MAIL_DOMAIN = os.environ.get("AVOW_MAIL_DOMAIN", agency_domain(os.environ))
DEFAULT_FROM_EMAIL = os.environ.get("SYSTEM_FROM", f"no-reply@{AVOW_MAIL_DOMAIN}")
BULLETIN_FROM = os.environ.get("BULLETIN_FROM", f"bulletins@{AVOW_MAIL_DOMAIN}")
#: Bounces come back to local parts under this domain, each with the token of its delivery.
AVOW_RETURN_DOMAIN = os.environ.get("AVOW_RETURN_DOMAIN", AVOW_MAIL_DOMAIN)
#: The folder from which `fetch_bounces` takes reports, where no mail server pipes them to `process_bounce`.
BOUNCE_MAILBOX = mailbox_settings("BOUNCE_IMAP_URL", os.environ.get("BOUNCE_IMAP_URL", ""))
#: Where mail lies as files while no relay is named: for trial, never for production.
AVOW_OUTBOX = Path(os.environ.get("AVOW_OUTBOX", BASE_DIR / ".avow" / "outbox"))
#: A mail service instead of a relay: the dotted path of an e-mail backend of Django, such as those of django-anymail.
AVOW_MAIL_SERVICE = os.environ.get("AVOW_MAIL_SERVICE", "")
#: The service whose events are taken in at /webhooks/mail/, by django-anymail's name for it: postmark, amazon_ses, …
AVOW_MAIL_WEBHOOK = os.environ.get("AVOW_MAIL_WEBHOOK", "")
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")}
#: Who was erased, as codes: kept outside of the database, so that a restored backup is erased again. Back it up apart.
AVOW_ERASURES = Path(os.environ.get("AVOW_ERASURES", BASE_DIR / ".avow" / "erasures.txt"))
#: How relays are spoken to: `pipelining`, our own client, or `smtplib`, Python's plain one.
AVOW_SMTP_CLIENT = os.environ.get("AVOW_SMTP_CLIENT", "pipelining")
#: The hops between a visitor and us that set X-Forwarded-For themselves; 0 trusts the connection alone.
AVOW_TRUSTED_PROXIES = int(os.environ.get("AVOW_TRUSTED_PROXIES", "0"))
#: More sign-ups to bulletins than this are turned away, with an alarm; half as many for addresses of one mail domain.
AVOW_SIGN_UPS_PER_HOUR = int(os.environ.get("AVOW_SIGN_UPS_PER_HOUR", "2000"))
#: Whether the relay takes addresses whose local part is not ASCII (SMTPUTF8, RFC 6531).
AVOW_INTERNATIONAL_ADDRESSES = os.environ.get("AVOW_INTERNATIONAL_ADDRESSES", "0") == "1"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "正體中文")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
# Our own messages, then our wording of others' (scripts/overrides.py).
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "overrides"]
TIME_ZONE = "Asia/Taipei"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".avow" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(os.environ.get("AVOW_MEDIA_ROOT", BASE_DIR / ".avow" / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "cms.static_files.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a clause takes nine fields in the editor’s form, and a text has at most 2,000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # the most of any; members.periods has the limits
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cms.views.csrf_failure"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The public needs nothing but our own styles, images and small modules; Wagtail's admin replaces this (AdminContentSecurityPolicyMiddleware).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

AVOW_ADMIN_PATH = os.environ.get("AVOW_ADMIN_PATH", "admin").strip("/")
# The host in the permanent identifiers of feeds (RFC 4151): set it to the old host when the site moves to another.
AVOW_TAG_AUTHORITY = os.environ.get("AVOW_TAG_AUTHORITY", "")
AVOW_ALLOW_DEMO = True
#: Whether the mail that lies in AVOW_OUTBOX is shown at /outbox/, to everybody.
AVOW_SHOWS_OUTBOX = False
# Off where a pooler shares connections and keeps no statements (PgBouncer before 1.21 in transaction mode).
AVOW_PREPARED_STATEMENTS = os.environ.get("AVOW_PREPARED_STATEMENTS", "1") != "0"
AVOW_PAGE_CACHE = os.environ.get("AVOW_PAGE_CACHE", "1") != "0"

WAGTAIL_SITE_NAME = os.environ.get("AVOW_SITE_NAME", "Avow")
WAGTAILADMIN_BASE_URL = os.environ.get("AVOW_BASE_URL", "http://127.0.0.1:8000")
WAGTAIL_I18N_ENABLED = True
WAGTAILSIMPLETRANSLATION_SYNC_PAGE_TREE = False
WAGTAILIMAGES_IMAGE_MODEL = "core.AvowImage"
WAGTAILDOCS_DOCUMENT_MODEL = "core.AvowDocument"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
# The names of places: browsers do not know "localtime", nor people "EST5EDT".
WAGTAIL_USER_TIME_ZONES = sorted(
    name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/")
)
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_USAGE_COUNT_ENABLED = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backend"}}
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "txt"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"

SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"tokens": {"()": "cms.logs.TokenFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "avow": {"level": "INFO"},
        # Both name the address that was asked for.
        "django.request": {"filters": ["tokens"]},
        "django.server": {"filters": ["tokens"], "handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
