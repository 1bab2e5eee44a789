"""Which team answers for a topic at a place, and why: pure, explained, and correctable by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """What a team says it answers for: a topic code or "" for every topic, at a place (path) and below."""

    team_id: UUID
    team_name: str
    topic: str
    place_path: str
    place_name: str
    is_critical_lead: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """The proposed team. ``is_certain`` tells that no other team has an equal claim; ``why`` explains it for the page."""

    team_id: UUID
    team_name: str
    is_certain: bool
    why: dict[str, Any]


def _topic_fit(claim: str, topic: str) -> int:
    """3 for the very topic, 2 for its parent, 1 for a part of it, 0 for "every topic", -1 for another topic.

    A matter may be filed under a parent only ("medicine"), while teams answer for its parts ("medicine.special"): one
    of them is nearer to it than the team for everything.
    """
    if claim == topic:
        return 3
    if claim and topic.startswith(claim + "."):
        return 2
    if topic and claim.startswith(topic + "."):
        return 1
    return 0 if not claim else -1


def route(*, topic: str, path: str, claims: Iterable[Claim], is_critical: bool = False) -> Route | None:
    """Return the team for ``topic`` at the place with ``path``, or None when nobody claims it.

    The very topic wins, then its parent, then a part of it, then "every topic"; after that the deeper place. For
    critical matters a critical lead goes before everything.
    Equal claims are decided by team name (so that the answer does not depend on the order of rows) and marked uncertain.
    """
    fitting = [
        (is_critical and c.is_critical_lead, _topic_fit(c.topic, topic), c.place_path.count("."), c)
        for c in claims
        if _topic_fit(c.topic, topic) >= 0 and (path == c.place_path or path.startswith(c.place_path + "."))
    ]
    if not fitting:
        return None
    fitting.sort(key=lambda f: ((-f[0], -f[1], -f[2]), f[3].team_name))
    best = fitting[0]
    rivals = [f for f in fitting[1:] if f[:3] == best[:3] and f[3].team_id != best[3].team_id]
    claim = best[3]
    others = list(dict.fromkeys(f[3].team_name for f in fitting[1:] if f[3].team_id != claim.team_id))
    return Route(
        team_id=claim.team_id,
        team_name=claim.team_name,
        is_certain=not rivals,
        why={
            "topic": topic,
            "claimed_topic": claim.topic,
            "place": claim.place_name,
            "place_path": claim.place_path,
            "critical_lead": bool(best[0]),
            "equal_claims": [f[3].team_name for f in rivals],
            "others": others[:5],
        },
    )
