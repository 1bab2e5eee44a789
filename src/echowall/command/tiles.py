"""The tiles of the board: which figures, how loud, and where a click leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string

from echowall.kernel import clock

from .figures import FIGURES
from .queries.board import Snapshot
from .queries.counting import Period, query_of, rows_address


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: figure, icon, and the tone it takes when it is not zero."""

    code: str
    icon: str
    tone: str = ""
    is_today: bool = False


TILES: Final = (
    Tile("critical_waiting", "square-rotated-filled", "critical"),
    Tile("overdue", "alert-hexagon-filled", "critical"),
    Tile("amber", "clock-exclamation", "warn"),
    Tile("must_look", "eye-exclamation", "urgent"),
    Tile("in_hand", "progress-check"),
    Tile("to_call_back", "phone-check"),
    Tile("suspended", "clock-pause"),
    Tile("received", "inbox", is_today=True),
    Tile("opened", "list-check", is_today=True),
    Tile("closed", "circle-check", "ok", is_today=True),
)


def tiles_html(board: Snapshot) -> str:
    """Return the tiles of a board as HTML; equal boards give equal text, so that a change is seen by comparing."""
    today = clock.today(board.as_of)
    period = Period(today, today)
    shown = []
    for tile in TILES:
        figure, value = FIGURES[tile.code], board.tiles[tile.code]
        query = query_of(figure, figure.query, period, {})
        shown.append(
            {
                "label": figure.title,
                "value": value,
                "unit": figure.unit,
                "icon": tile.icon,
                "is_today": tile.is_today,
                "tone": tile.tone if value else "",
                "url": rows_address(figure.register, query),
                "definition": figure.definition,
            }
        )
    return render_to_string("command/tiles.html", {"tiles": shown})
