"""The readers of public formats, on instances made up here."""

from benchmarks.planning import curtois, inrc

from echowall.planning.roster.planner import solve
from echowall.planning.roster.rules import faults_of
from echowall.planning.roster.types import FREE, Absence, Limit, Pattern, Wish
from echowall.planning.types import Effort
from echowall.planning.validators.roster import validate

CURTOIS = """# made up
SECTION_HORIZON
7

SECTION_SHIFTS
E,480,
L,600,E

SECTION_STAFF
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, ...
A,E=7|L=0,2400,960,3,2,1,1
B,E=7|L=7,2400,0,3,1,2,0

SECTION_DAYS_OFF
A,0

SECTION_SHIFT_ON_REQUESTS
A,2,E,4

SECTION_SHIFT_OFF_REQUESTS
B,1,L,3

SECTION_COVER
0,E,1,100,1
1,L,1,100,1
2,E,1,100,1
5,E,1,100,1
"""

INRC = """////
SCHEDULING_PERIOD;
////
tiny, 2010-01-01, 2010-01-07;
////
SKILLS = 1;
////
Nurse;
////
SHIFT_TYPES = 2;
////
D, Day shift, 08:30:00, 16:30:00, 1, Nurse;
N, Night, 22:30:00, 06:30:00, 1, HeadNurse;
////
CONTRACTS = 1;
////
0, fulltime, (1|1), (1|2|4), (1|3|2), (1|1|3), (0|1|2), (1|1|4), (1|1|2), (1|5|3), (0|0|2), (0|0|0), SaturdaySunday, (1|7), (0|1), (1|6), (0|0), (1|10), 1, 0;
////
PATTERNS = 1;
////
0, 1, 2 (N|Any) (D|Any);
////
EMPLOYEES 2;
////
0, anna, 0, 1, Nurse;
1, bo, 0, 2, Nurse HeadNurse;
////
DAY_OF_WEEK_COVER = 2;
////
Friday, D, 1;
Saturday, N, 1;
////
DATE_SPECIFIC_COVER = 0;
////
////
DAY_OFF_REQUESTS = 1;
////
0, 2010-01-01, 2;
////
SHIFT_OFF_REQUESTS = 1;
////
1, 2010-01-02, N, 1;
"""


def test_reads_curtois() -> None:
    problem = curtois.read(CURTOIS)
    assert faults_of(problem) == []
    first, second = problem.contracts
    assert (first.minutes, first.run, first.rest_run) == (Limit(960, 2400), Limit(2, 3), Limit(1))
    assert second.weekends == Limit(0, 0)
    assert problem.volunteers[0].absences == (Absence(0),)
    assert problem.wishes == (Wish("A", 2, "E", True, 4), Wish("B", 1, "L", False, 3))
    plan = solve(problem, Effort(300, work=4, workers=1))
    assert validate(problem, plan) == []
    # Day 0 and the late shift can only be B's (3 points); A works days 2, 3 and 5, 6: nothing more need be paid.
    assert (plan.status, plan.objective, plan.bound) == ("optimal", 3.0, 3.0)


def test_reads_inrc() -> None:
    problem = inrc.read(INRC)
    assert faults_of(problem) == []
    (contract,) = problem.contracts
    assert problem.first_weekday == 4
    assert contract.shifts == Limit(2, 4, 3, 2)
    assert contract.run == Limit(0, 3, 0, 1)
    assert contract.patterns == (
        Pattern((("N",), ("D",)), None, 1),
        Pattern((("N",), (FREE,), (FREE,)), 4, 6),
    )
    assert {(cover.day, cover.shift) for cover in problem.covers if cover.people} == {(0, "D"), (1, "N")}
    other = [wish for wish in problem.wishes if wish.weight == 10]
    assert [(wish.volunteer, wish.shift) for wish in other] == [("0", "N")] * 7
    plan = solve(problem, Effort(300, work=4, workers=1))
    assert validate(problem, plan) == []
    assert plan.status == "optimal"
