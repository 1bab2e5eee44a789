"""Which role may do what, and what for: data, read by the checks in code."""

from __future__ import annotations

from typing import Final

# Purposes, as the row-level security policies know them.
REQUESTS: Final = "requests"  # hearing and solving residents' matters
ADMINISTRATION: Final = "administration"  # accounts, teams, places, settings
OVERSIGHT: Final = "oversight"  # audit, statistics, inspection

_DESK = {"voices.hear", "voices.see", "voices.correct", "matters.see", "matters.open", "matters.comment"}
_DISPATCH = {
    "matters.dispatch",
    "matters.check",
    "matters.close",
    "matters.merge",
    "matters.answer",
    "matters.call_back",
    "matters.reclassify",
    "matters.move",
    "matters.joint",
}

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    "duty_officer": frozenset(_DESK | _DISPATCH | {"personal.unmask", "wall.moderate", "registers.export"}),
    "dispatcher": frozenset(
        _DESK | _DISPATCH | {"personal.unmask", "wall.moderate", "registers.export", "voices.import"}
    ),
    "handler": frozenset(
        {"matters.see", "matters.accept", "matters.handle", "matters.comment", "matters.answer", "personal.unmask"}
    ),
    "community": frozenset(
        _DESK
        | {
            "voices.import",
            "matters.accept",
            "matters.handle",
            "matters.answer",
            "matters.call_back",
            "personal.unmask",
        }
    ),
    "leader": frozenset(
        _DESK
        | _DISPATCH
        | {
            "matters.suspend",
            "matters.supervise",
            "matters.evaluate",
            "bulletins.issue",
            "wall.moderate",
            "registers.export",
            "audit.see",
            "personal.unmask",
            "retention.see",
            "retention.hold",
        }
    ),
    "inspector": frozenset(
        {
            "voices.see",
            "matters.see",
            "matters.supervise",
            "matters.evaluate",
            "audit.see",
            "bulletins.issue",
            "registers.export",
            "retention.see",
            "retention.hold",
        }
    ),
    "administrator": frozenset(
        {
            "people.manage",
            "teams.manage",
            "places.manage",
            "settings.manage",
            "audit.see",
            "personal.destroy_keys",
            "retention.see",
            "retention.hold",
            "understanding.train",
            "voices.manage_sources",
        }
    ),
}

PURPOSES: Final[dict[str, frozenset[str]]] = {
    "duty_officer": frozenset({REQUESTS}),
    "dispatcher": frozenset({REQUESTS}),
    "handler": frozenset({REQUESTS}),
    "community": frozenset({REQUESTS}),
    "leader": frozenset({REQUESTS, OVERSIGHT}),
    "inspector": frozenset({REQUESTS, OVERSIGHT}),
    "administrator": frozenset({ADMINISTRATION, OVERSIGHT}),
}

# These see what was given to their teams, wherever it lies, and not the whole place they are appointed to.
TEAM_ONLY: Final = frozenset({"handler"})
