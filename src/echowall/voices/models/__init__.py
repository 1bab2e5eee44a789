"""Tables of hearing."""

from .messages import Attachment, Message, Pending
from .sources import Import, ImportProblem, Source
from .understanding import Correction, Reading

__all__ = ["Attachment", "Correction", "Import", "ImportProblem", "Message", "Pending", "Reading", "Source"]
