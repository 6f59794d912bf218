from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewslettersConfig(AppConfig):
    name = "newsletters"
    verbose_name = _("Bulletins and alerts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of what becomes public."""
        from newsletters import receivers

        receivers.connect()
