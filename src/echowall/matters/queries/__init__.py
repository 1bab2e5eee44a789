"""Every read of owning."""

from .lists import Pile, Tab, critical_waiting, oldest_first, quick_tabs, waiting_for
from .panel import ClockLine, clock_panel, place_said, team_parts
from .progress import PublicProgress, PublicStep, progress_of, promises_at
from .replies import check_reply, similar_answered, templates_for
from .reporters import Reporter, reporters_of
from .routes import may_return_until, route_for, suggest_route
from .standing import acting_office_paths, open_moves, open_offer, special_moves, standing_of, working_team_ids
from .titles import title_for
from .traces import Likely, likely_for_message, likely_same, trace_of

__all__ = [
    "ClockLine",
    "Likely",
    "Pile",
    "PublicProgress",
    "PublicStep",
    "Reporter",
    "Tab",
    "acting_office_paths",
    "check_reply",
    "clock_panel",
    "critical_waiting",
    "likely_for_message",
    "likely_same",
    "may_return_until",
    "oldest_first",
    "open_moves",
    "open_offer",
    "place_said",
    "quick_tabs",
    "progress_of",
    "promises_at",
    "reporters_of",
    "route_for",
    "similar_answered",
    "special_moves",
    "standing_of",
    "suggest_route",
    "templates_for",
    "team_parts",
    "title_for",
    "trace_of",
    "waiting_for",
    "working_team_ids",
]
