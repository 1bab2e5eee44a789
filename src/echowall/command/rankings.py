"""Ranking by rates: intervals and order as pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

# The 95 % two-sided quantile of the normal distribution.
Z = 1.959963984540054


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share (Wilson 1927, JASA 22:209): honest for small n and near 0 or 1.

    Raises:
        ValueError: not 0 <= hits <= n.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"hits {hits} of {n}")
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Rate:
    """Hits out of n."""

    hits: int
    n: int

    @property
    def share(self) -> float | None:
        """The share, None of nothing."""
        return self.hits / self.n if self.n else None

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return wilson(self.hits, self.n)[0]

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return wilson(self.hits, self.n)[1]


def score(rates: Mapping[str, Rate], weights: Mapping[str, float], *, at_least: int) -> float | None:
    """Return the weighted mean of the lower ends of the rates' intervals (0 to 1), None where one rests on too little.

    The lower end, not the share: three out of three is no better than ninety-five out of a hundred.
    """
    weighed = {name: weight for name, weight in weights.items() if weight > 0}
    if not weighed or any(rates[name].n < at_least for name in weighed):
        return None
    return sum(rates[name].low * weight for name, weight in weighed.items()) / sum(weighed.values())
