"""The public face of the record. Every view reads editions only, and changes nothing."""

from policies.views.comparisons import comparison
from policies.views.current import current, policy_list
from policies.views.editions import at, edition
from policies.views.feeds import feed
from policies.views.history import history
from policies.views.side_by_side import side_by_side

__all__ = ["at", "comparison", "current", "edition", "feed", "history", "policy_list", "side_by_side"]
