"""Column generation: each person takes one line of shifts of many; the best mixture of lines bounds every roster.

The master problem mixes lines so that covers cost least (linear, GLOP); the dynamic program of `pricing` finds for each
person the line that would help most at the prices of the master. Every set of prices gives a bound (Lagrange); prices
between the best ones so far and the master's keep it from swinging (Wentges 1997). A roster is then chosen among the
lines by CP-SAT.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]
from ortools.sat.python import cp_model

from echowall.planning.deadline import Deadline
from echowall.planning.roster.duties import ANYWHERE, Duty
from echowall.planning.roster.model import Model
from echowall.planning.roster.pricing import FREE_DAY, MOST_STATES, Line, Numbers, Pricer, fits
from echowall.planning.roster.rows import Values
from echowall.planning.types import Effort

SMOOTHING = 0.5
ARTIFICIAL = 1e6
DIVE_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Mixed:
    """A roster chosen among lines (as far as its days and shifts go), and the bound of their mixture."""

    values: Values | None
    bound: float | None


def mix_lines(model: Model, effort: Effort, deadline: Deadline) -> Mixed | None:
    """Return a roster chosen among lines and a bound; None where the rules are not those that `pricing` knows."""
    problem = model.duties.problem
    if not fits(problem) or not problem.covers:
        return None
    pricers = [Pricer(model.duties, one) for one in problem.volunteers]
    if sum(one.states for one in pricers) > MOST_STATES * len(pricers):
        return None
    return _Mixture(model, pricers).run(effort, deadline)


class _Mixture:
    def __init__(self, model: Model, pricers: list[Pricer]) -> None:
        self._model, self._pricers = model, pricers
        problem = model.duties.problem
        shape = (problem.days, len(problem.shifts))
        self._asked, self._under, self._over = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        number = {shift.id: n for n, shift in enumerate(problem.shifts)}
        for cover in problem.covers:
            at = (cover.day, number[cover.shift])
            self._asked[at] = cover.people
            self._under[at], self._over[at] = cover.under_weight or 0, cover.over_weight or 0
        self._wishes = [self._wish_costs(person) for person in range(len(model.people))]
        self._lines: list[dict[tuple[int, ...], tuple[float, pywraplp.Variable]]] = [{} for _ in pricers]
        self._build()

    def _wish_costs(self, person: int) -> Numbers:
        costs, rows = np.zeros_like(self._asked), self._model.rows
        one = self._model.people[person]
        for day in range(costs.shape[0]):
            free, _ = one.works(day)
            for n, shift in enumerate(self._model.duties.problem.shifts):
                terms, _ = one.works(day, shift.id)
                costs[day, n] = sum(rows.cost[variable] for variable, _ in (*terms, *free))
        return costs

    def _build(self) -> None:
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        solver, infinity = self._solver, self._solver.infinity()
        self._cover = {}
        for day, shift in np.ndindex(*self._asked.shape):
            row = solver.Constraint(self._asked[day, shift], self._asked[day, shift])
            self._cover[day, shift] = row
            for cost, sign in ((self._under[day, shift], 1), (self._over[day, shift], -1)):
                slack = solver.NumVar(0, infinity, "")
                row.SetCoefficient(slack, sign)
                solver.Objective().SetCoefficient(slack, float(cost))
        self._one = []
        for _ in self._pricers:
            row = solver.Constraint(1, 1)
            missing = solver.NumVar(0, infinity, "")
            row.SetCoefficient(missing, 1)
            solver.Objective().SetCoefficient(missing, ARTIFICIAL)
            self._one.append(row)
        solver.Objective().SetMinimization()

    def run(self, effort: Effort, deadline: Deadline) -> Mixed:
        until = deadline.spent + deadline.left * 0.4
        best, prices = -np.inf, np.zeros_like(self._asked)
        rounds = 0
        while deadline.spent < until and (effort.work is None or rounds < 20 * effort.work):
            rounds += 1
            master = self._solve_master()
            if master is None:
                break
            value, current = master
            smooth = current if rounds <= 2 else SMOOTHING * prices + (1 - SMOOTHING) * current
            bound, is_new = self._price(smooth)
            if bound is None:
                return Mixed(None, None)
            if bound > best:
                best, prices = bound, smooth
            if not is_new and rounds > 2:
                again, is_new = self._price(current)
                if again is not None and again > best:
                    best, prices = again, current
            if not is_new or best >= value - 1e-6:
                break
        proved = None if not np.isfinite(best) else float(np.ceil(best + self._model.rows.constant - 1e-5))
        self._only_whole()
        dived: dict[int, tuple[int, ...]] = {}
        self._settle(dived, deadline)
        if len(dived) == len(self._pricers):
            draw = random.Random(effort.seed)  # noqa: S311
            self._settle_anew(dived, draw, deadline.spent + deadline.left * 0.5, deadline, effort)
        return Mixed(self._choose(effort, deadline, dived), proved)

    def _only_whole(self) -> None:
        for person, lines in enumerate(self._lines):
            for shifts, (_, variable) in lines.items():
                if not self._is_whole(person, shifts):
                    variable.SetUb(0)

    def _settle(self, settled: dict[int, tuple[int, ...]], deadline: Deadline) -> None:
        """Settle one person's line after the other, the one that the mixture takes most of, and price the rest anew."""
        while len(settled) < len(self._pricers) and not deadline.is_over:
            for _ in range(DIVE_ROUNDS):
                master = self._solve_master()
                if master is None or not self._price_rest(master[1], settled):
                    break
            if self._solve_master() is None:
                break
            shares = [
                (variable.solution_value(), person, shifts)
                for person, lines in enumerate(self._lines)
                if person not in settled
                for shifts, (_, variable) in lines.items()
            ]
            if not shares:
                break
            # The mixture takes whole lines for some: they are settled together.
            for _, person, shifts in [share for share in shares if share[0] > 1 - 1e-6] or [max(shares)]:
                if person not in settled:
                    self._lines[person][shifts][1].SetLb(1)
                    settled[person] = shifts

    def _settle_anew(
        self,
        settled: dict[int, tuple[int, ...]],
        draw: random.Random,
        until: float,
        deadline: Deadline,
        effort: Effort,
    ) -> None:
        """Let some people's lines go and settle them anew, again and again; a worse outcome is taken back."""
        cost, rounds = self._cost(settled), 0
        people = range(len(self._pricers))
        while deadline.spent < until and (effort.work is None or rounds < 5 * effort.work):
            rounds += 1
            before = dict(settled)
            for person in draw.sample(people, min(len(people), draw.randint(3, 12))):
                self._lines[person][settled.pop(person)][1].SetLb(0)
            self._settle(settled, deadline)
            new = self._cost(settled) if len(settled) == len(people) else np.inf
            if new <= cost:
                cost = new
                continue
            for person in people:
                if settled.get(person) != before[person]:
                    if person in settled:
                        self._lines[person][settled[person]][1].SetLb(0)
                    self._lines[person][before[person]][1].SetLb(1)
                    settled[person] = before[person]

    def _cost(self, lines: dict[int, tuple[int, ...]]) -> float:
        there = np.zeros_like(self._asked)
        total = 0.0
        for person, shifts in lines.items():
            total += self._lines[person][shifts][0]
            for day, shift in enumerate(shifts):
                if shift != FREE_DAY:
                    there[day, shift] += 1
        missing = self._asked - there
        return total + float((np.maximum(missing, 0) * self._under + np.maximum(-missing, 0) * self._over).sum())

    def _price_rest(self, prices: Numbers, settled: dict[int, tuple[int, ...]]) -> bool:
        is_new = False
        for person, pricer in enumerate(self._pricers):
            if person not in settled:
                line = pricer.cheapest(self._wishes[person] - prices)
                is_new |= line is not None and self._is_whole(person, line.shifts) and self._keep(person, line)
        return is_new

    def _solve_master(self) -> tuple[float, Numbers] | None:
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            return None
        prices = np.zeros_like(self._asked)
        for at, row in self._cover.items():
            prices[at] = row.dual_value()
        return self._solver.Objective().Value(), np.clip(prices, -self._over, self._under)

    def _price(self, prices: Numbers) -> tuple[float | None, bool]:
        """Return the bound at these prices and whether any line was new; (None, False): someone has no line at all."""
        bound, is_new = float((prices * self._asked).sum()), False
        for person, pricer in enumerate(self._pricers):
            line = pricer.cheapest(self._wishes[person] - prices)
            if line is None:
                return None, False
            bound += line.cost
            is_new |= self._keep(person, line)
        return bound, is_new

    def _keep(self, person: int, line: Line) -> bool:
        if line.shifts in self._lines[person]:
            return False
        worked = [(day, shift) for day, shift in enumerate(line.shifts) if shift != FREE_DAY]
        cost = float(sum(self._wishes[person][at] for at in worked))
        variable = self._solver.NumVar(0, self._solver.infinity(), "")
        self._solver.Objective().SetCoefficient(variable, cost)
        self._one[person].SetCoefficient(variable, 1)
        for at in worked:
            self._cover[at].SetCoefficient(variable, 1)
        self._lines[person][line.shifts] = (cost, variable)
        return True

    def _is_whole(self, person: int, shifts: tuple[int, ...]) -> bool:
        """Whether a line keeps the limits of all shifts: the program counts the scarcest one only."""
        problem = self._model.duties.problem
        contract = self._model.duties.contract_of(problem.volunteers[person])
        number = {shift.id: n for n, shift in enumerate(problem.shifts)}
        return all(shifts.count(number[name]) <= most for name, most in contract.shift_maximum)

    def _choose(self, effort: Effort, deadline: Deadline, dived: dict[int, tuple[int, ...]]) -> Values | None:
        """The best roster of the lines known, at least as good as the dive's."""
        model = cp_model.CpModel()
        there: dict[tuple[int, int], list[cp_model.IntVar]] = {at: [] for at in self._cover}
        taken, terms = [], []
        for person, lines in enumerate(self._lines):
            mine = []
            for shifts, (cost, _) in lines.items():
                if not self._is_whole(person, shifts):
                    continue
                variable = model.new_bool_var("")
                mine.append(variable)
                taken.append((person, shifts, variable))
                if len(dived) == len(self._lines):
                    model.add_hint(variable, dived[person] == shifts)
                terms.append(round(cost) * variable)
                for day, shift in enumerate(shifts):
                    if shift != FREE_DAY:
                        there[day, shift].append(variable)
            model.add_exactly_one(mine)
        for at, variables in there.items():
            asked = int(self._asked[at])
            under, over = model.new_int_var(0, asked, ""), model.new_int_var(0, len(self._pricers), "")
            model.add(sum(variables) + under - over == asked)
            terms += [int(self._under[at]) * under, int(self._over[at]) * over]
        model.minimize(sum(terms))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = effort.workers
        solver.parameters.random_seed = effort.seed
        solver.parameters.max_time_in_seconds = max(0.5, deadline.left * 0.1)
        if effort.work is not None:
            solver.parameters.max_deterministic_time = effort.work / 4
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return self._values({person: shifts for person, shifts, variable in taken if solver.value(variable)})

    def _values(self, lines: dict[int, tuple[int, ...]]) -> Values:
        values = np.asarray(self._model.rows.low, dtype=np.int64)
        shifts = self._model.duties.problem.shifts
        for person, line in lines.items():
            one = self._model.people[person]
            for day, shift in enumerate(line):
                if shift != FREE_DAY:
                    chosen = [one.options[day][Duty(shifts[shift].id, ANYWHERE)], *(x for x, _ in one.works(day)[0])]
                    values[chosen] = 1
        return values
