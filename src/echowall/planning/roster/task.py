"""The roster as one of the planning tasks."""

from __future__ import annotations

from echowall.planning.roster.drawing import draw
from echowall.planning.roster.planner import solve
from echowall.planning.roster.rules import faults_of
from echowall.planning.roster.types import Problem, Roster
from echowall.planning.tasks import Task
from echowall.planning.types import Said
from echowall.planning.validators.roster import validate

TASK = Task("roster", Said("排班", "roster"), Problem, Roster, faults_of, solve, validate, draw)
