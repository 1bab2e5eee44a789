"""All connected sets of buildings that can be a cluster, each found once.

The extension scheme of Wernicke (ESU: "Efficient Detection of Network Motifs", 2006): a set grows from its lowest
building by neighbours that are exclusive to the latest one. It is cut off where too many people or a forbidden pair
are in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from echowall.planning.clusters.ground import Ground
from echowall.planning.clusters.terms import Terms, bits
from echowall.planning.deadline import Deadline


class TooManyError(Exception):
    """There are more sets than can be listed."""


@dataclass(slots=True)
class _Search:
    ground: Ground
    against: list[int]
    band: tuple[int, int]
    limit: int
    deadline: Deadline
    found: list[int]
    visited: int = 0

    def grow(self, chosen: int, people: int, open_: int, closed: int) -> None:
        """``open_``: neighbours that may come in; ``closed``: everything that was looked at or may never come in."""
        self.visited += 1
        if self.visited > self.limit or (self.visited % 4096 == 0 and self.deadline.is_over):
            raise TooManyError
        if people >= self.band[0]:
            self.found.append(chosen)
        ground = self.ground
        while open_:
            low = open_ & -open_
            open_ ^= low
            v = low.bit_length() - 1
            more = people + ground.people[v]
            if more <= self.band[1]:
                barred = closed | self.against[v]
                self.grow(
                    chosen | low,
                    more,
                    (open_ | ground.adjacent[v] & ~barred) & ~self.against[v],
                    barred | ground.adjacent[v],
                )


def connected_sets(ground: Ground, terms: Terms, band: tuple[int, int], limit: int, deadline: Deadline) -> list[int]:
    """Return every connected set within the people's ``band`` that keeps ``terms``, as bits.

    Raises `TooManyError` after ``limit`` steps or when the time is over.
    """
    against = terms.forbidden(ground.size)
    search = _Search(ground, against, band, limit, deadline, [])
    everything = (1 << ground.size) - 1
    for v in range(ground.size):
        above = everything & ~((1 << (v + 1)) - 1)
        closed = everything & ~above | against[v] | ground.adjacent[v]
        if ground.people[v] <= band[1]:
            search.grow(1 << v, ground.people[v], ground.adjacent[v] & above & ~against[v], closed)
    return [chosen for chosen in search.found if terms.allow(chosen) and _leaves_clusters(ground, chosen, band)]


def _leaves_clusters(ground: Ground, chosen: int, band: tuple[int, int]) -> bool:
    """Return whether every piece of what ``chosen`` leaves over could hold whole clusters."""
    rest = ((1 << ground.size) - 1) & ~chosen
    low, high = band
    while rest:
        piece = grown = rest & -rest
        while grown:
            grown = sum_adjacent(ground, grown) & rest & ~piece
            piece |= grown
        people = sum(ground.people[v] for v in bits(piece))
        if high and -(-people // high) * low > people:
            return False
        rest &= ~piece
    return True


def sum_adjacent(ground: Ground, mask: int) -> int:
    """Return everybody who is a neighbour of somebody in ``mask``, as bits."""
    found = 0
    for v in bits(mask):
        found |= ground.adjacent[v]
    return found
