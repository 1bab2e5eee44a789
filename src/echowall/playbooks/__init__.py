"""Playbooks 工作法: policies and methods as dated data, with their clocks.

The core here is pure (no Django, no database, no clock read) and depends on nothing else of Echowall. `load` reads one
folder, `Library` many; `playbook.value(...)` answers what holds on a day at a place, with its trace;
`echowall.playbooks.clocks` computes deadlines.
"""

from echowall.playbooks.errors import PlaybookError, PlaybookInvalid, Problem, Said
from echowall.playbooks.library import Library, calendar_of, default_folder
from echowall.playbooks.loading import from_files, load
from echowall.playbooks.playbook import Playbook
from echowall.playbooks.types import Limit, Mark, Unit, Value
from echowall.playbooks.vocabulary import VOCABULARY, Argument, Vocabulary

__all__ = [
    "VOCABULARY",
    "Argument",
    "Library",
    "Limit",
    "Mark",
    "Playbook",
    "PlaybookError",
    "PlaybookInvalid",
    "Problem",
    "Said",
    "Unit",
    "Value",
    "Vocabulary",
    "calendar_of",
    "default_folder",
    "from_files",
    "load",
]
