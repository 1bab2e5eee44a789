"""Every figure is the number of rows of its own list; splits add up; sentences of the seeds' weeks come out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from tests.cast import EVENING, Cast

from echowall.command import keeping
from echowall.command.bulletins import definition
from echowall.command.figures import FIGURES, SPLITS
from echowall.command.queries.board import snapshot
from echowall.command.queries.composing import Subject, compose, period_text
from echowall.command.queries.counting import Period, count, rows_of
from echowall.command.tiles import TILES
from echowall.kernel import clock, scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import InvalidInput
from echowall.kernel.scope import as_system
from echowall.matters import operations as act
from echowall.matters.models import Matter
from echowall.matters.operations.opening import NewMatter
from echowall.voices.cli import load_file
from echowall.voices.operations import add_source
from echowall.voices.sweeping import sweep_pending

FIXTURES = Path(__file__).resolve().parents[4] / "tests" / "fixtures"
WEEK = Period(date(2022, 5, 3), date(2022, 5, 9))
ERQI = "5月3日~9日，二七发布后台共收到留言、消息207条，包含投诉类15条、求助类9条、吐槽类21条、咨询类73条。"
JINGKAI = (
    "收到“郑在抗疫 一帮到底”平台求助信息50条，已办结50条，其中健康码问题类9条、疫情政策类31条、群众紧急求助事项5条、"
    "举报投诉类4条、企业服务类1条，收到群众反馈表扬2次。"
)


@pytest.fixture(autouse=True)
def _no_kept_board() -> Iterator[None]:
    keeping.forget()
    yield
    keeping.forget()


@pytest.fixture
def matters(cast: Cast) -> list[Matter]:
    """Twelve matters of the first street in several states, one of the second."""
    duty, leader, handler = (cast.fuhua.actor(who) for who in ("duty", "leader", "handler"))
    made = []
    with as_system():
        for number in range(12):
            at = EVENING - timedelta(hours=5 * number)
            new = NewMatter(
                place=cast.fuhua.building if number % 2 else cast.fuhua.communities[1],
                title=f"第{number}件事",
                summary="要办",
                channel="hotline" if number % 3 else "web",
                intent="complaint" if number % 4 == 0 else "help",
                topic="medicine.chronic" if number % 2 else "supplies",
                urgency="critical" if number == 3 else "normal",
                opened_at=at,
            )
            matter = act.open_matter(new=new, actor=duty, at=at)
            if number < 9:
                act.dispatch_matter(matter_id=matter.id, team_id=cast.fuhua.medical.id, actor=duty, at=at)
            if number < 6:
                act.accept_matter(matter_id=matter.id, actor=handler, at=at + timedelta(minutes=30))
            if number == 5:
                act.suspend_matter(
                    matter_id=matter.id,
                    reason="等待上级批复",
                    until=date(2022, 5, 6),
                    actor=leader,
                    at=at + timedelta(hours=1),
                )
            made.append(matter)
        act.open_matter(
            new=NewMatter(
                place=cast.songshan.building,
                title="邻街的事",
                summary="x",
                channel="web",
                intent="help",
                topic="supplies",
                urgency="critical",
                opened_at=EVENING,
            ),
            actor=SYSTEM_ACTOR,
            at=EVENING,
        )
    return made


class TestFigures:
    def test_every_number_equals_rows_of_its_list(self, cast: Cast, matters: list[Matter], client: Client) -> None:
        actor = cast.fuhua.actor("duty")
        client.force_login(cast.fuhua.duty)
        for code, figure in FIGURES.items():
            with scope.active(actor.scope):
                one = count(code, actor, Period(date(2022, 5, 1), date(2022, 5, 3)))
                assert dict(parse_qsl(urlsplit(one.url).query)) == one.query
                rows = rows_of(figure.register, one.query, actor).count()
            listing = client.get(one.url).context["listing"]
            assert listing.count == rows, code
            assert one.value == (rows / one.n if one.n else None) if figure.kind == "rate" else one.n == rows, code

    def test_splits_add_up(self, cast: Cast, matters: list[Matter]) -> None:
        actor = cast.fuhua.actor("duty")
        with scope.active(actor.scope):
            for by, values in (
                ("intent", ["complaint", "help"]),
                ("channel", ["hotline", "web"]),
                ("topic", ["medicine", "supplies"]),
                ("community", [c.path for c in cast.fuhua.communities]),
            ):
                assert by in SPLITS
                assert sum(count("opened", actor, Period(), {by: v}).n for v in values) == 12

    def test_another_street_is_not_counted(self, cast: Cast, matters: list[Matter]) -> None:
        actor = cast.songshan.actor("duty")
        with scope.active(actor.scope):
            assert count("in_hand", actor, Period()).n == 1
            assert count("critical_waiting", actor, Period()).n == 1

    def test_refuses_filter_outside_the_figure(self, cast: Cast) -> None:
        actor = cast.fuhua.actor("duty")
        with scope.active(actor.scope), pytest.raises(InvalidInput) as refused:
            count("requests", actor, Period(), {"intent": "praise"})
        assert refused.value.codes == {"figure_narrowed_wrongly"}

    def test_milestones_come_from_the_history(self, cast: Cast, matters: list[Matter]) -> None:
        with as_system():
            accepted = Matter.objects.get(id=matters[0].id)
        assert accepted.accepted_at == EVENING + timedelta(minutes=30)
        assert "accept" in accepted.clocks_met
        assert accepted.community_path == cast.fuhua.communities[1].path


class TestBoard:
    def test_every_tile_equals_its_figure(self, cast: Cast, matters: list[Matter]) -> None:
        actor = cast.fuhua.actor("duty")
        today = Period(clock.today(), clock.today())
        with scope.active(actor.scope):
            board = snapshot(actor, clock.now())
            assert {t.code: board.tiles[t.code] for t in TILES} == {
                t.code: count(t.code, actor, today).n for t in TILES
            }

    def test_bars_equal_their_lists(self, cast: Cast, matters: list[Matter]) -> None:
        actor = cast.fuhua.actor("duty")
        with scope.active(actor.scope):
            board = snapshot(actor, clock.now())
            for shares in (*board.open_by.values(), *board.came_by.values()):
                for share in shares:
                    assert rows_of("matters", share.query, actor).count() == share.count
            for opened, query in zip(board.opened_on, board.trend_queries, strict=True):
                assert rows_of("matters", query, actor).count() == opened

    def test_page_shows_it(self, cast: Cast, matters: list[Matter], client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        page = client.get("/desk/")
        assert page.status_code == 200
        text = page.content.decode()
        assert "第3件事" not in text  # accepted: no longer waiting
        assert "铁路小区" in text  # six of the same kind at one compound
        assert client.get("/desk/board/map/").json()["type"] == "FeatureCollection"


def _load(cast: Cast, source: str, file: str) -> Subject:
    with as_system():
        made = add_source(channel="table", name=source, place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=clock.now())
    content = (FIXTURES / file).read_bytes()
    loaded = load_file(content, file, source, "", None, record_only=True)
    assert loaded["problems"] == 0
    again = load_file(content, file, source, "", None, record_only=True)
    assert again["new"] == 0
    while sweep_pending(at=clock.now(), limit=300):
        pass
    return Subject(cast.fuhua.office, Period(), None, made)


@pytest.mark.django_db(transaction=True)
class TestSeedsWeeks:
    @pytest.mark.parametrize(
        ("source", "file", "kind", "days", "sentence"),
        [
            ("二七发布后台", "erqi_week.csv", "source-classes", WEEK, ERQI),
            (
                "郑在抗疫 一帮到底",
                "jingkai_ledger.csv",
                "source-ledger",
                Period(date(2022, 5, 1), date(2022, 5, 31)),
                JINGKAI,
            ),
        ],
    )
    def test_printed_sentence_and_rows(
        self, cast: Cast, client: Client, source: str, file: str, kind: str, days: Period, sentence: str
    ) -> None:
        with clock.fixed(EVENING + timedelta(days=40)):
            loaded = _load(cast, source, file)
            actor = cast.fuhua.actor("leader")
            client.force_login(cast.fuhua.leader)
            with scope.active(actor.scope):
                subject = Subject(loaded.office, days, None, loaded.source)
                document = compose(definition(kind), subject, actor, clock.now())["zh"]
            assert document["as_of"].endswith("+08:00")
            segments = document["sections"][0]["segments"]
            assert "".join(part["text"] for part in segments) == sentence
            for part in segments:
                if "figure" in part:
                    page = client.get(part["url"])
                    assert page.status_code == 200
                    assert page.context["listing"].count == int(part["text"])
            issued = client.post(
                f"/desk/bulletins/new/{kind}/issue/",
                {"since": str(days.since), "until": str(days.until), "source": str(loaded.source.id)},
            )  # type: ignore[union-attr]
            assert issued.status_code == 302
            assert client.get(issued["Location"]).status_code == 200
            paper = client.get(issued["Location"] + "pdf/")
            assert paper.content.startswith(b"%PDF")


class TestPeriodText:
    def test_as_offices_write_it(self) -> None:
        assert period_text(WEEK, "zh") == "5月3日~9日"
        assert period_text(Period(date(2022, 5, 30), date(2022, 6, 5)), "zh") == "5月30日~6月5日"
        assert period_text(Period(date(2022, 5, 3), date(2022, 5, 3)), "zh") == "5月3日"
        assert period_text(WEEK, "en") == "3 May – 9 May 2022"
