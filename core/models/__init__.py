from core.models.agency import Agency
from core.models.media import AvowDocument, AvowImage, AvowRendition
from core.models.pages import BasePage
from core.models.rate_counter import RateCounter
from core.models.site_version import SiteVersion

__all__ = ["Agency", "AvowDocument", "AvowImage", "AvowRendition", "BasePage", "RateCounter", "SiteVersion"]
