"""Every read of hearing."""

from .addresses import AnswerAddress, answer_address
from .corrections import corrected_examples
from .facts import MessageFacts, answered_message, message_facts
from .public import (
    OwnMessage,
    additions,
    follow_up_code,
    forget_tokens,
    own_message,
    proof_holds,
    public_source,
    public_sources,
    source_by_token,
    ticket_in_source,
    ticket_of_key,
)
from .said import Said, attachment_content, said_in_clear
from .secrets import secrets_of
from .sources import sources_for, table_source

__all__ = [
    "AnswerAddress",
    "MessageFacts",
    "OwnMessage",
    "Said",
    "additions",
    "answer_address",
    "answered_message",
    "attachment_content",
    "corrected_examples",
    "follow_up_code",
    "forget_tokens",
    "message_facts",
    "own_message",
    "proof_holds",
    "public_source",
    "public_sources",
    "said_in_clear",
    "secrets_of",
    "source_by_token",
    "sources_for",
    "table_source",
    "ticket_in_source",
    "ticket_of_key",
]
