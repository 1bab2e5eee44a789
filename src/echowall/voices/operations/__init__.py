"""Every write of hearing."""

from .ending import mark_handled, settle_doubts
from .filing import (
    Understood,
    correct_message,
    file_batch,
    file_understood,
    mark_filed,
    note_message,
    park_message,
    try_again,
)
from .hearing import Heard, hear_messages
from .loading import discard_import, draft_import, map_import, reset_mapping, start_import
from .opinions import Claimed, claim_opinion, note_no_opinion, take_opinion
from .pasting import file_pasted
from .secrets import set_secrets
from .sources import add_source, issue_token, set_active
from .unmasking import Unmasked, unmask_message

__all__ = [
    "Claimed",
    "Heard",
    "Understood",
    "Unmasked",
    "add_source",
    "claim_opinion",
    "correct_message",
    "discard_import",
    "draft_import",
    "file_batch",
    "file_pasted",
    "file_understood",
    "hear_messages",
    "issue_token",
    "map_import",
    "mark_filed",
    "mark_handled",
    "note_message",
    "note_no_opinion",
    "park_message",
    "reset_mapping",
    "set_active",
    "set_secrets",
    "settle_doubts",
    "start_import",
    "take_opinion",
    "try_again",
    "unmask_message",
]
