"""What is kept of people by the site itself, and what Django and Wagtail keep that says nothing about anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.data_register import (
    Basis,
    Category,
    DataFile,
    Erasure,
    Necessity,
    NotPersonal,
    Personal,
    Purpose,
    Recipients,
    Retention,
    register,
)
from core.data_register.finding import by_name
from core.models import RateCounter
from core.tokens import keyed_hash

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from core.data_register import Person


def _counters(person: Person) -> QuerySet[RateCounter]:
    """Return how often the person's address was used: each limit has a keyed hash of its own for it."""
    names = RateCounter.objects.order_by().values_list("name", flat=True).distinct()
    hashes = [keyed_hash(f"{name}:{person.key}") for name in names]
    return RateCounter.objects.filter(subject_hash__in=hashes)


register.add(
    DataFile(
        model="core.RateCounter",
        name=_("Counts that keep misuse away"),
        purposes=(Purpose.ICT_SECURITY,),
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("Counts that keep misuse away go after two days at most.")),
        erasure=Erasure(words=_("They go by themselves after two days at most; they hold no address.")),
        personal={
            "subject_hash": Personal(
                what=_("A code of the address or network, from which neither can be read"),
                category=Category.IDENTIFYING,
                necessity=Necessity.MADE,
            ),
            "name": Personal(what=_("What is counted"), category=Category.IDENTIFYING, necessity=Necessity.MADE),
            "count": Personal(what=_("How often"), category=Category.IDENTIFYING, necessity=Necessity.MADE),
            "began_at": Personal(what=_("Since when"), category=Category.IDENTIFYING, necessity=Necessity.MADE),
        },
        other=frozenset({"id", "count_before", "expires_at"}),
        rows=_counters,
    ),
    DataFile(
        model="core.Agency",
        name=_("Officials named as contacts"),
        purposes=(Purpose.STATUTORY_BUSINESS,),
        basis=Basis.DUTY,
        recipients=Recipients.PUBLIC,
        retention=Retention(words=_("Officials are named as contacts for as long as they are.")),
        erasure=Erasure(words=_("The agency names another official; what was published stays in the record.")),
        personal={
            "privacy_officer": Personal(
                what=_("Privacy officer"), category=Category.EMPLOYMENT, necessity=Necessity.REQUIRED
            ),
            "telephone": Personal(
                what=_("Official telephone"), category=Category.EMPLOYMENT, necessity=Necessity.REQUIRED
            ),
            "email": Personal(
                what=_("Official e-mail address"), category=Category.EMPLOYMENT, necessity=Necessity.REQUIRED
            ),
        },
        other=frozenset({"id", "language", "name", "site_name", "unit", "postal_address"}),
        rows=by_name("core.Agency", "privacy_officer"),
    ),
)

_IMAGE = {
    *("id", "collection", "title", "file", "description", "width", "height", "created_at", "focal_point_x"),
    *("focal_point_y", "focal_point_width", "focal_point_height", "file_size", "file_hash", "tags"),
}
_DOCUMENT = {"id", "collection", "title", "file", "created_at", "file_size", "file_hash", "tags"}
_RENDITION = {"id", "filter_spec", "file", "width", "height", "focal_point_key", "image"}

for _model, _fields in {
    "core.SiteVersion": {"id", "number"},
    "core.AvowRendition": _RENDITION,
    "wagtailimages.Rendition": _RENDITION,
    # Not used: the site has image and document models of its own (core.AvowImage, core.AvowDocument).
    "wagtailimages.Image": _IMAGE | {"uploaded_by_user"},
    "wagtaildocs.Document": _DOCUMENT | {"uploaded_by_user"},
    # Nothing is fetched from elsewhere: no editor has a block that embeds.
    "wagtailembeds.Embed": {
        *("id", "url", "max_width", "hash", "type", "html", "title", "author_name", "provider_name", "thumbnail_url"),
        *("width", "height", "last_updated", "cache_until"),
    },
    "simple_translation.SimpleTranslation": {"id"},
    "wagtailsearch.IndexEntry": {
        *("id", "content_type", "object_id", "title_norm", "autocomplete", "title", "body", "title_text", "body_text"),
    },
    "wagtailadmin.Admin": {"id"},
    "wagtailcore.Locale": {"id", "language_code"},
    "wagtailcore.Site": {"id", "hostname", "port", "site_name", "root_page", "is_default_site"},
    "wagtailcore.GroupSitePermission": {"id", "group", "site", "permission"},
    "wagtailcore.CollectionViewRestriction": {"id", "restriction_type", "password", "collection", "groups"},
    "wagtailcore.Collection": {"id", "path", "depth", "numchild", "name"},
    "wagtailcore.GroupCollectionPermission": {"id", "group", "collection", "permission"},
    "wagtailcore.WorkflowContentType": {"content_type", "workflow"},
    "wagtailcore.Workflow": {"id", "name", "active"},
    "wagtailcore.WorkflowTask": {"id", "sort_order", "workflow", "task"},
    "wagtailcore.Task": {"id", "name", "content_type", "active"},
    "wagtailcore.GroupApprovalTask": {"task_ptr", "groups"},
    "wagtailcore.GroupPagePermission": {"id", "group", "page", "permission"},
    "wagtailcore.PageViewRestriction": {"id", "restriction_type", "password", "page", "groups"},
    "wagtailcore.WorkflowPage": {"page", "workflow"},
    # Which row mentions which; the rows themselves are declared.
    "wagtailcore.ReferenceIndex": {
        *("id", "content_type", "base_content_type", "object_id", "to_content_type", "to_object_id", "model_path"),
        *("content_path", "content_path_hash"),
    },
    "taggit.Tag": {"id", "name", "slug"},
    "taggit.TaggedItem": {"id", "tag", "content_type", "object_id"},
    "auth.Permission": {"id", "name", "content_type", "codename"},
    "auth.Group": {"id", "name", "permissions"},
    "contenttypes.ContentType": {"id", "app_label", "model"},
}.items():
    register.add(NotPersonal(model=_model, fields=frozenset(_fields)))
