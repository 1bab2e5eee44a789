"""Routes for the command line and the pages."""

from echowall.planning.routes.drawing import draw
from echowall.planning.routes.planner import solve
from echowall.planning.routes.rules import faults_of
from echowall.planning.routes.types import RoutesProblem, RoutesSolution
from echowall.planning.tasks import Task
from echowall.planning.types import Said
from echowall.planning.validators.routes import validate

TASK = Task("routes", Said("路线", "Routes"), RoutesProblem, RoutesSolution, faults_of, solve, validate, draw)
