"""The JSON intake: typed, fast, and every error at once."""

import json
import time

import pytest

from echowall.voices.channels.json_api import MAX_BATCH, read_batch, read_one
from echowall.voices.channels.types import RefusedInputError

FULL = {
    "text": "我需要在4日去打狂犬疫苗第三针", "key": "wx-1", "said_at": "2022-05-03T21:10:00+08:00", "sender": "王姐",
    "phone": "138 0000 0001", "place": "阳光花园3号楼", "latitude": 34.7466, "longitude": 113.6253, "title": "求助",
    "conversation": "群1", "reply_to": "wx-0", "extra": {"floor": "6"},
    "attachments": [{"url": "https://e.cn/a.jpg", "kind": "image", "name": "a.jpg"}],
}  # fmt: skip


def body(value):
    return json.dumps(value, ensure_ascii=False).encode()


def problems(call, value, **options):
    with pytest.raises(RefusedInputError) as refused:
        call(value if isinstance(value, bytes) else body(value), **options)
    return [(problem.place, problem.code) for problem in refused.value.problems]


class TestReadOne:
    def test_reads_everything(self):
        heard = read_one(body(FULL))
        assert (heard.key, heard.text, heard.phone, heard.place_text) == (
            "wx-1",
            FULL["text"],
            "13800000001",
            "阳光花园3号楼",
        )
        assert (heard.latitude, heard.longitude, heard.reply_to, dict(heard.extra)) == (
            34.7466,
            113.6253,
            "wx-0",
            {"floor": "6"},
        )
        assert [(a.kind, a.reference) for a in heard.attachments] == [("image", "https://e.cn/a.jpg")]
        assert heard.said_at.isoformat() == "2022-05-03T21:10:00+08:00"

    def test_key_from_content_is_stable(self):
        value = {"text": "没菜", "said_at": "2022-05-03T21:10:00+08:00"}
        assert read_one(body(value)).key == read_one(body(value)).key
        assert read_one(body({**value, "text": "没药"})).key != read_one(body(value)).key

    def test_key_from_the_header(self):
        assert read_one(body({"text": "没菜"}), idempotency_key="h1").key == "h1"

    def test_names_every_error_at_once(self):
        value = {
            "text": "",
            "said_at": "2022-05-03T21:10:00",
            "latitude": 91,
            "phone": 138,
            "colour": "red",
            "attachments": [{"url": "ftp://x"}],
        }
        assert sorted(problems(read_one, value)) == [
            ("attachments", "field_invalid"), ("colour", "field_unknown"), ("latitude", "field_invalid"),
            ("phone", "field_invalid"), ("said_at", "field_invalid"), ("text", "field_invalid"),
        ]  # fmt: skip

    def test_names_what_types_cannot_say(self):
        assert problems(read_one, {"text": "  ", "latitude": 1.0, "phone": "找物业"}) == [
            ("text", "text_blank"), ("longitude", "coordinate_half"), ("phone", "phone_unreadable"),
            ("key", "key_and_said_at_missing"),
        ]  # fmt: skip

    @pytest.mark.parametrize("value", [b"", b"{", b"\xff", b'{"text": "a"} x'])
    def test_refuses_what_is_no_json(self, value):
        assert problems(read_one, value) == [("$", "json_unreadable")]

    @pytest.mark.parametrize("value", [[], "text", 1, None])
    def test_refuses_what_is_no_object(self, value):
        assert problems(read_one, value) == [("$", "object_expected")]

    def test_takes_microseconds(self):
        raw = body(FULL)
        read_one(raw)
        best = min(_seconds(raw) for _ in range(5))
        assert best < 40e-6  # twice the target of 20 µs, for a machine busy with other tests


def _seconds(raw, rounds=2000):
    started = time.process_time()
    for _ in range(rounds):
        read_one(raw)
    return (time.process_time() - started) / rounds


class TestReadBatch:
    def test_equal_messages_without_keys_stay_two(self):
        one = {"text": "没菜", "said_at": "2022-05-03T21:10:00+08:00"}
        keys = [heard.key for heard in read_batch(body({"messages": [one, one]}))]
        assert len(set(keys)) == 2
        assert keys == [heard.key for heard in read_batch(body({"messages": [one, one]}))]
        assert keys[0] == read_one(body(one)).key

    def test_names_every_error_of_every_message(self):
        value = {"messages": [{"text": "a", "key": "1"}, {"key": "2"}, {"text": "c", "key": 3}, 4], "x": 1}
        assert problems(read_batch, value) == [
            ("x", "field_unknown"), ("messages[1].text", "text_missing"), ("messages[2].key", "field_invalid"),
            ("messages[3]", "object_expected"),
        ]  # fmt: skip

    def test_refuses_repeated_keys(self):
        value = {"messages": [{"text": "a", "key": "1"}, {"text": "b", "key": "1"}]}
        assert problems(read_batch, value) == [("messages[1].key", "key_repeated")]

    @pytest.mark.parametrize("count", [0, MAX_BATCH + 1])
    def test_refuses_wrong_sizes(self, count):
        assert problems(read_batch, {"messages": [{"text": "a", "key": str(i)} for i in range(count)]}) == [
            ("messages", "batch_size")
        ]

    def test_takes_the_largest_batch(self):
        assert (
            len(read_batch(body({"messages": [{"text": "a", "key": str(i)} for i in range(MAX_BATCH)]}))) == MAX_BATCH
        )
