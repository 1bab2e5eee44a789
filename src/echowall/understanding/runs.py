"""Runs of up to four characters as whole numbers, so that all runs of a text are looked up at once.

A character of the basic plane is one 16-bit unit, so four of them fill one 64-bit number without loss: two runs are the
same if and only if their numbers are. Looking a few hundred of them up in one sorted array touches far less memory
than as many strings in a dictionary; that, not the counting of steps, is what costs on a busy machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
LONGEST = 4
_UNIT = np.uint64(16)


def key(run: str) -> int | None:
    """The number of one run; None where it is empty or too long, or has a NUL or a character outside the basic plane."""
    if not 0 < len(run) <= LONGEST or max(run) > "\uffff" or "\0" in run:
        return None
    number = 0
    for char in run:
        number = number << 16 | ord(char)
    return number


def keys(text: str) -> Keys | None:
    """The numbers of all runs of 1 to 4 characters of ``text``, the short ones first, then of its edges.

    Edges are ^ and the first one, two, three characters, and the last ones and $. None where ``text`` is shorter than
    four characters or has a NUL or a character outside the basic plane (an emoji): then they must be taken as strings.
    """
    size = len(text)
    if size < LONGEST or max(text) > "\uffff" or "\0" in text:
        return None
    ones = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16).astype(np.uint64)
    out = np.empty(4 * size, np.uint64)
    out[:size] = before = ones
    first = size
    for extra in range(1, LONGEST):
        after = out[first : first + size - extra]
        np.left_shift(before[:-1], _UNIT, out=after)
        after |= ones[extra:]
        before, first = after, first + size - extra
    a, b, c = ord(text[0]), ord(text[1]), ord(text[2])
    x, y, z = ord(text[-3]), ord(text[-2]), ord(text[-1])
    begin, end = 0x5E, 0x24
    out[first:] = (
        begin << 16 | a,
        begin << 32 | a << 16 | b,
        begin << 48 | a << 32 | b << 16 | c,
        z << 16 | end,
        y << 32 | z << 16 | end,
        x << 48 | y << 32 | z << 16 | end,
    )
    return out


class RunTable:
    """Numbers for runs of characters: ``find`` gives for each key its number, or -1."""

    def __init__(self, names: Sequence[str], first: int = 0) -> None:
        """Number the names from ``first``; those that are no key can only be found as strings."""
        held = [(number, place) for place, name in enumerate(names, first) if (number := key(name)) is not None]
        held.sort()
        # One key that no text has, at the end: so every search ends on an entry.
        self._keys = np.array([number for number, _ in held] + [2**64 - 1], np.uint64)
        self._places = np.array([place for _, place in held] + [-1], np.int32)

    def find(self, wanted: Keys) -> npt.NDArray[np.int32]:
        """For each key its number, -1 where it has none."""
        at = self._keys.searchsorted(wanted)
        found = self._places.take(at)
        found[self._keys.take(at) != wanted] = -1
        return found
