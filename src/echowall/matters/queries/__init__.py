"""Every read of owning."""

from .callbacks import CallbackDue, callback_due, callbacks_due, next_try_at
from .corrected import Corrected, corrected_by_message
from .lists import Pile, Tab, critical_waiting, oldest_first, quick_tabs, waiting_for
from .panel import ClockLine, clock_panel, place_said, team_parts
from .policies import in_force, policies_for
from .progress import PublicProgress, PublicStep, progress_of, promises_at
from .publication import AnsweredMatter, answered_matter, closed_count
from .replies import check_reply, reply_facts, similar_answered, templates_for
from .reporters import Reporter, reporters_of
from .routes import may_return_until, route_for, suggest_route
from .standing import acting_office_paths, open_moves, open_offer, special_moves, standing_of, working_team_ids
from .titles import title_for
from .traces import Likely, likely_for_message, likely_same, trace_of

__all__ = [
    "AnsweredMatter",
    "CallbackDue",
    "ClockLine",
    "Corrected",
    "Likely",
    "Pile",
    "PublicProgress",
    "PublicStep",
    "Reporter",
    "Tab",
    "acting_office_paths",
    "answered_matter",
    "callback_due",
    "callbacks_due",
    "check_reply",
    "clock_panel",
    "closed_count",
    "corrected_by_message",
    "critical_waiting",
    "in_force",
    "likely_for_message",
    "likely_same",
    "may_return_until",
    "next_try_at",
    "oldest_first",
    "open_moves",
    "open_offer",
    "place_said",
    "policies_for",
    "progress_of",
    "promises_at",
    "quick_tabs",
    "reply_facts",
    "reporters_of",
    "route_for",
    "similar_answered",
    "special_moves",
    "standing_of",
    "suggest_route",
    "team_parts",
    "templates_for",
    "title_for",
    "trace_of",
    "waiting_for",
    "working_team_ids",
]
