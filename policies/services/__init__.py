"""Every act that writes the record."""

from policies.services.corrections import announce_effective_date, correct_note
from policies.services.issue import issue_edition
from policies.services.readiness import check_readiness
from policies.services.structure import update_structure_from_source
from policies.services.verify import Fault, verify_policy
from policies.services.withdrawal import reinstate_policy, withdraw_policy

__all__ = [
    "Fault",
    "announce_effective_date",
    "check_readiness",
    "correct_note",
    "issue_edition",
    "reinstate_policy",
    "update_structure_from_source",
    "verify_policy",
    "withdraw_policy",
]
