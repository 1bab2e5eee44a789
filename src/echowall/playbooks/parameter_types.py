"""The closed list of types a parameter may have, and how each is written in YAML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from echowall.playbooks.types import Limit, Unit


class NotThisType(Exception):
    """The written value is not of the parameter's type."""


@dataclass(frozen=True, slots=True)
class ParameterType:
    """One type: how it is read, and an example for messages."""

    name: str
    read: Callable[[Any], Any]
    example: str


def _limit(value: Any) -> Limit:
    if not isinstance(value, dict) or set(value) != {"amount", "unit"}:
        raise NotThisType
    amount, unit = value["amount"], value["unit"]
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0 or unit not in tuple(Unit):
        raise NotThisType
    return Limit(amount, Unit(unit))


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotThisType
    return value


def _decimal(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise NotThisType
    return float(value)


def _share(value: Any) -> float:
    share = _decimal(value)
    if not 0 < share <= 1:
        raise NotThisType
    return share


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise NotThisType
    return value.strip()


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise NotThisType
    return value


def _list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise NotThisType
    return tuple(value)


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise NotThisType
    return value


def _time(value: Any) -> time:
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError):
        raise NotThisType from None


PARAMETER_TYPES: Mapping[str, ParameterType] = {
    kind.name: kind
    for kind in (
        ParameterType("limit", _limit, f"{{amount: 7, unit: {'|'.join(Unit)}}}"),
        ParameterType("integer", _integer, "3"),
        ParameterType("decimal", _decimal, "0.5"),
        ParameterType("share", _share, "0.8 (0–1)"),
        ParameterType("text", _text, "文字"),
        ParameterType("choice", _text, "见 choices"),
        ParameterType("boolean", _boolean, "true"),
        ParameterType("list", _list, "[甲, 乙]"),
        ParameterType("date", _day, "2022-05-03"),
        ParameterType("time", _time, "'08:30'"),
    )
}
