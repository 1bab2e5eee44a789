"""The kept test set: which messages are only ever used for testing, today and after the corpus has grown.

A message is kept when a hash of its own letters says so: nothing else decides, so a message never changes sides however
many others arrive, and every model ever trained here was tested on messages it had not seen. What resembles a kept
message closely is taken out of training.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from echowall.understanding.examples import Example
from echowall.understanding.segmentation import normalise, shingles

KEPT_SHARE = 0.2
ALIKE = 0.6
"""Share of common character triples (Jaccard) from which two messages count as one."""
_SALT = b"echowall-kept-1:"


@dataclass(frozen=True, slots=True)
class Split:
    """``training`` and ``kept`` rows; left out: ``repeated`` exact repeats, ``shadowed`` near-repeats of kept rows."""

    training: tuple[Example, ...]
    kept: tuple[Example, ...]
    repeated: int
    shadowed: int


def letters(text: str) -> str:
    """Letters and digits of the normalised text: two messages with the same letters are the same message."""
    return "".join(char for char in normalise(text) if char.isalnum())


def is_kept(text: str) -> bool:
    """Whether this message belongs to the kept test set: one in five, by a hash of its letters alone."""
    digest = hashlib.sha256(_SALT + letters(text).encode()).digest()
    return int.from_bytes(digest[:8]) < KEPT_SHARE * 2**64


def split(examples: Sequence[Example], corrections: Sequence[Example] = ()) -> Split:
    """Divide examples for training and testing.

    Corrections only ever train, and win over an example of the same text.
    """
    corrected = {letters(example.text) for example in corrections}
    seen: set[str] = set(corrected)
    training: list[Example] = list({letters(example.text): example for example in corrections}.values())
    kept: list[Example] = []
    repeated = len(corrections) - len(training)
    for example in examples:
        key = letters(example.text)
        if is_kept(example.text):
            # A correction of a kept message must not move the yardstick: the message stays in the test as it was.
            key = f"kept:{key}"
        if key in seen:
            repeated += 1
            continue
        seen.add(key)
        (kept if key.startswith("kept:") else training).append(example)
    clear = [example for example, alike in zip(training, _alike(training, kept), strict=True) if not alike]
    return Split(tuple(clear), tuple(kept), repeated, len(training) - len(clear))


def groups(texts: Sequence[str]) -> list[str]:
    """A name for each text that is the same for messages that begin alike (first 16 letters)."""
    return [letters(text[:80])[:16] for text in texts]


def _alike(examples: Sequence[Example], kept: Sequence[Example]) -> list[bool]:
    """For each example, whether some kept one shares at least ``ALIKE`` of the triples of both."""
    where: dict[str, list[int]] = {}
    sizes = []
    for number, example in enumerate(kept):
        triples = shingles(example.text)
        sizes.append(len(triples))
        for triple in triples:
            where.setdefault(triple, []).append(number)
    out = []
    for example in examples:
        triples = shingles(example.text)
        shared = Counter(number for triple in triples for number in where.get(triple, ()))
        out.append(any(n >= ALIKE * (len(triples) + sizes[at] - n) for at, n in shared.most_common(20)))
    return out
