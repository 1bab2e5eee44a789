"""Pasted text in; messages, skipped lines and lines not understood out, every non-empty line in exactly one of them.

The keys are made of conversation, sender, minute and text, with an ordinal for what is equal in all four, so the same
paste, or one that overlaps it, gives the same keys. Limits: when a paste begins after the first of several equal
messages of one minute, its ordinals begin at 0 again and the later ones are taken for the earlier; and a message
whose layout carries no time is the same only within the day on which it was pasted.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from echowall.voices.channels.dates import MomentError, read_moment, resolve
from echowall.voices.channels.pasted.bodies import ChainEntry, chain_in, cut_quote
from echowall.voices.channels.pasted.layouts import LAYOUTS, Head, heads_of
from echowall.voices.channels.pasted.lines import (
    SEPARATOR,
    TIME_LINE,
    Line,
    attachments_in,
    cut_lines,
    is_system,
    recalled_by,
)
from echowall.voices.channels.types import SHANGHAI, HeardMessage, Problem, RefusedInputError, content_key

MAX_LINES = 20_000
# A room in front of or behind a nickname: "3-2-1203 王姐", "5号楼2单元601老李", "王姐3#1203".
_ROOM = re.compile(
    r"(?<!\d)(?:\d{1,3}\s?(?:号楼|號樓|栋|棟|幢|座|#|-|－|—)\s?)(?:\d{1,2}\s?(?:单元|單元|门|-|－|—)\s?)?\d{2,4}(?!\d)(?:室|号)?"
)


@dataclass(frozen=True, slots=True)
class PastedMessage:
    """A message and the lines it came from (`first_line` to `last_line`, from 1; `lines` are those that count)."""

    message: HeardMessage
    first_line: int
    last_line: int
    lines: tuple[int, ...]
    chain: tuple[ChainEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line that is no part of a message: `reason` is system, recalled, separator, time or unclear."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class PastedResult:
    """A paste taken apart: `layout` is the winner among `scores`, or none; `unclear` lines wait for a person."""

    messages: tuple[PastedMessage, ...]
    skipped: tuple[SkippedLine, ...]
    unclear: tuple[SkippedLine, ...]
    layout: str
    scores: dict[str, float]


@dataclass(slots=True)
class _Open:
    head: Head
    said_at: datetime | None
    precision: str
    head_line: int
    body: list[Line] = field(default_factory=list)


def read_pasted(
    pasted: str, *, reference: datetime, conversation: str = "", layout: str | None = None, zone: tzinfo = SHANGHAI
) -> PastedResult:
    """Split a block copied or exported from a chat group.

    `reference` is when it was copied (aware): "昨天 21:10", "星期二" and a bare "21:10" are the latest such before it.
    `layout` is one of `LAYOUTS` to insist on it, None to recognise it. Raises `RefusedInputError` for more than
    `MAX_LINES` lines and `ValueError` for an unknown layout or a reference without a zone.
    """
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"unknown layout {layout!r}; choose one of {', '.join(LAYOUTS)}")
    if reference.tzinfo is None:
        raise ValueError("reference must be an aware datetime")
    lines = cut_lines(pasted)
    if len(lines) > MAX_LINES:
        raise RefusedInputError(_too_long(len(lines)))
    if layout == "whole":
        return _as_one(lines, reference, conversation, zone)
    heads, chosen, scores = heads_of(lines, layout)
    if not heads and chain_in([line.text for line in lines])[1]:
        return _as_one(lines, reference, conversation, zone)
    splitter = _Splitter(reference, conversation, zone, has_times=any(h.when for h in heads.values()))
    followed = _before_heads(lines, heads)
    for line in lines:
        splitter.take(line, heads.get(line.number), before_head=line.number in followed)
    splitter.close()
    return splitter.result(chosen, scores)


class _Splitter:
    def __init__(self, reference: datetime, conversation: str, zone: tzinfo, *, has_times: bool) -> None:
        self.reference, self.conversation, self.zone = reference, conversation, zone
        self.has_times = has_times
        self.day: datetime | None = None  # of the last separator: a bare time under it is on this day
        self.about: datetime | None = None  # of the last time line: messages without a time were said about then
        self.open: _Open | None = None
        self.claimed: set[int] = set()  # lines that hold the time of a head above them, whatever stands between
        self.messages: list[PastedMessage] = []
        self.skipped: list[SkippedLine] = []
        self.unclear: list[SkippedLine] = []
        self.seen: Counter[str] = Counter()
        self.by_text: dict[tuple[str, str], str] = {}

    def take(self, line: Line, head: Head | None, *, before_head: bool) -> None:
        """Put one line where it belongs; `before_head` says that the next line with text begins a message."""
        text = line.text.strip()
        if line.number in self.claimed:
            return
        # Directly under a head stands what that person said, whatever it looks like; only a recall may replace it.
        expects_words = self.open is not None and not self.open.body
        if not text:
            if self.open and self.open.body:
                self.open.body.append(line)
        elif head:
            self.close()
            self._begin(line, head)
        elif recalled_by(text):
            self._skip(line, "recalled")
        elif not expects_words and self._is_separator(text, before_head):
            self._skip(line, "separator")
        elif not expects_words and is_system(text):
            self._skip(line, "system")
        elif not expects_words and self._is_time_line(text):
            self._skip(line, "time")
        elif self.open:
            self.open.body.append(line)
        else:
            self.unclear.append(SkippedLine(line.number, line.raw, "unclear"))

    def _skip(self, line: Line, reason: str) -> None:
        self.close(reason)
        self.skipped.append(SkippedLine(line.number, line.raw, reason))

    def _is_separator(self, text: str, before_head: bool) -> bool:
        found = SEPARATOR.match(text)
        # A date alone in a body ("5-3", "2022/5/3") separates days only with dashes around it or above a head.
        if not found or (found.group(1) == text and not before_head and self.open):
            return False
        try:
            self.day = resolve(read_moment(found.group(1)), self.reference, self.zone)
        except MomentError:
            return False
        return True

    def _is_time_line(self, text: str) -> bool:
        found = TIME_LINE.match(text)
        if not found or (self.has_times and self.open):
            return False
        about, _ = self._when(found.group(1))
        if about is None:
            return False
        self.about = about
        return True

    def _when(self, written: str) -> tuple[datetime | None, str]:
        try:
            moment = read_moment(written)
            if self.day is not None and not moment.has_day and moment.clock:
                return datetime.combine(self.day.date(), moment.clock, self.zone), ""
            return resolve(moment, self.reference, self.zone), ""
        except MomentError as error:
            return None, error.code

    def _begin(self, line: Line, head: Head) -> None:
        said_at, fault = self._when(head.when) if head.when else (self.about, "")
        precision = fault or ("" if head.when else "about")
        self.open = _Open(head, said_at, precision, line.number)
        if head.time_line:
            self.claimed.add(head.time_line)
        if head.body:
            self.open.body.append(replace(line, text=head.body))

    def close(self, reason: str = "unclear") -> None:
        """File the open message; a head under which nothing was said goes where `reason` sends it."""
        heard, self.open = self.open, None
        if heard is None:
            return
        while heard.body and not heard.body[-1].text.strip():
            heard.body.pop()
        if not heard.body:
            bucket, why = (self.skipped, reason) if reason == "recalled" else (self.unclear, "unclear")
            texts = [_head_text(heard.head), heard.head.when]
            bucket += [SkippedLine(n, text, why) for n, text in zip(_head_lines(heard), texts, strict=False)]
            return
        self._file(heard)

    def _file(self, heard: _Open) -> None:
        lines = [line.text for line in heard.body]
        quote, own = cut_quote(lines)
        text = "\n".join(own).strip()
        title, chain = chain_in(own)
        head = heard.head
        extra = {"precision": heard.precision} if heard.precision and heard.said_at else {}
        if heard.precision and not heard.said_at and heard.precision != "about":
            extra["said_at_as_written"] = head.when
        if head.account:
            extra["account"] = head.account
        if quote:
            extra |= {"quoted_sender": quote.sender, "quoted_text": quote.text}
        if chain:
            entries = [[entry.number, entry.text] for entry in chain]
            extra |= {"chain_title": title, "chain": json.dumps(entries, ensure_ascii=False)}
        room = _ROOM.search(head.name)
        key = self._key(heard, text)
        message = HeardMessage(
            channel="pasted",
            key=key,
            text=text,
            said_at=heard.said_at,
            sender=head.name,
            place_text=room.group() if room else "",
            attachments=attachments_in(text),
            conversation=self.conversation,
            reply_to=self._answered(quote.sender, quote.text) if quote else "",
            extra=extra,
        )
        self.by_text[(head.name, text)] = key
        own_lines = [line.number for line in heard.body if line.text.strip()]
        numbers = tuple(dict.fromkeys([*_head_lines(heard), *own_lines]))
        self.messages.append(PastedMessage(message, numbers[0], numbers[-1], numbers, chain))

    def _key(self, heard: _Open, text: str) -> str:
        local = (heard.said_at or self.reference).astimezone(self.zone)
        when = local.strftime("%Y-%m-%dT%H:%M" if heard.said_at else "%Y-%m-%d")
        same = content_key(self.conversation, heard.head.name, when, re.sub(r"\s+", " ", text))
        ordinal = self.seen[same]
        self.seen[same] += 1
        return f"{same}:{ordinal}"

    def _answered(self, sender: str, quoted: str) -> str:
        start = quoted.rstrip(".… ")
        for (name, text), key in reversed(self.by_text.items()):
            if name == sender and start and text.startswith(start):
                return key
        return ""

    def result(self, layout: str, scores: dict[str, float]) -> PastedResult:
        skipped = sorted(self.skipped, key=lambda line: line.number)
        unclear = sorted(self.unclear, key=lambda line: line.number)
        return PastedResult(tuple(self.messages), tuple(skipped), tuple(unclear), layout, scores)


def _as_one(lines: list[Line], reference: datetime, conversation: str, zone: tzinfo) -> PastedResult:
    splitter = _Splitter(reference, conversation, zone, has_times=True)
    filled = [line for line in lines if line.text.strip()]
    if filled:
        inner = [line for line in lines if filled[0].number <= line.number <= filled[-1].number]
        splitter._file(_Open(Head("whole", "", ""), None, "", filled[0].number, inner))
    return splitter.result("whole", {})


def _before_heads(lines: list[Line], heads: dict[int, Head]) -> set[int]:
    filled = [line.number for line in lines if line.text.strip()]
    return {number for number, following in itertools.pairwise(filled) if following in heads}


def _head_lines(heard: _Open) -> list[int]:
    return [heard.head_line, heard.head.time_line] if heard.head.time_line else [heard.head_line]


def _head_text(head: Head) -> str:
    return f"{head.name} {head.when}".strip()


def _too_long(count: int) -> Problem:
    return Problem(
        place="粘贴内容",
        value=f"{count} 行",
        code="paste_too_long",
        message_zh=f"一次最多粘贴 {MAX_LINES} 行，这里有 {count} 行",
        message_en=f"at most {MAX_LINES} lines at a time, this has {count}",
        fix_zh="分几次粘贴，重叠的部分不会重复",
        fix_en="paste in several parts; what overlaps is not doubled",
    )
