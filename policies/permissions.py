"""What editors may do with a policy page: the tree's permissions, less what the record does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.models import PagePermissionTester

if TYPE_CHECKING:
    from policies.models import PolicyPage


class PolicyPagePermissionTester(PagePermissionTester):
    """Offers no action that `policies.guards` refuses, so that menus do not show it."""

    page: PolicyPage

    def can_unpublish(self) -> bool:
        return bool(super().can_unpublish()) and not self.page.is_on_record

    def can_delete(self, *args: bool, **kwargs: bool) -> bool:
        return bool(super().can_delete(*args, **kwargs)) and not self.page.is_on_record

    def can_move(self) -> bool:
        return bool(super().can_move()) and not self.page.is_on_record

    def can_set_view_restrictions(self) -> bool:
        """Policies are public."""
        return False
