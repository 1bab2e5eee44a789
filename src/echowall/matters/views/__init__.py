"""Pages of matters."""

from .acting import act, follow_correction, new, unmask, unmask_event
from .detail import attachment, detail, evidence_file
from .listing import alerts, matter_list, merge_chosen, mine

__all__ = [
    "act",
    "alerts",
    "attachment",
    "detail",
    "evidence_file",
    "follow_correction",
    "matter_list",
    "merge_chosen",
    "mine",
    "new",
    "unmask",
    "unmask_event",
]
