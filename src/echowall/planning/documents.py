"""Plain data in and out: JSON to dataclasses with every fault at once, and the published JSON schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

Data = TypeVar("Data")

_WORDS = {
    "missing": ("缺少这一项", "is missing"),
    "unexpected_keyword_argument": ("没有这一项，请删去或改正名称", "is not known: remove it or correct its name"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at which place of the input (``buildings.3.people``), the value found, and what to do."""

    place: str
    value: str
    zh: str
    en: str


class InvalidProblemError(ValueError):
    """The input is no valid problem; ``faults`` has everything that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(f"{fault.place}: {fault.value}: {fault.zh}（{fault.en}）" for fault in faults))
        self.faults = faults


def read(kind: type[Data], text: str | bytes) -> Data:
    """Return the dataclass that the JSON ``text`` describes.

    Raises `InvalidProblemError` with all faults of form at once; unknown names are faults too, because a misspelt
    ``locks`` would otherwise be ignored without a word.
    """
    try:
        return TypeAdapter(kind).validate_json(text, extra="forbid")
    except ValidationError as error:
        raise InvalidProblemError([_fault(detail) for detail in error.errors(include_url=False)]) from error


class Named(Protocol):
    """Something of a problem that is called by its id."""

    @property
    def id(self) -> str:
        """The id, once in its list."""


def faults_of_ids(name: str, entries: Sequence[Named]) -> Iterator[Fault]:
    """Yield what is wrong with the list ``name`` as such: that it is empty, each id that stands in it twice."""
    if not entries:
        yield Fault(name, "[]", "至少要有一项", "needs at least one entry")
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.id in seen:
            yield Fault(f"{name}.{index}.id", entry.id, "编号重复，请改成不同的编号", "the id is used twice")
        seen.add(entry.id)


def write(value: object) -> str:
    """Return the dataclass ``value`` as JSON, readable for a person."""
    plain = TypeAdapter(type(value)).dump_python(value, mode="json")
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def schema(kind: Any, *, mode: str = "validation") -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a dataclass: what comes in (``validation``) or goes out (``serialization``)."""
    found = TypeAdapter(kind).json_schema(mode="serialization" if mode == "serialization" else "validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _fault(detail: Any) -> Fault:
    zh, en = _WORDS.get(detail["type"], (f"不符合要求：{detail['msg']}", detail["msg"]))
    value = "" if detail["type"] == "missing" else repr(detail.get("input"))[:80]
    return Fault(".".join(str(part) for part in detail["loc"]) or "(root)", value, zh, en)
