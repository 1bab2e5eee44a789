"""Chat-group text pasted by a volunteer, split into messages with every line accounted for.

`read_pasted` is the whole interface; `LAYOUTS` names the layouts that a caller may insist on.
"""

from echowall.voices.channels.pasted.layouts import LAYOUTS
from echowall.voices.channels.pasted.split import MAX_LINES, PastedMessage, PastedResult, SkippedLine, read_pasted

__all__ = ["LAYOUTS", "MAX_LINES", "PastedMessage", "PastedResult", "SkippedLine", "read_pasted"]
