"""Figures of measured times: latencies, throughput, how many times as fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, between two of them in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


@dataclass(frozen=True)
class Latency:
    """Milliseconds of a step, and the samples per second of all of them."""

    steps: int
    samples_per_second: float
    p50: float
    p90: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float], batch: int) -> Latency:
        rate = batch * len(seconds) / sum(seconds)
        return cls(
            len(seconds), rate, *(1000 * quantile(seconds, share) for share in (0.5, 0.9, 0.99))
        )


@dataclass(frozen=True)
class Ratio:
    """A median with the quartiles around it."""

    median: float
    low: float
    high: float


def speed_ratio(seconds: Sequence[float], others: Sequence[float]) -> Ratio:
    """How many times as fast the first is as the other, by the two steps of each round."""
    ratios = [other / own for own, other in zip(seconds, others, strict=True)]
    return Ratio(*(quantile(ratios, share) for share in (0.5, 0.25, 0.75)))
