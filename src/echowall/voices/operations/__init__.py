"""Every write of hearing."""

from .filing import correct_message, file_understood, mark_filed, park_message
from .hearing import Heard, hear_messages
from .sources import add_source, issue_token
from .unmasking import Unmasked, unmask_message

__all__ = [
    "Heard",
    "Unmasked",
    "add_source",
    "correct_message",
    "file_understood",
    "hear_messages",
    "issue_token",
    "mark_filed",
    "park_message",
    "unmask_message",
]
