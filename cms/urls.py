"""The addresses of the site."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms import views
from members.views.signing_in import sign_out
from newsletters.views.unsubscribe import unsubscribe

handler400 = "cms.views.bad_request"
handler403 = "cms.views.permission_denied"
handler404 = "cms.views.page_not_found"
handler500 = "cms.views.server_error"

urlpatterns = [
    path("", views.choose_language, name="root"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    # Wagtail's password-only side doors.
    path("_util/login/", RedirectView.as_view(pattern_name="account_login"), name="side_door"),
    path(f"{settings.AVOW_ADMIN_PATH}/login/", RedirectView.as_view(pattern_name="account_login")),
    path(f"{settings.AVOW_ADMIN_PATH}/logout/", sign_out),
    # In mail, for people and for programs (RFC 8058): short, without a language, and good for ever.
    path("u/<str:token>/", unsubscribe, name="unsubscribe"),
    path(f"{settings.AVOW_ADMIN_PATH}/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

if settings.AVOW_MAIL_WEBHOOK:
    urlpatterns += [path("webhooks/mail/", include("newsletters.webhooks"))]
if settings.AVOW_SHOWS_OUTBOX:
    urlpatterns += [path("outbox/", include("newsletters.outbox.urls"))]

urlpatterns += i18n_patterns(
    path("account/", include("members.urls")),
    path("_util/login/", RedirectView.as_view(pattern_name="account_login")),
    path("policies/", include("policies.urls")),
    path("bulletins/", include("newsletters.urls")),
    path("bulletins/", include("newsletters.subscriber_urls")),
    path("search/", include("search.urls")),
    path("data-register/", include("core.data_register.pages")),
    path("account/data/", include("privacy.urls")),
    path("", include(wagtail_urls)),
    prefix_default_language=True,
)
