"""Tables of owning."""

from .answers import Answer, Callback, ReplyTemplate
from .history import Assignment, Evidence, HistoryEvent
from .matters import Counter, Matter, Report, State
from .policies import PolicyText
from .traces import Trace

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
