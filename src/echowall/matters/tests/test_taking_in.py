"""Excel in: the exported register of matters, changed by hand, is taken back row by row."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook
from tests import story
from tests.cast import EVENING, Cast

from echowall.kernel.errors import InvalidInput
from echowall.kernel.register.jobs import write_file
from echowall.kernel.register.taking_in import edited_rows, take_in
from echowall.matters import operations as act
from echowall.matters.models import Matter
from echowall.matters.registers import MATTERS

PAGE = "/desk/registers/matters/take-in/"


def exported(tmp_path: Path) -> list[list[list[str]]]:
    """Return the sheets of an export of everything in sight."""
    path = tmp_path / "matters.xlsx"
    write_file(path, MATTERS, MATTERS.base(None).order_by("number"))
    book = CalamineWorkbook.from_path(str(path))
    return [[[str(c) for c in line] for line in book.get_sheet_by_name(n).to_python()] for n in book.sheet_names]


def written(sheets: list[list[list[str]]]) -> bytes:
    """Return sheets as an .xlsx file, the second hidden as in the export."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    for name, lines in zip(("事项", "echowall"), sheets, strict=False):
        sheet = book.add_worksheet(name)
        for r, line in enumerate(lines):
            for c, cell in enumerate(line):
                sheet.write_string(r, c, cell)
    book.close()
    return out.getvalue()


def put(sheet: list[list[str]], number: str, title: str, text: str) -> None:
    """Change one cell of the file."""
    line = next(line for line in sheet if line[0] == number)
    line[sheet[0].index(title)] = text


class TestTakeInMatters:
    def test_export_says_words_and_taken_back_unchanged_changes_nothing(self, cast: Cast, tmp_path: Path) -> None:
        matter = story.opened(cast.fuhua, urgency="urgent")
        with story.as_actor(cast.fuhua.actor("dispatcher")):
            sheets = exported(tmp_path)
            row = dict(zip(sheets[0][0], next(x for x in sheets[0] if x[0] == matter.number), strict=True))
            assert (row["紧急程度"], row["诉求"]) == ("紧急", "求助")
            assert edited_rows(MATTERS, written(sheets)) == []
            assert edited_rows(MATTERS, written(sheets[:1])) == []

    def test_page_shows_changes_then_makes_them(self, cast: Cast, client: Client, tmp_path: Path) -> None:
        matter = story.opened(cast.fuhua)
        with story.as_actor(cast.fuhua.actor("dispatcher")):
            sheets = exported(tmp_path)
        put(sheets[0], matter.number, "紧急程度", "紧急")
        put(sheets[0], matter.number, "专班", "生活物资专班")
        client.force_login(cast.fuhua.dispatcher)
        assert "改好的表传回" in client.get(PAGE).content.decode()
        shown = client.post(PAGE, {"file": SimpleUploadedFile("m.xlsx", written(sheets))})
        assert shown.status_code == 200
        assert "<ins>生活物资专班</ins>" in shown.content.decode()
        assert story.fresh(matter).state == "opened"
        edited = shown.context["edited"]
        assert client.post(PAGE, {"edited": edited, "reason": " "}).status_code == 422
        assert client.post(PAGE, {"edited": edited[:-3] + "abc", "reason": "核对"}).status_code == 422
        assert client.post(PAGE, {"edited": edited, "reason": "夜间核对"}).status_code == 302
        now = story.fresh(matter)
        assert (now.urgency, now.state, now.lead_team_id) == ("urgent", "dispatched", cast.fuhua.supplies.id)

    def test_all_errors_at_once_and_what_changed_meanwhile_is_not_set_back(self, cast: Cast, tmp_path: Path) -> None:
        one, two = story.opened(cast.fuhua), story.opened(cast.fuhua)
        foreign = story.opened(cast.songshan)
        dispatcher = cast.fuhua.actor("dispatcher")
        with story.as_actor(dispatcher):
            sheets = exported(tmp_path)
            act.reclassify_matter(matter_id=one.id, actor=dispatcher, at=EVENING, reason="更正", urgency="urgent")
            untouched = edited_rows(MATTERS, written(sheets))
            put(sheets[0], one.number, "紧急程度", "危急")
            sheets[0].append([foreign.number, "紧急", *[""] * (len(sheets[0][0]) - 2)])
            with pytest.raises(InvalidInput) as wrong:
                edited_rows(MATTERS, written(sheets))
            put(sheets[0], one.number, "紧急程度", "一般")
            sheets[0].pop()
            put(sheets[0], two.number, "紧急程度", "很急")
            put(sheets[0], two.number, "专班", "没有的专班")
            edited = edited_rows(MATTERS, written(sheets))
            with pytest.raises(InvalidInput) as unknown:
                take_in(register=MATTERS, edited=edited, reason="核对", actor=dispatcher, at=EVENING)
        assert untouched == []
        assert {p.code for p in wrong.value.problems} == {"changed_meanwhile", "row_unknown"}
        assert [p.value for p in unknown.value.problems] == ["很急", "没有的专班"]
        assert "生活物资专班" in unknown.value.problems[1].fix

    def test_one_refused_row_undoes_all(self, cast: Cast, tmp_path: Path) -> None:
        one, ended = story.opened(cast.fuhua), story.checked(cast.fuhua)
        dispatcher = cast.fuhua.actor("dispatcher")
        with story.as_actor(dispatcher):
            sheets = exported(tmp_path)
            put(sheets[0], one.number, "专班", "生活物资专班")
            put(sheets[0], ended.number, "专班", "生活物资专班")
            edited = edited_rows(MATTERS, written(sheets))
            with pytest.raises(InvalidInput) as refused:
                take_in(register=MATTERS, edited=edited, reason="核对", actor=dispatcher, at=EVENING)
            assert Matter.objects.get(id=one.id).state == "opened"
        assert [ended.number in p.place for p in refused.value.problems] == [True]

    def test_handlers_may_not(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.handler)
        assert client.get(PAGE).status_code == 403


class TestListFragment:
    def test_export_and_saved_view_follow_the_filters_of_the_list(self, cast: Cast, client: Client) -> None:
        story.opened(cast.fuhua)
        client.force_login(cast.fuhua.dispatcher)
        part = client.get("/desk/matters/?urgency=urgent", headers={"HX-Request": "true"}).content.decode()
        assert 'id="views" hx-swap-oob="true"' in part
        assert part.count('<input type="hidden" name="urgency" value="urgent">') == 2
        client.post("/desk/registers/matters/views/", {"view_name": "紧急", "urgency": "urgent", "order": "due_at"})
        page = client.get("/desk/matters/").content.decode()
        assert "?order=due_at&amp;urgency=urgent" in page
        assert "删除视图“紧急”" in page
