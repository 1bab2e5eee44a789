"""Every read of hearing."""

from .addresses import AnswerAddress, answer_address
from .corrections import corrected_examples
from .facts import MessageFacts, message_facts
from .said import Said, attachment_content, said_in_clear
from .sources import sources_for, table_source

__all__ = [
    "AnswerAddress",
    "MessageFacts",
    "Said",
    "answer_address",
    "attachment_content",
    "corrected_examples",
    "message_facts",
    "said_in_clear",
    "sources_for",
    "table_source",
]
