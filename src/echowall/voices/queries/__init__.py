"""Every read of hearing."""

from .addresses import AnswerAddress, answer_address
from .corrections import corrected_examples
from .facts import MessageFacts, message_facts
<<<<<<< HEAD
from .sources import sources_for, table_source

__all__ = [
    "AnswerAddress",
    "MessageFacts",
    "answer_address",
    "corrected_examples",
    "message_facts",
    "sources_for",
    "table_source",
]
=======
from .said import Said, attachment_content, said_in_clear

__all__ = ["AnswerAddress", "MessageFacts", "Said", "answer_address", "attachment_content", "message_facts", "said_in_clear"]
>>>>>>> w/matters
