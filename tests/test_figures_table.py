"""The table of the README is made from what `make bench` measured."""

from __future__ import annotations

import pytest
from benchmarks.figures import Figure
from benchmarks.table import BEGIN, END, put_into, table

MACHINE = {"cpu": "A", "cores": 2, "memory_gib": 8.0, "system": "Linux", "python": "3.11", "load_before": 0.1}
INTAKE = Figure("intake", 377.4, "messages/s", 300.0, beside="raw commits", beside_value=7993.0)
LISTS = [
    Figure(f"list: {name}", value, "ms", 200.0, lower_is_better=True, group="lists")
    for name, value in (("default", 18.6), ("topic", 246.0), ("team", 35.7))
]


def made(*figures: Figure, broken: dict[str, str] | None = None) -> str:
    said = {"intake": [one.as_json() for one in figures]}
    return table({"machine": MACHINE, "quick": False, "figures": said, "broken": broken or {}})


class TestTable:
    def test_a_figure_stands_with_its_target_and_what_stands_beside_it(self) -> None:
        assert "| intake | ≥ 300 messages/s | 377 messages/s | raw commits: 7,993 messages/s |" in made(INTAKE)

    def test_a_group_is_one_line_that_names_its_worst_and_counts_the_missed(self) -> None:
        assert "| lists (3) | ≤ 200 ms | 18.6 to 246 ms: **1 of 3 not met** | slowest: topic |" in made(INTAKE, *LISTS)

    def test_a_missed_target_is_said(self) -> None:
        assert "**not met**" in made(Figure("intake", 200.0, "messages/s", 300.0))

    def test_what_could_not_run_is_said(self) -> None:
        assert "| wall | | could not run | |" in made(INTAKE, broken={"wall": "RuntimeError: no"})


class TestPutInto:
    def test_replaces_only_what_stands_between(self) -> None:
        assert put_into(f"a\n{BEGIN}\nold\n{END}\nb", "new\n") == f"a\n{BEGIN}\nnew\n{END}\nb"

    def test_refuses_a_text_without_the_place(self) -> None:
        with pytest.raises(ValueError, match="must each stand there once"):
            put_into("nothing", "new\n")
