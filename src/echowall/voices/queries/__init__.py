"""Every read of hearing."""

from .addresses import AnswerAddress, answer_address
from .facts import MessageFacts, message_facts
from .said import Said, attachment_content, said_in_clear

__all__ = ["AnswerAddress", "MessageFacts", "Said", "answer_address", "attachment_content", "message_facts", "said_in_clear"]
