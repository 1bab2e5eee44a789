"""The one shape of what is heard."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echowall.voices.channels.types import (
    SHANGHAI,
    AttachmentRef,
    HeardMessage,
    Problem,
    RefusedInputError,
    content_key,
)

AT = datetime(2022, 5, 3, 21, 10, tzinfo=SHANGHAI)


class TestHeardMessage:
    def test_hash_does_not_depend_on_the_zone_or_the_order_of_extra(self):
        one = HeardMessage("api", "1", "没菜", said_at=AT, extra={"a": "1", "b": "2"})
        two = HeardMessage("api", "1", "没菜", said_at=AT.astimezone(UTC), extra={"b": "2", "a": "1"})
        assert one.content_hash() == two.content_hash()

    def test_hash_changes_with_every_field(self):
        first = HeardMessage("api", "1", "没菜")
        changed = [
            HeardMessage("mail", "1", "没菜"), HeardMessage("api", "2", "没菜"), HeardMessage("api", "1", "没药"),
            HeardMessage("api", "1", "没菜", said_at=AT), HeardMessage("api", "1", "没菜", sender="a"),
            HeardMessage("api", "1", "没菜", phone="a"), HeardMessage("api", "1", "没菜", place_text="a"),
            HeardMessage("api", "1", "没菜", latitude=1.0), HeardMessage("api", "1", "没菜", longitude=1.0),
            HeardMessage("api", "1", "没菜", conversation="a"), HeardMessage("api", "1", "没菜", reply_to="a"),
            HeardMessage("api", "1", "没菜", extra={"a": "a"}), HeardMessage("api", "1", "没菜", title="a"),
            HeardMessage("api", "1", "没菜", attachments=(AttachmentRef("file", content=b"a"),)),
            HeardMessage("api", "1", "没菜", attachments=(AttachmentRef("file", content=b"b"),)),
        ]  # fmt: skip
        assert len({message.content_hash() for message in [first, *changed]}) == 16

    @pytest.mark.parametrize(("key", "said_at"), [("", AT), ("1", datetime(2022, 5, 3))])  # noqa: DTZ001
    def test_refuses_no_key_and_no_zone(self, key, said_at):
        with pytest.raises(ValueError, match=r"key|zone"):
            HeardMessage("api", key, "没菜", said_at=said_at)

    @given(
        st.text(st.characters(exclude_categories=())), st.dictionaries(st.text(), st.text(st.characters()), max_size=3)
    )
    def test_everything_can_be_stored(self, words, extra):
        message = HeardMessage("api", "k" + words, words, sender=words, extra=extra)
        for text in (message.key, message.text, message.sender, *message.extra, *message.extra.values()):
            assert "\0" not in text.encode().decode()
        assert len(message.text) == len(words)
        assert message.content_hash()


class TestContentKey:
    def test_parts_do_not_run_together(self):
        assert content_key("a", "bc") != content_key("ab", "c")


class TestRefusedInputError:
    def test_says_place_value_and_fix(self):
        error = RefusedInputError(Problem("第1行", "x", "c", "中", "wrong", "改", "mend it"))
        assert str(error) == "第1行: wrong ('x'); mend it"
