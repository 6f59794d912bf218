from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewslettersConfig(AppConfig):
    name = "newsletters"
    verbose_name = _("Bulletins and alerts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of what becomes public, and have done what time brings about."""
        from members.services import retention as account_retention
        from newsletters import receivers
        from newsletters.engine import housekeeping
        from newsletters.outbox import checks  # noqa: F401 -- registers itself
        from newsletters.services import due, grading, retention, sign_up

        receivers.connect()
        housekeeping.register("mailings", every=5, run=lambda at: due.run_due(at=at))
        housekeeping.register("sign-ups", every=5, run=lambda at: sign_up.deal_with_waiting_sign_ups(at=at))
        housekeeping.register("bounces", every=30, run=lambda at: grading.grade(at=at))
        housekeeping.register("retention", every=3600, run=lambda at: retention.keep_retention(at=at))
        housekeeping.register("accounts", every=3600, run=lambda at: account_retention.keep_retention(at=at))
        housekeeping.register("alerts and digests", every=60, run=lambda at: due.run_daily_matters(at=at))
