"""Inspection rounds for the command line and the pages."""

from echowall.planning.rounds.drawing import draw
from echowall.planning.rounds.planner import solve
from echowall.planning.rounds.rules import faults_of
from echowall.planning.rounds.types import RoundsProblem, RoundsSolution
from echowall.planning.tasks import Task
from echowall.planning.types import Said
from echowall.planning.validators.rounds import validate

TASK = Task("rounds", Said("巡查", "Rounds"), RoundsProblem, RoundsSolution, faults_of, solve, validate, draw)
