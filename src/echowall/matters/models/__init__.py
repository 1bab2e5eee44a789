"""Tables of owning."""

from .answers import Answer, Callback, ReplyTemplate
from .history import Assignment, Evidence, HistoryEvent
from .matters import Counter, Matter, Report, State

__all__ = [
    "Answer",
    "Assignment",
    "Callback",
    "Counter",
    "Evidence",
    "HistoryEvent",
    "Matter",
    "ReplyTemplate",
    "Report",
    "State",
]
