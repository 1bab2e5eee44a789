"""Tables of owning."""

from .matters import Counter, Matter, Report, State
from .history import Assignment, Evidence, HistoryEvent
from .traces import Trace
from .answers import Answer, Callback, ReplyTemplate
from .policies import PolicyText

__all__ = [
    "Answer",
    "Assignment",
    "Callback",
    "Counter",
    "Evidence",
    "HistoryEvent",
    "Matter",
    "PolicyText",
    "ReplyTemplate",
    "Report",
    "State",
    "Trace",
]
