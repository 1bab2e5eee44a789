"""The topic tree (事项类别): the default one that comes with the program, or an office's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Topic:
    """A node of the topic tree: code, the names people read, and the parent's code ("" at the top)."""

    code: str
    zh: str
    en: str
    parent: str = ""


def _walk(nodes: list[Mapping[str, Any]], parent: str) -> Iterator[Topic]:
    for node in nodes:
        yield Topic(node["code"], node["zh"], node["en"], parent)
        yield from _walk(node.get("children", []), node["code"])


def read_topics(text: str) -> dict[str, Topic]:
    """Return the topics of a YAML tree by code, parents before their children."""
    return {topic.code: topic for topic in _walk(yaml.safe_load(text), "")}


@lru_cache(maxsize=1)
def default_topics() -> dict[str, Topic]:
    """Return the topic tree that comes with the program."""
    return read_topics(files("echowall.understanding").joinpath("data/topics.yaml").read_text(encoding="utf-8"))


def topic_name(code: str, language: str = "zh") -> str:
    """Return what people call a topic: ``用药 · 慢病用药``; the code itself when the tree does not have it."""
    topics = default_topics()
    topic = topics.get(code)
    if topic is None:
        return code
    name = topic.en if language == "en" else topic.zh
    return f"{topic_name(topic.parent, language)} · {name}" if topic.parent else name
