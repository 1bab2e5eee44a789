"""Pages of docs/ that promise to be equal to the program, and links between pages that must lead somewhere."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from tests.architecture import source

from echowall.matters.models import State
from echowall.matters.models.matters import OPEN_STATES
from echowall.matters.rules import MOVES, Move
from echowall.people.rules import PERMISSIONS, PURPOSES, TEAM_ONLY

DOCS = source.ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
ROUTE = re.compile(r"`((?:src|tests|docs|benchmarks|scripts|frontend|bin)/[\w./-]+)`")
IMAGE = "docs/images/"
Row = dict[str, str]


def table(page: str, first: str) -> list[Row]:
    """Return the rows of the table whose first column has this heading, by heading."""
    lines = (DOCS / "reference" / page).read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    head, _rule, *rows = [_cells(line) for line in _until_blank(lines[start:])]
    return [dict(zip(head, row, strict=True)) for row in rows]


def _until_blank(lines: Iterable[str]) -> list[str]:
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append(line)
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip("|").split("|")]


def _names(cell: str) -> set[str]:
    return set(re.findall(r"\w+", cell.replace("–", "").replace("stays", "")))


class TestRolesAndPermissions:
    def test_permissions_are_those_of_the_program(self) -> None:
        rows = table("roles-and-permissions.md", "permission")
        written = {role: {row["permission"] for row in rows if row[role] == "●"} for role in PERMISSIONS}
        assert written == {role: set(held) for role, held in PERMISSIONS.items()}
        assert len({row["permission"] for row in rows}) == len(rows)

    def test_roles_are_those_of_the_program(self) -> None:
        rows = table("roles-and-permissions.md", "role")
        assert {row["role"]: _names(row["purposes"]) for row in rows} == {r: set(p) for r, p in PURPOSES.items()}
        assert {row["role"] for row in rows if row["sees"].startswith("own teams")} == set(TEAM_ONLY)


class TestTransitionTable:
    def test_states_are_those_of_the_program(self) -> None:
        rows = table("transition-table.md", "state")
        assert [(row["state"], row["open"] == "●") for row in rows] == [(s.value, s in OPEN_STATES) for s in State]

    def test_moves_are_those_of_the_program(self) -> None:
        rows = table("transition-table.md", "move")
        assert [row["move"] for row in rows] == list(MOVES)
        for row in rows:
            assert self._written(row) == self._meant(MOVES[row["move"]]), row["move"]

    def _written(self, row: Row) -> dict[str, object]:
        return {
            "from": _names(row["from"]),
            "to": _names(row["to"]),
            "permission": row["permission"],
            "who": {one.strip() for one in row["who besides"].split(",")} - {"–"},
            "needs": _names(row["needs"]),
        }

    def _meant(self, move: Move) -> dict[str, object]:
        who = {
            "lead team": move.by_lead,
            "working team": move.by_team and not move.by_lead,
            "acting office": move.by_acting_office,
            "resident": move.by_resident,
        }
        return {
            "from": {state.value for state in move.sources},
            "to": {move.target.value} if move.target else {state.value for state in move.targets},
            "permission": move.permission,
            "who": {name for name, is_so in who.items() if is_so},
            "needs": set(move.needs),
        }


class TestLinks:
    @pytest.mark.parametrize("page", [path for path in source.own_files() if path.suffix == ".md"], ids=source.name_of)
    def test_lead_to_files_that_exist(self, page: Path) -> None:
        text = page.read_text(encoding="utf-8")
        dead = [target for target in LINK.findall(text) if not (IMAGE in target or (page.parent / target).exists())]
        dead += [named for named in ROUTE.findall(text) if not (source.ROOT / named.rstrip("/.")).exists()]
        assert not dead, f"{source.name_of(page)}: {dead}"

    def test_every_page_is_in_the_index(self) -> None:
        index = (DOCS / "README.md").read_text(encoding="utf-8")
        listed = {(DOCS / target).resolve() for target in LINK.findall(index)}
        pages = {path for path in source.own_files() if path.suffix == ".md" and path.is_relative_to(DOCS)}
        assert not {source.name_of(page) for page in pages - listed - {DOCS / "README.md"}}


class TestImages:
    """Pictures are made by `make screenshots`; a page may only show what that makes."""

    def test_pages_show_pictures_that_are_made(self) -> None:
        listed = yaml.safe_load((source.ROOT / "scripts" / "screenshots.yaml").read_text(encoding="utf-8"))["pages"]
        made = {f"{shot['name']}-{width}" for shot in listed for width in shot.get("widths", (1440, 360))}
        text = (source.ROOT / "README.md").read_text(encoding="utf-8")
        shown = {Path(target).stem for target in LINK.findall(text) if IMAGE in target and target.endswith(".png")}
        assert shown
        assert shown <= made
        if list((DOCS / "images").glob("*.png")):
            assert not [name for name in shown if not (DOCS / "images" / f"{name}.png").exists()]
