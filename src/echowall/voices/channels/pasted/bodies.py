"""What stands inside one pasted message: the quoted message it answers, and 接龙 lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DASHES = re.compile(r"^\s*(?:[-—–─]\s?){3,}\s*$")
_OPEN = re.compile(r"^\s*[「“\"『]\s*(?P<rest>.*)$")
_CLOSED = re.compile(r"[」”\"』]\s*$")
_SPOKEN = re.compile(r"^(?P<who>[^:：\n]{1,40})[:：]\s*(?P<what>.*)$", re.S)
_CITES = re.compile(
    r"^\s*+[\[【]?\s*+(?:引用|回复|回覆)\s*(?P<who>[^:：\n]{1,40}?)(?:的消息)?\s*[:：]\s*(?P<what>.*?)\s*[\]】]?\s*$"
)
_CHAIN = re.compile(r"^\s*+#?\s*+(?:接龙|接龍)\s*(?P<title>.*)$")
_NUMBERED = re.compile(r"^\s*(?P<number>\d{1,3})\s*[.．、)）:：]\s*(?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that this one answers, as far as the copy shows it."""

    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One numbered line of a 接龙: its number and what stands behind it."""

    number: int
    text: str


def cut_quote(lines: list[str]) -> tuple[Quote | None, list[str]]:
    """Take a quoted message off the top (「张三：…」, dashes, reply) or off the end (引用 张三：…) of a body.

    Returns the quote or None, and the lines that are the person's own words. A quote with nothing said under it stays
    in the words, so that no message becomes empty by this.
    """
    opened = _OPEN.match(lines[0]) if lines else None
    if opened:
        for i, line in enumerate(lines):
            if _CLOSED.search(line) and (i > 0 or len(line.strip()) > 1):
                end = i + 1
                has_dashes = end < len(lines) and bool(_DASHES.match(lines[end]))
                own = lines[end + has_dashes :]
                quoted = _CLOSED.sub("", "\n".join([opened["rest"], *lines[1:end]])).strip()
                spoken = _SPOKEN.match(quoted)
                if any(part.strip() for part in own) and (has_dashes or spoken):
                    who = spoken["who"].strip() if spoken else ""
                    return Quote(who, spoken["what"].strip() if spoken else quoted), own
                break
    for i in (0, len(lines) - 1):
        cited = _CITES.match(lines[i]) if len(lines) > 1 else None
        if cited:
            return Quote(cited["who"].strip(), cited["what"].strip()), lines[:i] + lines[i + 1 :]
    return None, lines


def chain_in(lines: list[str]) -> tuple[str, tuple[ChainEntry, ...]]:
    """The title and the numbered entries of a 接龙, or ("", ()) when the text is none.

    Lines without a number belong to the entry above, or to the title before the first entry.
    """
    start = next((i for i, line in enumerate(lines) if _CHAIN.match(line)), None)
    if start is None:
        return "", ()
    first = _CHAIN.match(lines[start])
    title = [first["title"].strip()] if first and first["title"].strip() else []
    entries: list[tuple[int, list[str]]] = []
    for line in lines[start + 1 :]:
        found = _NUMBERED.match(line)
        if found:
            entries.append((int(found["number"]), [found["text"].strip()]))
        elif line.strip():
            (entries[-1][1] if entries else title).append(line.strip())
    done = tuple(ChainEntry(number, "\n".join(text)) for number, text in entries)
    return ("\n".join(title), done) if done else ("", ())
