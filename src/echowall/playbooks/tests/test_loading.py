"""Reading playbooks: what is refused, with file, line and fix, and what a value answers."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echowall.playbooks import Library, Limit, PlaybookInvalid, Unit, calendar_of, default_folder, from_files, load
from echowall.playbooks.checking import check, check_folder
from echowall.playbooks.clocks import ChineseCalendar
from echowall.playbooks.errors import (
    CalendarEnds,
    NoPlaybookApplies,
    NothingInForce,
    PlaceholderMissing,
    Problem,
    SeveralPlaybooksApply,
    UnknownParameter,
    UnknownPlaybook,
    VersionNotKept,
)
from echowall.playbooks.loading import read_folder, version_of

CALENDAR = ChineseCalendar()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the 13710 playbook that a test may spoil."""
    return Path(shutil.copytree(default_folder() / "13710", tmp_path / "13710"))


def parameter(folder: Path, name: str, text: str, place: str = "") -> None:
    path = folder / "places" / place if place else folder
    (path / "parameters").mkdir(parents=True, exist_ok=True)
    (path / "parameters" / f"{name}.yaml").write_text(text, encoding="utf-8")


def codes(folder: Path) -> list[tuple[str, int, str]]:
    return [(p.file, p.line, p.code) for p in check_folder(folder, CALENDAR).problems]


class TestShippedPlaybooks:
    @pytest.mark.parametrize("name", ["13710", "hotline-limits"])
    def test_are_good_and_tested(self, name: str) -> None:
        result = check_folder(default_folder() / name, CALENDAR)
        assert [p.describe() for p in result.problems] == []
        assert result.situation_count > 0


class TestLoad:
    def test_reports_all_mistakes_at_once_with_their_lines(self, folder: Path) -> None:
        parameter(
            folder, "solve_limit", "type: limit\nvalues:\n  - value: {amount: 7, unit: fortnight}\n    mark: sure\n"
        )
        parameter(folder, "day_unit", "type: choice\nchoices: [calendar_day]\nvalues: 3\nextra: 1\n")
        with pytest.raises(PlaybookInvalid) as refused:
            load(folder)
        found = {(p.file, p.line, p.key, p.code) for p in refused.value.problems}
        solve, unit = "parameters/solve_limit.yaml", "parameters/day_unit.yaml"
        assert found == {
            (solve, 3, "values.0.valid_from", "key_missing"),
            (solve, 3, "values.0.source", "key_missing"),
            (solve, 4, "values.0.mark", "choice_unknown"),
            (solve, 3, "values.0.value", "value_wrong"),
            (unit, 3, "values", "type_wrong"),
            (unit, 4, "extra", "key_unknown"),
        }
        assert "改法：" in refused.value.problems[0].describe()
        assert "Fix: " in refused.value.problems[0].describe("en")

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("type: limit\ntype: limit\nvalues: []\n", "key_twice"),
            ("type: &a limit\nvalues: [*a]\n", "yaml_alias"),
            ("type: [\n", "yaml_syntax"),
            ("- a\n", "type_wrong"),
            (
                "type: integer\nvalues:\n  - {valid_from: 2022-02-30, value: 1, source: 甲, mark: verified}\n",
                "date_impossible",
            ),
            (
                "type: integer\nvalues:\n  - {valid_from: 2022-02-01, value: 1, source: 甲, mark: unverified}\n",
                "key_missing",
            ),
            (
                "type: integer\nvalues:\n  - {valid_from: 2022-02-01, value: 1, source: '', mark: verified}\n",
                "text_empty",
            ),
            (
                "type: integer\nvalues:\n  - {valid_from: 2022-02-01, value: true, source: 甲, mark: verified}\n",
                "value_wrong",
            ),
            (
                "type: integer\nvalues:\n  - {valid_from: 2022-02-01, value: 1, source: 甲, mark: verified}\n"
                "  - {valid_from: 2022-01-01, value: 2, source: 甲, mark: verified}\n",
                "dates_not_ascending",
            ),
            (
                "type: integer\nvalues:\n"
                "  - {valid_from: 2022-01-01, valid_until: 2022-03-01, value: 1, source: 甲, mark: verified}\n"
                "  - {valid_from: 2022-02-01, value: 2, source: 甲, mark: verified}\n",
                "intervals_overlap",
            ),
        ],
    )
    def test_refuses(self, folder: Path, text: str, code: str) -> None:
        parameter(folder, "callback_attempts", text)
        assert code in [c for _, _, c in codes(folder)]

    def test_refuses_a_file_that_is_not_utf8(self, folder: Path) -> None:
        (folder / "parameters" / "solve_limit.yaml").write_bytes("type: 期限".encode("gb18030"))
        assert ("parameters/solve_limit.yaml", 0, "not_utf8") in codes(folder)

    def test_refuses_a_file_it_does_not_know(self, folder: Path) -> None:
        (folder / "parametres").mkdir()
        (folder / "parametres" / "x.yaml").write_text("a: b\n")
        assert codes(folder) == [("parametres/x.yaml", 0, "file_unknown")]


class TestCheck:
    def test_refuses_an_untested_value(self, folder: Path) -> None:
        text = "type: integer\nvalues:\n  - {valid_from: 2022-02-01, value: 1, source: 甲, mark: verified}\n"
        parameter(folder, "callback_attempts", text, place="410104")
        assert ("places/410104/parameters/callback_attempts.yaml", 3, "value_untested") in codes(folder)

    def test_refuses_an_untested_clock_and_step(self, folder: Path) -> None:
        for name in ("days", "course", "escalation"):
            (folder / "tests" / f"{name}.yaml").unlink()
        found = {code for _, _, code in codes(folder)}
        assert found == {"clock_untested", "step_untested", "value_untested"}

    def test_refuses_missing_and_unused_texts(self, folder: Path) -> None:
        path = folder / "texts" / "zh.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("clocks.solve:", "clocks.slove:"), encoding="utf-8")
        assert sorted(code for _, _, code in codes(folder)) == ["text_missing", "text_unused"]

    def test_refuses_terms_events_and_parameters_that_nobody_knows(self, folder: Path) -> None:
        path = folder / "clocks.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in (
            ("[passed]", "[pased]"),
            ("stops: [dispatched,", "stops: [dispached,"),
            ("action: notify", "action: shout"),
        ):
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        result = check_folder(folder, CALENDAR)
        assert {p.code for p in result.problems} == {"term_unknown", "event_unknown"}
        assert any("passed" in p.fix.zh for p in result.problems)

    def test_refuses_a_limit_that_is_not_there(self, folder: Path) -> None:
        (folder / "parameters" / "close_limit.yaml").unlink()
        assert "parameter_unknown" in [code for _, _, code in codes(folder)]

    def test_shows_how_a_situation_differs(self, folder: Path) -> None:
        path = folder / "parameters" / "solve_limit.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("amount: 7", "amount: 8"), encoding="utf-8")
        problems = check_folder(folder, CALENDAR).problems
        assert {p.code for p in problems} == {"situation_differs", "step_untested"} or {p.code for p in problems} == {
            "situation_differs"
        }
        assert any("2022-05-11 00:00" in p.said.zh and "2022-05-12 00:00" in p.said.zh for p in problems)


SHORTER = """type: limit
values:
  - valid_from: 2022-05-01
    valid_until: 2022-06-01
    value: {amount: 5, unit: day}
    source: 区里通知
    mark: verified
"""


class TestValue:
    def test_nearest_place_wins_while_it_is_in_force(self, folder: Path) -> None:
        parameter(folder, "solve_limit", SHORTER, place="410104")
        playbook = load(folder)
        chain = ("410104005", "410104", "4101")
        inside = playbook.value("solve_limit", on=date(2022, 5, 31), place=chain)
        assert (inside.value, inside.place) == (Limit(5, Unit.DAY), "410104")
        assert playbook.value("solve_limit", on=date(2022, 6, 1), place=chain).value == Limit(7, Unit.DAY)
        assert playbook.value("solve_limit", on=date(2022, 5, 3), place=("4101",)).value == Limit(7, Unit.DAY)
        assert playbook.clocks_on(date(2022, 5, 3), chain) is playbook.clocks_on(date(2022, 5, 3), ("x", "410104"))

    def test_names_file_line_date_and_source(self) -> None:
        said = load(default_folder() / "13710").value("same_day_minimum", on=date(2022, 5, 3)).explain("最少时间")
        for part in ("最少时间 = 2小时", "2017-01-01", "13710/parameters/same_day_minimum.yaml 第 3 行", "待核实"):
            assert part in said.zh
        assert "unverified" in said.en

    def test_nothing_in_force_is_an_error(self) -> None:
        with pytest.raises(NothingInForce) as refused:
            load(default_folder() / "13710").value("solve_limit", on=date(2016, 12, 31), place=("410104",))
        assert refused.value.code == "nothing_in_force"
        assert "410104" in refused.value.said.zh

    def test_an_ended_value_does_not_bring_back_the_one_before(self, folder: Path) -> None:
        text = (folder / "parameters" / "solve_limit.yaml").read_text(encoding="utf-8")
        parameter(folder, "solve_limit", text + SHORTER.split("values:\n")[1])
        with pytest.raises(NothingInForce):
            load(folder).value("solve_limit", on=date(2022, 6, 1))

    def test_unknown_parameter(self) -> None:
        with pytest.raises(UnknownParameter):
            load(default_folder() / "13710").value("solv_limit", on=date(2022, 5, 3))


class TestVersion:
    def test_changes_with_content_but_not_with_situations_or_line_ends(self, folder: Path) -> None:
        version = load(folder).version
        (folder / "tests" / "plans.yaml").unlink()
        path = folder / "parameters" / "solve_limit.yaml"
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        assert load(folder).version == version
        path.write_bytes(path.read_bytes().replace(b"amount: 7", b"amount: 8"))
        assert load(folder).version != version

    def test_a_kept_copy_serves_a_pinned_case(self, folder: Path) -> None:
        kept = read_folder(folder)
        version = version_of(kept)
        parameter(folder, "solve_limit", SHORTER)
        library = Library(folder.parent, kept_files=lambda wanted: kept if wanted == version else None)
        assert library.version(version).value("solve_limit", on=date(2022, 5, 3)).value == Limit(7, Unit.DAY)
        assert library.get("13710").value("solve_limit", on=date(2022, 5, 3)).value == Limit(5, Unit.DAY)
        assert library.resolver(())(version, date(2022, 5, 3)).version == version
        with pytest.raises(VersionNotKept):
            library.version("0" * 16)
        assert from_files(kept, "13710").version == version


class TestLibrary:
    def test_finds_what_rules_a_place(self, folder: Path) -> None:
        library = Library(folder.parent)
        assert library.playbook_for("matters", on=date(2022, 5, 3), place=("410104",)).id == "13710"
        with pytest.raises(NoPlaybookApplies):
            library.playbook_for("isolation", on=date(2022, 5, 3))
        with pytest.raises(NoPlaybookApplies):
            library.playbook_for("matters", on=date(2016, 5, 3))
        with pytest.raises(UnknownPlaybook):
            library.get("13711")

    def test_nearest_playbook_wins_and_two_for_one_place_are_refused(self, folder: Path) -> None:
        for name, place in (("street", "410104005"), ("again", "410104005")):
            other = shutil.copytree(folder, folder.parent / name)
            text = (other / "manifest.yaml").read_text(encoding="utf-8")
            text = text.replace('"13710"', name, 1).replace('["*"]', f'["{place}"]')
            (other / "manifest.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(SeveralPlaybooksApply):
            Library(folder.parent).playbook_for("matters", on=date(2022, 5, 3), place=("410104005", "410104"))
        shutil.rmtree(folder.parent / "again")
        library = Library(folder.parent)
        assert library.playbook_for("matters", on=date(2022, 5, 3), place=("410104005", "410104")).id == "street"
        assert library.playbook_for("matters", on=date(2022, 5, 3), place=("410104",)).id == "13710"

    def test_library_playbooks_do_not_rule(self) -> None:
        assert Library(default_folder()).playbook_for("matters", on=date(2022, 9, 30), place=("44",)).id == "13710"


class TestPaper:
    def test_is_filled_in_or_names_all_that_is_missing(self) -> None:
        paper = load(default_folder() / "13710").papers["supervision_notice"]
        facts = dict.fromkeys(paper.placeholders, "某")
        assert "{{" not in paper.fill_in(facts)
        del facts["team_name"], facts["due_at"]
        with pytest.raises(PlaceholderMissing) as refused:
            paper.fill_in(facts)
        assert "team_name、due_at" in refused.value.said.zh


class TestCalendarYears:
    def test_knows_2020_to_2026_and_refuses_the_year_after(self) -> None:
        for year in range(2020, 2027):
            CALENDAR.is_working_day(date(year, 1, 1))
        with pytest.raises(CalendarEnds) as refused:
            CALENDAR.is_working_day(date(CALENDAR.last_year + 1, 1, 4))
        assert str(CALENDAR.last_year + 1) in refused.value.said.zh

    def test_a_year_is_added_from_a_file(self, tmp_path: Path) -> None:
        year = CALENDAR.last_year + 1
        (tmp_path / "calendars").mkdir()
        (tmp_path / "calendars" / "cn.yaml").write_text(
            f"years:\n  - year: {year}\n    source: 试验\n    holidays: [{year}-01-01]\n    workdays: [{year}-01-02]\n"
        )
        calendar = calendar_of(tmp_path)
        assert not calendar.is_working_day(date(year, 1, 1))
        assert calendar.is_working_day(date(year, 1, 2))

    def test_mistakes_in_the_file_are_all_named(self, tmp_path: Path) -> None:
        (tmp_path / "calendars").mkdir()
        (tmp_path / "calendars" / "cn.yaml").write_text(
            "years:\n  - year: 2027\n    holidays: [2026-01-01]\n    workdays: [soon]\n"
        )
        with pytest.raises(PlaybookInvalid) as refused:
            calendar_of(tmp_path)
        assert sorted(p.code for p in refused.value.problems) == ["day_not_of_year", "day_not_of_year", "key_missing"]


class TestSpoiltFiles:
    FILES = read_folder(default_folder() / "13710")
    WORDS = st.sampled_from(
        ["", "null", "[]", "{}", "3", "x", "[x]", "{x: y}", "true", "2022-05-03", "[", "'", ": :", "&a"]
    )

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(sorted(n for n in FILES if n.endswith(".yaml"))), st.data(), WORDS)
    def test_whatever_is_spoilt_the_answer_is_a_list_of_problems(
        self, name: str, data: st.DataObject, word: str
    ) -> None:
        lines = self.FILES[name].decode("utf-8").split("\n")
        number = data.draw(st.integers(0, len(lines) - 1))
        head, colon, _ = lines[number].partition(":")
        lines[number] = data.draw(
            st.sampled_from([word, f"{head}{colon} {word}", f"  {lines[number]}", lines[number][:-1]])
        )
        files = {**self.FILES, name: "\n".join(lines).encode()}
        problems: tuple[Problem, ...] = ()
        try:
            playbook = from_files(files, "13710")
        except PlaybookInvalid as refused:
            problems = refused.problems
        else:
            check(playbook, CALENDAR)
            return
        assert problems
