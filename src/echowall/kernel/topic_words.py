"""The names of topics in the language of the person who reads."""

from __future__ import annotations

from django.utils.translation import get_language

from echowall.understanding.topics import default_topics, topic_name


def reading_language() -> str:
    """Return "en" for a reader of English, else "zh": the two languages that topics and playbooks have."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def topic_label(code: str) -> str:
    """Return what the reader calls a topic, with its parent; "" for none, the code itself when the tree lacks it."""
    return topic_name(code, reading_language()) if code else ""


def topic_choices() -> list[tuple[str, str]]:
    """Return every topic as (code, name for the reader), parents before their children."""
    return [(code, topic_label(code)) for code in default_topics()]
