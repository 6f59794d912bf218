"""What the whole project, rather than any one application, tells editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from wagtail import hooks
from wagtail.admin.ui.components import Component

from cms.database import is_embedded

if TYPE_CHECKING:
    from django.http import HttpRequest


class TrialPanel(Component):
    """A warning on the editors' home page that this site runs on the trial database."""

    name = "trial"
    template_name = "cms/trial_panel.html"
    order = 10


@hooks.register("construct_homepage_panels")
def warn_of_trial_database(request: HttpRequest, panels: list[Component]) -> None:
    if is_embedded(settings.DATABASES["default"]):
        panels.append(TrialPanel())
