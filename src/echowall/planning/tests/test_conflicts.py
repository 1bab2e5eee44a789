import itertools

from hypothesis import given
from hypothesis import strategies as st

from echowall.planning.conflicts import find_conflict
from echowall.planning.deadline import Deadline
from echowall.planning.types import Demand, Effort, Said

SETS = st.lists(st.frozensets(st.integers(0, 6), min_size=1, max_size=4), max_size=4)


def demands(count: int) -> list[Demand]:
    return [Demand("lock", str(index), Said(f"第 {index} 条", f"no. {index}")) for index in range(count)]


@given(forbidden=SETS)
def test_returns_a_smallest_set_that_conflicts(forbidden: list[frozenset[int]]) -> None:
    def is_feasible(some: frozenset[int]) -> bool:
        return not any(bad <= some for bad in forbidden)

    found = find_conflict(demands(7), is_feasible, Deadline(Effort(seconds=20)))

    if not forbidden:
        assert found is None
        return
    assert found is not None
    chosen = frozenset(int(demand.subject) for demand in found.demands)
    assert found.is_smallest
    assert not is_feasible(chosen)
    fewer = itertools.chain.from_iterable(itertools.combinations(range(7), size) for size in range(len(chosen)))
    assert all(is_feasible(frozenset(some)) for some in fewer)


def test_gives_an_irreducible_set_when_a_question_stays_open() -> None:
    def is_feasible(some: frozenset[int]) -> bool | None:
        if {1, 2} <= some:
            return False
        return None if len(some) < 2 else True

    found = find_conflict(demands(5), is_feasible, Deadline(Effort(seconds=20)))

    assert found is not None
    assert not found.is_smallest
    assert {demand.subject for demand in found.demands} == {"1", "2"}
