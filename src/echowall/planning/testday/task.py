"""The test day as one of the planning tasks."""

from __future__ import annotations

from echowall.planning.tasks import Task
from echowall.planning.testday.drawing import draw
from echowall.planning.testday.planner import solve
from echowall.planning.testday.rules import faults_of
from echowall.planning.testday.types import Day, Problem
from echowall.planning.types import Said
from echowall.planning.validators.testday import validate

TASK = Task("testday", Said("检测日", "test day"), Problem, Day, faults_of, solve, validate, draw)
