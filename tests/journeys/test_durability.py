"""Servers killed under load: what was acknowledged is there, once. The full run: `python -m benchmarks --only durability`.

A longer one here: `KILLS=100 SEED=… pytest tests/journeys/test_durability.py -s`.
"""

from __future__ import annotations

import os

import pytest
from benchmarks import durability

pytestmark = pytest.mark.durability


class TestKills:
    def test_nothing_acknowledged_is_missing_or_doubled(self) -> None:
        seed = os.environ.get("SEED")
        outcome = durability.run(kills=int(os.environ.get("KILLS", "3")), seed=int(seed) if seed else None)
        assert outcome.kills.total() > 0
        assert outcome.acknowledged > 10
        assert outcome.audit_links > outcome.acknowledged
        assert not outcome.faults, f"seed {outcome.seed}: " + "; ".join(outcome.faults)
