"""Tables of hearing."""

from .allowances import Allowance
from .messages import Attachment, Message, Pending, PendingOpinion
from .sources import Import, ImportProblem, Source
from .understanding import Correction, Reading

__all__ = [
    "Allowance",
    "Attachment",
    "Correction",
    "Import",
    "ImportProblem",
    "Message",
    "Pending",
    "PendingOpinion",
    "Reading",
    "Source",
]
