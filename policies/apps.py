from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "policies"
    verbose_name = _("Policies")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what publishing triggers, and give policy pages the editor's desk."""
        from policies import editing, receivers

        receivers.connect()
        editing.connect()
