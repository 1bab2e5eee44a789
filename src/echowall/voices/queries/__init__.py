"""Every read of hearing."""

from .facts import MessageFacts, message_facts

__all__ = ["MessageFacts", "message_facts"]
