"""Siting for the command line and the pages."""

from echowall.planning.siting.drawing import draw
from echowall.planning.siting.planner import solve
from echowall.planning.siting.rules import faults_of
from echowall.planning.siting.types import SitingProblem, SitingSolution
from echowall.planning.tasks import Task
from echowall.planning.types import Said
from echowall.planning.validators.siting import validate

TASK = Task("siting", Said("选点", "Siting"), SitingProblem, SitingSolution, faults_of, solve, validate, draw)
