"""Where the answer to a message goes: back on the channel it came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from echowall.kernel.personal import unseal

from ..models import Message
from ..models.sources import Channel


@dataclass(frozen=True, slots=True)
class AnswerAddress:
    """A transport of the outbox and the address on it."""

    transport: str
    address: str


def answer_address(message_id: UUID) -> AnswerAddress:
    """Return how to answer a message: its account, mail address or group, else its phone, else the progress page.

    On WeChat that is the follower's open id, which the callback hands over as the conversation; a WeChat message from
    elsewhere has the open id as its sender. In WeCom the group's robot answers. A mail's address is sealed.
    """
    message = Message.objects.get(id=message_id)
    if message.channel == Channel.WECHAT and "account" in message.extra and message.conversation:
        return AnswerAddress("wechat", message.conversation)
    if message.channel == Channel.WECHAT and message.sender_sealed is not None:
        return AnswerAddress("wechat", unseal("name", message.sender_sealed))
    if message.channel == Channel.WECOM and message.conversation:
        return AnswerAddress("wecom", message.conversation)
    if message.channel == Channel.MAIL:
        sealed = message.extra_sealed
        private = json.loads(unseal("message", sealed)) if sealed is not None else {}
        for address in (str(private.get("address", "")), message.conversation):
            if "@" in address and "*" not in address and not address.startswith("<"):
                return AnswerAddress("mail", address)
    if message.phone_sealed is not None:
        return AnswerAddress("sms", unseal("phone", message.phone_sealed))
    return AnswerAddress("page", "")
