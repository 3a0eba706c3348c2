"""Percentiles, throughput and ratios of given times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from netspec.backends.torch.bench import Latency, Ratio, speed_ratio
from netspec.backends.torch.bench.figures import quantile

TIMES = some.lists(some.floats(1e-6, 1e3), min_size=1, max_size=40)


@given(TIMES, some.floats(0, 1))
def test_quantiles_are_numpys(values: list[float], share: float) -> None:
    assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)))


def test_latency_is_in_milliseconds_and_throughput_of_all_steps() -> None:
    seconds = [0.001 * k for k in range(1, 102)]
    latency = Latency.of(seconds[::-1], batch=8)
    assert (latency.steps, latency.p50, latency.p90, latency.p99) == pytest.approx(
        (101, 51, 91, 100)
    )
    assert latency.samples_per_second == pytest.approx(8 * 101 / sum(seconds))


def test_the_ratio_is_of_rounds() -> None:
    ratio = speed_ratio([1.0, 2.0, 10.0, 1.0, 1.0], [2.0, 4.0, 20.0, 3.0, 1.0])
    assert ratio == Ratio(2.0, 2.0, 2.0)
    assert speed_ratio([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) == Ratio(2.0, 1.5, 2.5)


def test_rounds_are_whole() -> None:
    with pytest.raises(ValueError, match="shorter"):
        speed_ratio([1.0, 2.0], [1.0])
