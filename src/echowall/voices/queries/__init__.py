"""Every read of hearing."""

from .addresses import AnswerAddress, answer_address
from .facts import MessageFacts, message_facts

__all__ = ["AnswerAddress", "MessageFacts", "answer_address", "message_facts"]
