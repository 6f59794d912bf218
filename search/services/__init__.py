from search.services.check import Fault, check, find_stale
from search.services.indexing import refresh, refresh_stale

__all__ = ["Fault", "check", "find_stale", "refresh", "refresh_stale"]
