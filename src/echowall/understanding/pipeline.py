"""Everything that can be understood of one message, in one call: ``understand``.

Rules read times, places, people and signs of danger; a classifier gives intent, topic and its own urgency. The final
urgency is the worst of what rules, deadline and classifier say, and nothing here ever lowers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

import msgspec

from echowall.understanding.danger import DangerRules, default_rules
from echowall.understanding.normalise import plain_form
from echowall.understanding.personal import people_count, personal_data
from echowall.understanding.places import Gazetteer
from echowall.understanding.redaction import mask, redact
from echowall.understanding.times import needed_by
from echowall.understanding.types import (
    Band,
    DangerSign,
    Guess,
    Intent,
    NeededBy,
    Understanding,
    Urgency,
)

_SOON = timedelta(hours=24)
NEEDS_NOTHING = frozenset({Intent.VENT.value, Intent.PRAISE.value, Intent.OTHER.value})
"""Nothing to solve in these unless a person says so, or there is a sign of danger."""
_UNSURE = Guess(Intent.OTHER.value, 0.0, Band.MUST_LOOK)


class Classifier(Protocol):
    """Anything that answers the heads ``intent``, ``topic`` and ``urgency`` for a text; ``version`` names it."""

    @property
    def version(self) -> str:
        """A short name that changes whenever the answers may change."""
        ...

    def classify(self, text: str) -> Mapping[str, Guess]:
        """Give one guess per head."""
        ...


@lru_cache(maxsize=1)
def default_classifier() -> Classifier | None:
    """Give the model that ships with Echowall, or None where none is installed: then every answer must be looked at."""
    try:
        model = import_module("echowall.understanding.model")
    except ModuleNotFoundError as error:
        if error.name != "echowall.understanding.model":
            raise
        return None
    try:
        shipped: Classifier = model.shipped_model()
    except model.ModelFileError:
        return None
    return shipped


def understand(
    text: str,
    *,
    sent_at: datetime,
    gazetteer: Gazetteer | None = None,
    context_place_id: str | None = None,
    classifier: Classifier | None = None,
) -> Understanding:
    """Understand one message as said. Raises ValueError for a naive ``sent_at``.

    ``context_place_id`` is the place that the channel belongs to, ``classifier`` the office's own model; without one
    the shipped model is used. All offsets in the answer point into ``text``.
    """
    return _understand(text, sent_at, gazetteer, context_place_id, classifier or default_classifier(), default_rules())


def understand_many(
    messages: Iterable[tuple[str, datetime]],
    *,
    gazetteer: Gazetteer | None = None,
    context_place_id: str | None = None,
    classifier: Classifier | None = None,
) -> Iterator[Understanding]:
    """Understand (text, sent_at) pairs one by one, in order; lazily, so a file of any size fits."""
    used = classifier or default_classifier()
    rules = default_rules()
    for text, sent_at in messages:
        yield _understand(text, sent_at, gazetteer, context_place_id, used, rules)


def _understand(
    text: str,
    sent_at: datetime,
    gazetteer: Gazetteer | None,
    context_place_id: str | None,
    classifier: Classifier | None,
    rules: DangerRules,
) -> Understanding:
    plain = plain_form(text)
    guesses = classifier.classify(text) if classifier else {}
    danger = rules.find(plain, text)
    deadline = needed_by(text, sent_at, plain)
    personal = personal_data(text, plain)
    people = people_count(text, plain)
    intent = guesses.get("intent", _UNSURE)
    topic = settled_topic(guesses)
    urgency = final_urgency(guesses.get("urgency"), danger, deadline, intent, sent_at)
    redaction = redact(text, personal, plain)
    notes = tuple(f"wall:{flag}" for flag in redaction.flags)
    if people and people.households:
        notes += (f"households:{people.households}",)
    return Understanding(
        intent=intent,
        topic=topic,
        urgency=urgency,
        band=overall_band(intent, topic, urgency, danger),
        needed_by=deadline,
        places=gazetteer.find(text, context_place_id, plain) if gazetteer else (),
        people_count=people.people if people else None,
        personal=personal,
        danger=danger,
        masked=mask(text, personal),
        redacted=redaction.text,
        model=classifier.version if classifier else "rules",
        notes=notes,
    )


def overall_band(intent: Guess, topic: Guess, urgency: Guess, danger: tuple[DangerSign, ...]) -> Band:
    """Give the band of a whole message: must look where an error may cost a life or leave somebody without a matter.

    That is a sign of danger, an urgency that is critical or not clear, and a doubtful "nothing to do here" (venting,
    praise, other). Every other doubt is a look: such a message becomes a matter that a person dispatches, and a wrong
    topic there costs a return, not a life.
    """
    if danger or urgency.value == Urgency.CRITICAL.value or urgency.band == Band.MUST_LOOK:
        return Band.MUST_LOOK
    if intent.band == Band.MUST_LOOK and intent.value in NEEDS_NOTHING:
        return Band.MUST_LOOK
    is_sure = all(guess.band == Band.SURE for guess in (intent, topic, urgency))
    return Band.SURE if is_sure else Band.LOOK


def settled_topic(guesses: Mapping[str, Guess]) -> Guess:
    """Give the leaf where it is sure; else its parent where that is sure, the leaf standing first among ``others``."""
    leaf = guesses.get("topic", Guess("other", 0.0, Band.MUST_LOOK))
    parent = guesses.get("topic_top")
    if leaf.band == Band.SURE or parent is None or parent.band != Band.SURE or parent.value == leaf.value:
        return leaf
    inside = ((leaf.value, leaf.confidence), *leaf.others)
    return replace(parent, others=tuple(other for other in inside if other[0].startswith(f"{parent.value}.")))


def final_urgency(
    guessed: Guess | None, danger: tuple[DangerSign, ...], deadline: NeededBy | None, intent: Guess, sent_at: datetime
) -> Guess:
    """Give the worst of the classifier's urgency, the signs of danger, and a call for help needed within 24 hours."""
    said = guessed or Guess(Urgency.NORMAL.value, 0.0, Band.MUST_LOOK)
    worst = Urgency(said.value)
    result = said
    if (
        deadline
        and intent.value == Intent.HELP.value
        and deadline.end <= sent_at + _SOON
        and worst.rank > Urgency.URGENT.rank
    ):
        worst = Urgency.URGENT
        band = Band.LOOK if deadline.confidence >= 0.6 else Band.MUST_LOOK
        result = Guess(worst.value, deadline.confidence, band, deadline.evidence, ((said.value, said.confidence),))
    if danger:
        first = danger[0]
        if first.urgency.rank < worst.rank:
            others = ((said.value, said.confidence),)
            return Guess(first.urgency.value, 0.95, Band.MUST_LOOK, first.evidence, others)
        words = tuple(sign.evidence[0] for sign in danger if sign.urgency == worst)
        result = replace(result, band=Band.MUST_LOOK, evidence=(*words, *result.evidence)[:6])
    return result


def to_json(understanding: Understanding) -> dict[str, Any]:
    """Give the understanding as plain JSON values; instants as ISO 8601 with offset."""
    result: dict[str, Any] = msgspec.to_builtins(understanding)
    return result


def from_json(values: Mapping[str, Any]) -> Understanding:
    """Read what ``to_json`` gave. Raises msgspec.ValidationError naming the field that does not fit."""
    return msgspec.convert(values, Understanding)
