"""Every read of owning."""

from .replies import check_reply, similar_answered, templates_for
from .reporters import Reporter, reporters_of
from .routes import may_return_until, route_for, suggest_route
from .titles import title_for

__all__ = [
    "Reporter",
    "check_reply",
    "may_return_until",
    "reporters_of",
    "route_for",
    "similar_answered",
    "suggest_route",
    "templates_for",
    "title_for",
]
