from __future__ import annotations

from typing import Any

import pytest
from tests.cast import EVENING, Cast

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import add_source, hear_messages
from echowall.voices.queries import answer_address


class TestAnswerAddress:
    @pytest.mark.parametrize(
        ("channel", "said", "expected"),
        [
            # As the WeChat callback hands it over: the follower as conversation, our own account beside it.
            ("wechat", {"conversation": "oFollower", "extra": {"account": "gh_street"}}, ("wechat", "oFollower")),
            ("wechat", {"sender": "oFollower", "conversation": "gh_street"}, ("wechat", "oFollower")),
            # As the mail box hands it over; many addresses are a phone number, which is masked among the extras.
            (
                "mail",
                {"conversation": "13800001234@example.org", "extra": {"address": "13800001234@example.org"}},
                ("mail", "13800001234@example.org"),
            ),
            (
                "mail",
                {"conversation": "<id@host>", "extra": {"address": "wang@example.org"}},
                ("mail", "wang@example.org"),
            ),
            ("hotline", {"phone": "13800001234"}, ("sms", "13800001234")),
            ("hotline", {}, ("page", "")),
        ],
    )
    def test_leads_back_to_where_it_came_from(
        self, cast: Cast, channel: str, said: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        with as_system():
            source = add_source(channel=channel, name="渠道", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=EVENING)
            message = HeardMessage(channel=channel, key="k", text="停水了", said_at=EVENING, **said)
            (heard,) = hear_messages(messages=[message], source=source, actor=SYSTEM_ACTOR, at=EVENING)
            found = answer_address(heard.id)
        assert (found.transport, found.address) == expected
