"""The task ``posts`` for the command and the pages."""

from echowall.planning.posts.drawing import draw
from echowall.planning.posts.planner import solve
from echowall.planning.posts.rules import faults_of
from echowall.planning.posts.types import PostProblem, PostSolution
from echowall.planning.tasks import Task
from echowall.planning.types import Said
from echowall.planning.validators.posts import validate

TASK = Task(
    name="posts",
    title=Said("卡口设置（多门留一）", "Posts"),
    problem=PostProblem,
    solution=PostSolution,
    faults_of=faults_of,
    solve=solve,
    validate=validate,
    draw=draw,
)
