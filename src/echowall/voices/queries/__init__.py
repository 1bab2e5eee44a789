"""Every read of hearing."""

from ..models.sources import Channel
from .addresses import AnswerAddress, answer_address
from .alike import Alike, copies_of, of_phone
from .corrections import corrected_examples, last_corrections, raised_by_opinion
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
from .publication import PublicationFacts, heard_count, publication_facts
from .queue import QUEUES, Queue, in_queue, next_in_queue, previous_in_queue, queues
from .said import Said, attachment_content, said_in_clear
from .secrets import secrets_of
from .sources import sources_for, table_source

__all__ = [
    "QUEUES",
    "Alike",
    "AnswerAddress",
    "Channel",
    "MessageFacts",
    "OwnMessage",
    "PublicationFacts",
    "Queue",
    "Said",
    "additions",
    "answer_address",
    "answered_message",
    "attachment_content",
    "copies_of",
    "corrected_examples",
    "follow_up_code",
    "forget_tokens",
    "heard_count",
    "in_queue",
    "last_corrections",
    "message_facts",
    "next_in_queue",
    "of_phone",
    "own_message",
    "previous_in_queue",
    "proof_holds",
    "public_source",
    "public_sources",
    "publication_facts",
    "queues",
    "raised_by_opinion",
    "said_in_clear",
    "secrets_of",
    "source_by_token",
    "sources_for",
    "table_source",
    "ticket_in_source",
    "ticket_of_key",
]
