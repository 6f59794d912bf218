from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Home")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lay out the site after migrations, so that a new installation works at once."""
        from home.bootstrap import lay_out_site

        post_migrate.connect(lay_out_site, sender=self, dispatch_uid="home.lay_out_site")
