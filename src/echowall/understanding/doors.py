"""The door inside a compound: building, unit and room as people write them.

For example 三号楼二单元1203, 3#2-1203, 甲3号楼, 12栋.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from echowall.understanding.numerals import NUMERAL, number

_PREFIX = re.compile(r"[甲乙丙丁东西南北老新a-h]")
_N = NUMERAL
# A street number stands before 号院 and after 路; it is no building.
_WRITTEN = re.compile(
    rf"(?P<building>{_N}|[a-h]\d{{0,2}}(?=号楼|[栋幢座]))(?P<bmark>号楼|[栋幢座]楼?|#楼?|号(?=\s?{_N}(?:单元|"
    rf"门)|[- ]?\d{{3,4}}(?!\d))|楼(?={_N}?单元))"
    rf"[ ,、-]{{0,2}}(?:(?P<unit>东?西?{_N}|[甲乙丙丁东西中a-h])(?:单元|门(?!口|牌|诊|外|卫|前|岗|市)|"
    rf"(?=-\d{{3,4}}(?!\d))))?"
    rf"[ ,、-]{{0,2}}(?:(?P<floor>{_N})(?:楼|层)(?P<side>[东西中左右南北]户?)?[ ,-]?)?(?:(?P<room>\d{{3,4}}|"
    rf"\d{{1,2}}(?=[号室户](?!门|楼|线|院))|(?<=单元)\d{{2}}|[一二三四五六七八九十零〇]{{3,4}})(?!\d|"
    rf"[年月天块元个人米度]|号楼|栋|多)(?:室|号|户|房|房间)?)?"
)
_LETTERED = re.compile(r"(?P<letter>[a-h])[座栋楼](?:(?P<unit>\d|[a-h])单元)?-?(?P<room>\d{3,4})?(?:室)?")
_DASHED = re.compile(
    r"(?<![\d.\-/#年月:])(?P<building>\d{1,3})(?P<mark>[-—#])(?P<middle>\d{1,2})(?:[-—](?P<floor>\d{1,2}))?[-—"
    r"](?P<room>\d{2,4})(?!\d|-|[月日号年点天])"
    r"|(?<![\d.\-/#年月:])(?P<building2>\d{1,3})[-—#](?P<room2>\d{3,4})(?!\d|-|[年点])"
)
_UNIT_ONLY = re.compile(rf"(?P<unit>{_N})单元[ ,-]?(?:(?P<floor>{_N})(?:楼|层))?(?P<room>\d{{3,4}})?(?:室|号)?")
_ROOM_ONLY = re.compile(r"(?<![\d.\-])(?P<room>\d{3,4})(?:室|房间|户(?!数))")
_ROAD_NUMBER = re.compile(r"[路街巷弄道里]$")
_HINT = re.compile(r"[楼栋幢座#室户]|单元|\d-\d|[\d一二三四五六七八九十]号\s?\d|房间|[\d一二三四五六七八九十]门")


@dataclass(frozen=True, slots=True)
class Door:
    """A door, or the part of it that was said, in Arabic numerals; ``plain[start:end]`` are the words."""

    start: int
    end: int
    building: str = ""
    unit: str = ""
    room: str = ""
    certainty: float = 0.9


@lru_cache(maxsize=64)  # places and redaction ask for the same message
def doors(plain: str) -> tuple[Door, ...]:
    """Find the doors named in a message in plain form, in the order of the text, without overlaps."""
    if not _HINT.search(plain):
        return ()
    found: list[Door] = []
    for reader, hint in _READERS:
        if hint.search(plain):
            reader(plain, found)
    return tuple(found)


def building_number(name: str) -> str:
    """Reduce a building's or unit's name to what doors carry: ``"3号楼"``, ``"三栋"``, ``"3#"`` all give ``"3"``."""
    match = re.match(rf"([甲乙丙丁东西南北老新a-h]?)({_N})?", name)
    if match is None or not match[0]:
        return name
    value = number(match[2]) if match[2] else None
    return match[1] + ("" if value is None else str(value))


def _add(found: list[Door], door: Door) -> None:
    """Add a door unless it overlaps one that is there; ``found`` stays in the order of the text."""
    at = bisect_left(found, door.start, key=lambda one: one.start)
    free_before = at == 0 or found[at - 1].end <= door.start
    if free_before and (at == len(found) or door.end <= found[at].start):
        found.insert(at, door)


def _arabic(words: str | None) -> str:
    if not words:
        return ""
    value = number(words)
    return words if value is None else str(value)


def _written(plain: str, found: list[Door]) -> None:
    for match in _WRITTEN.finditer(plain):
        mark = match["bmark"]
        if mark == "号" and _ROAD_NUMBER.search(plain[max(match.start() - 1, 0) : match.start()]) and not match["unit"]:
            continue
        if plain[match.start() - 1 : match.start()] in ("第", "共", "有") and mark in ("栋", "幢", "座"):
            continue
        room = _arabic(match["room"])
        if not room and match["floor"] and match["side"]:
            room = _arabic(match["floor"]) + match["side"].rstrip("户") + "户"
        prefix = plain[match.start() - 1 : match.start()]
        prefix = prefix if _PREFIX.match(prefix) else ""
        building = prefix + _arabic(match["building"])
        _add(found, Door(match.start() - len(prefix), match.end(), building, _arabic(match["unit"]), room))


def _dashed(plain: str, found: list[Door]) -> None:
    for match in _DASHED.finditer(plain):
        if match["building"]:
            floor = match["floor"]
            room = (floor + match["room"].zfill(2)) if floor and len(match["room"]) <= 2 else match["room"]
            if len(room) < 3:
                continue
            _add(found, Door(*match.span(), match["building"], match["middle"], room, 0.85))
        elif not re.search(r"0\d{2,3}$|电话.{0,3}$", plain[max(match.start() - 5, 0) : match.start()]):
            _add(found, Door(*match.span(), match["building2"], "", match["room2"], 0.6))


def _lettered(plain: str, found: list[Door]) -> None:
    for match in _LETTERED.finditer(plain):
        _add(found, Door(*match.span(), match["letter"], match["unit"] or "", match["room"] or ""))


def _unit_only(plain: str, found: list[Door]) -> None:
    for match in _UNIT_ONLY.finditer(plain):
        _add(found, Door(*match.span(), "", _arabic(match["unit"]), match["room"] or "", 0.6))


def _room_only(plain: str, found: list[Door]) -> None:
    for match in _ROOM_ONLY.finditer(plain):
        _add(found, Door(*match.span(), "", "", match["room"], 0.5))


# Each way of writing with a cheap test whether to look for it at all.
_READERS = (
    (_written, re.compile(r"[楼栋幢座#]|号(?=.{1,4}[单门]|[- ]?\d{3})")),
    (_dashed, re.compile(r"\d[-—#]\d")),
    (_lettered, re.compile(r"[a-h][座栋楼]")),
    (_unit_only, re.compile("单元")),
    (_room_only, re.compile(r"\d(?:室|房间|户)")),
)
