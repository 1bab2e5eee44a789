"""Where the answer to a message goes: back on the channel it came from."""

from __future__ import annotations

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
    """Return how to answer a message: its account or mail thread, else its phone, else the progress page."""
    message = Message.objects.get(id=message_id)
    if message.channel in {Channel.WECHAT, Channel.WECOM} and message.conversation:
        return AnswerAddress("wechat" if message.channel == Channel.WECHAT else "wecom", message.conversation)
    if message.channel == Channel.MAIL and message.conversation:
        return AnswerAddress("mail", message.conversation)
    if message.phone_sealed is not None:
        return AnswerAddress("sms", unseal("phone", message.phone_sealed))
    return AnswerAddress("page", "")
