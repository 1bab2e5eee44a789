"""Clocks 时限: from a playbook's definitions and an append-only history to due times, colours and steps. All pure."""

from echowall.playbooks.clocks.calendars import SHANGHAI, Calendar, ChineseCalendar
from echowall.playbooks.clocks.compiling import ClockSet
from echowall.playbooks.clocks.engine import ClockChange, ClockReport, compute, preview_repin, steps_due
from echowall.playbooks.clocks.explaining import explain, say_instant, say_span
from echowall.playbooks.clocks.types import ClockReading, Colour, Event, Level, State, StepReading

__all__ = [
    "SHANGHAI",
    "Calendar",
    "ChineseCalendar",
    "ClockChange",
    "ClockReading",
    "ClockReport",
    "ClockSet",
    "Colour",
    "Event",
    "Level",
    "State",
    "StepReading",
    "compute",
    "explain",
    "preview_repin",
    "say_instant",
    "say_span",
    "steps_due",
]
