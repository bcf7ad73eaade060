"""Random numbers of a simulated season: one stream for each purpose.

A stream is named after what it decides, so that playing fewer days, or deciding one thing more, moves no other
outcome. Nothing here knows basketball.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True)
class Chance:
    """The streams of one simulated season."""

    year: int
    seed: int

    def stream(self, *purpose: object) -> random.Random:
        # A text seeds by its SHA-512; hash() of a text differs from one process to the next.
        return random.Random("/".join(map(str, (self.seed, self.year, *purpose))))


def cumulative(weights: Sequence[float]) -> list[float]:
    """Weights as `random.choices` takes them fastest."""
    return list(accumulate(weights))


def clamp(value: float, low: float, high: float) -> float:
    """The value, or the bound that it is beyond."""
    return max(low, min(high, value))
