"""Pasting and loading: counted, resumable, the same twice changes nothing."""

import json
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.cast import DAWN, EVENING, Cast

from echowall.kernel import scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import InvalidInput
from echowall.matters.models import Matter
from echowall.voices import loading
from echowall.voices.channels.types import HeardMessage
from echowall.voices.cli import load_file
from echowall.voices.loading import run_import
from echowall.voices.models import Correction, Import, ImportProblem, Message, Pending, Source
from echowall.voices.operations import add_source, correct_message, hear_messages
from echowall.voices.operations.filing import file_batch
from echowall.voices.queries import corrected_examples
from echowall.voices.sweeping import sweep_pending

PASTE = """王姐 3号楼 2022/5/3 20:10
家里没有菜了,有人能送吗 13800001234

"老李"撤回了一条消息
老李 2022/5/3 20:12
谢谢志愿者
"""
HEAD = "编号,时间,姓名,电话,地址,内容,备注\n"


def _table(cast: Cast) -> Source:
    with scope.as_system():
        return add_source(channel="table", name="12345 工单", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=DAWN)


def _csv(rows: int, *, bad: bool = False) -> bytes:
    lines = [
        f"A{i},2022-05-03 09:{i % 60:02},张三,13800{i:06},铁路小区{i}号楼,第{i}户停水了没人管,13900001111\n"
        for i in range(rows)
    ]
    if bad:
        lines.insert(1, "B1,2022-02-30 09:00,李四,1,铁路小区,日期不存在,\n")
        lines.insert(2, "B2,2022-05-03 09:00,李四,1,铁路小区,,\n")
    return (HEAD + "".join(lines)).encode("gb18030")


class TestPaste:
    def test_preview_then_file_and_the_same_again_adds_nothing(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.community)
        page = reverse("voices:paste")
        given = {"source": str(cast.fuhua.group.id), "text": PASTE, "reference": "2022-05-03T21:00"}
        shown = client.post(page, {**given, "do": "preview"}).content.decode()
        assert "2 条留言" in shown
        assert "撤回" in shown
        with scope.as_system():
            assert not Message.objects.exists()
        assert client.post(page, given).status_code == 302
        assert "已归档 2 条新留言" in client.get(page).content.decode()
        client.post(page, given)
        assert "没有新增" in client.get(page).content.decode()
        with scope.as_system():
            assert Message.objects.count() == 2
            counts = list(Import.objects.order_by("id").values_list("row_count", "new_count", "known_count"))
        assert counts == [(2, 2, 0), (2, 0, 2)]

    def test_says_all_that_is_wrong_and_refuses_foreign_groups(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        page = reverse("voices:paste")
        assert client.post(page, {"source": str(cast.fuhua.group.id), "text": " "}).status_code == 422
        assert client.post(page, {"source": str(cast.songshan.group.id), "text": PASTE}).status_code == 422


class TestImportPages:
    def test_upload_map_load_and_fix(self, cast: Cast, client: Client) -> None:
        source = _table(cast)
        client.force_login(cast.fuhua.dispatcher)
        file = SimpleUploadedFile("工单.csv", _csv(5, bad=True))
        answer = client.post(reverse("voices:upload"), {"source": str(source.id), "file": file}, follow=True)
        draft = answer.content.decode()
        assert "没有这样的日期" in draft
        assert "13800000000" not in draft
        with scope.as_system():
            loaded = Import.objects.get()
        mapping = {f"column_{k}": [*v, ""] for k, v in loaded.settings["mapping"]["columns"].items()}
        changed = {**mapping, "record_only": "1", "do": "start", "keep_other": "1"}
        assert client.post(reverse("voices:import_map", args=[loaded.id]), changed).status_code == 302
        run_import(import_id=loaded.id, at=EVENING)
        work = client.get(reverse("voices:import_progress", args=[loaded.id])).json()
        assert (work["state"], work["done"]) == ("done", 7)
        page = client.get(reverse("voices:import", args=[loaded.id])).content.decode()
        assert "2022-02-30" in page
        workbook = client.get(reverse("voices:import_errors", args=[loaded.id]))
        assert b"".join(workbook.streaming_content)[:2] == b"PK"
        with scope.as_system():
            loaded.refresh_from_db()
            source.refresh_from_db()
            assert set(ImportProblem.objects.filter(is_warning=False).values_list("row", "column")) == {
                (3, "时间"),
                (4, "内容"),
            }
            assert "13900001111" not in json.dumps(list(Message.objects.values_list("extra", flat=True)))
        assert (loaded.row_count, loaded.new_count, loaded.problem_count) == (7, 5, 2)
        assert source.settings["mapping"]["columns"]["text"] == ["内容"]
        assert client.post(reverse("voices:import_start", args=[loaded.id])).status_code == 409
        client.force_login(cast.songshan.dispatcher)
        assert client.get(reverse("voices:import", args=[loaded.id])).status_code == 404

    def test_refuses_what_is_no_table(self, cast: Cast, client: Client) -> None:
        source = _table(cast)
        client.force_login(cast.fuhua.dispatcher)
        for content, target in ((b"%PDF-1.7 x", source), (_csv(2), cast.fuhua.group)):
            file = SimpleUploadedFile("a.csv", content)
            assert client.post(reverse("voices:upload"), {"source": str(target.id), "file": file}).status_code in (
                409,
                422,
            )
        assert client.post(reverse("voices:upload"), {}).status_code == 422
        with scope.as_system():
            assert not Import.objects.exists()


class TestRunImport:
    def test_goes_on_where_it_was_cut_off(self, cast: Cast) -> None:
        _table(cast)
        real, calls = loading.hear_messages, []

        def dies_at_the_third(**given):
            calls.append(len(given["messages"]))
            if len(calls) == 3:
                raise KeyboardInterrupt
            return real(**given)

        ten, dies = patch.object(loading, "CHUNK_ROWS", 10), patch.object(loading, "hear_messages", dies_at_the_third)
        with ten, dies, pytest.raises(KeyboardInterrupt):
            load_file(_csv(35), "a.csv", "12345 工单", "", None)
        with scope.as_system():
            loaded = Import.objects.get()
            assert (loaded.state, loaded.row_count, Message.objects.count()) == ("loading", 20, 20)
        with patch.object(loading, "CHUNK_ROWS", 10):
            loaded = run_import(import_id=loaded.id, at=EVENING)
        assert (loaded.state, loaded.row_count, loaded.new_count, loaded.known_count) == ("done", 35, 35, 0)
        assert run_import(import_id=loaded.id, at=EVENING).row_count == 35

    def test_one_row_the_database_refuses_is_named_and_the_others_are_kept(self, cast: Cast) -> None:
        _table(cast)
        rows = [{"id": i, "内容": f"第{i}户停水了"} for i in range(3)]
        rows[1]["内容"] = "坏字符\ud83d在这里\u0000停水了"
        content = "\n".join(json.dumps(row) for row in rows).encode()
        figures = load_file(content, "a.jsonl", "12345 工单", "", {"columns": {"text": ["内容"], "id": ["id"]}})
        assert figures["rows"] == figures["new"] + figures["problems"] == 3

    def test_mapping_that_does_not_fit_is_refused_with_every_reason(self, cast: Cast) -> None:
        _table(cast)
        with pytest.raises(InvalidInput) as refused:
            load_file(_csv(2), "a.csv", "12345 工单", "", {"columns": {"text": ["没有"], "nonsense": ["内容"]}})
        assert refused.value.codes >= {"column_missing", "field_unknown"}


class TestUnderstandingOfLoads:
    def test_history_is_understood_and_never_a_matter(self, cast: Cast) -> None:
        _table(cast)
        load_file(_csv(3), "a.csv", "12345 工单", "", None, record_only=True)
        assert sweep_pending(at=EVENING) == 3
        with scope.as_system():
            assert set(Message.objects.values_list("state", flat=True)) == {"noted"}
            assert not Message.objects.filter(intent="").exists()
            message = Message.objects.first()
            assert message is not None
            message = Message.objects.select_related("loaded", "place").get(id=message.id)
            duty = cast.fuhua.actor("duty")
            correct_message(message=message, changes={"intent": "help"}, actor=duty, at=EVENING)
            assert message.state == "noted"
            assert not Matter.objects.exists()

    def test_one_message_that_cannot_be_filed_does_not_hold_up_the_batch(self, cast: Cast) -> None:
        street = cast.fuhua
        said = [HeardMessage(channel="web", key=str(i), text=f"{i}号楼停水了", said_at=EVENING) for i in range(5)]
        bad = hear_messages(messages=said, source=street.web, actor=street.actor("duty"), at=EVENING)[2].id

        def refuses_one(*, understood, at):
            if any(one.message.id == bad for one in understood):
                raise ValueError("不能归档")
            file_batch(understood=understood, at=at)

        with patch("echowall.voices.sweeping.file_batch", refuses_one):
            assert sweep_pending(at=EVENING) == 5
        with scope.as_system():
            assert Message.objects.filter(state="parked").get().id == bad
            assert Message.objects.exclude(intent="").count() == 4
            assert "不能归档" in Pending.objects.get().error

    def test_corrections_become_examples_without_names_or_numbers(self, cast: Cast) -> None:
        street = cast.fuhua
        text = "我叫王强,电话13800001234,家里没有菜了"
        said = HeardMessage(channel="web", key="1", text=text, said_at=EVENING)
        hear_messages(messages=[said], source=street.web, actor=street.actor("duty"), at=EVENING)
        sweep_pending(at=EVENING)
        with scope.as_system():
            message = Message.objects.select_related("loaded", "place").get()
            wanted = "complaint" if message.intent != "complaint" else "help"
            correct_message(message=message, changes={"intent": wanted}, actor=street.actor("duty"), at=EVENING)
            (example,) = list(corrected_examples())
            assert Correction.objects.get().was != wanted
        assert example["intent"] == wanted
        assert "13800001234" not in example["text"]
        assert "王强" not in example["text"]
