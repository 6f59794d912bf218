"""Every act that writes the record."""

from policies.services.correcting import begin_correction, drop_correction
from policies.services.corrections import announce_effective_date, correct_note
from policies.services.faults import Fault
from policies.services.issue import issue_edition
from policies.services.readiness import check_readiness
from policies.services.structure import update_structure_from_source
from policies.services.verify import verify_policy
from policies.services.withdrawal import StandingOrder, reinstate_policy, withdraw_policy

__all__ = [
    "Fault",
    "StandingOrder",
    "announce_effective_date",
    "begin_correction",
    "check_readiness",
    "correct_note",
    "drop_correction",
    "issue_edition",
    "reinstate_policy",
    "update_structure_from_source",
    "verify_policy",
    "withdraw_policy",
]
