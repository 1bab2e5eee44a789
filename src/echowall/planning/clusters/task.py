"""The task ``clusters`` for the command and the pages."""

from echowall.planning.clusters.drawing import draw
from echowall.planning.clusters.planner import solve
from echowall.planning.clusters.rules import faults_of
from echowall.planning.clusters.types import ClusterProblem, ClusterSolution
from echowall.planning.tasks import Task
from echowall.planning.types import Said
from echowall.planning.validators.clusters import validate

TASK = Task(
    name="clusters",
    title=Said("组团划分（化大为小）", "Clusters"),
    problem=ClusterProblem,
    solution=ClusterSolution,
    faults_of=faults_of,
    solve=solve,
    validate=validate,
    draw=draw,
)
