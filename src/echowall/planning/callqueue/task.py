"""The call queue for the command line and the pages."""

from echowall.planning.callqueue.drawing import draw
from echowall.planning.callqueue.planner import solve
from echowall.planning.callqueue.rules import faults_of
from echowall.planning.callqueue.types import CallProblem, CallSolution
from echowall.planning.tasks import Task
from echowall.planning.types import Said
from echowall.planning.validators.callqueue import validate

TASK = Task("callqueue", Said("外呼", "Call queue"), CallProblem, CallSolution, faults_of, solve, validate, draw)
