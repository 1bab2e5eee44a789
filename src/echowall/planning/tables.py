"""Full tables of ways between points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int64]


def shortest(table: Table, start: int) -> Table:
    """Return the shortest way from ``start`` to each, over others too (tables need not keep the triangle inequality).

    Dijkstra on a full table; -1 in it, and in the result, stands for no way.
    """
    ways = np.where(table < 0, np.iinfo(np.int64).max // 4, table)
    found = ways[start].copy()
    found[start] = 0
    is_open = np.ones(len(found), dtype=np.bool_)
    for _ in range(len(found)):
        nearest = int(np.where(is_open, found, np.iinfo(np.int64).max).argmin())
        is_open[nearest] = False
        np.minimum(found, found[nearest] + ways[nearest], out=found)
    return np.where(found >= np.iinfo(np.int64).max // 4, -1, found)
