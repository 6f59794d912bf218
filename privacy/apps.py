from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Personal data")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the clocks of requests looked at, and what is past its days deleted."""
        from newsletters.engine import housekeeping
        from privacy.services import reminders, retention, tombstones

        housekeeping.register("requests about data", every=3600, run=lambda at: reminders.remind_officer(at=at))
        housekeeping.register("links to data", every=3600, run=lambda at: retention.keep_retention(at=at))
        housekeeping.register("erasures outside the database", every=60, run=lambda _at: tombstones.write_missing())
