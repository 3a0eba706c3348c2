"""How weights start: distributions, the schemes that name them, and statistics that tell others.

Samples are standardised (a normal one is divided by its standard deviation) and compared with the
unit distribution: mean, spread, ends, and the distance of Kolmogorov and Smirnov. Bounds follow
from the size of the sample; each test is wrong once in some hundred million samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import erf, exp, inf, pi, prod, sqrt

import torch

SIGMAS = 6
"""So far off may a mean or a spread be, in its own standard deviations."""
KOLMOGOROV = 3.2
"""So far apart may two distributions be, times the root of the sample's size."""
MOST_TAKEN, MOST_COMPARED = 200_000, 20_000
"""Entries of a tensor that are looked at, and those that are compared with the distribution."""
ENDS = 25
"""A uniform sample of n is within ENDS / n of both ends."""


@dataclass(frozen=True)
class Unit:
    """A distribution with standardised values: its moments, its ends, its distribution function."""

    mean: float
    std: float
    kurtosis: float
    low: float
    high: float
    cdf: Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Constant:
    """One value, or one for each entry."""

    value: float | list[float]


@dataclass(frozen=True)
class Scaled:
    """`shift + scale * x`, x of the unit distribution."""

    unit: Unit
    scale: float
    shift: float = 0


Distribution = Constant | Scaled


def _normal_cdf(x: torch.Tensor) -> torch.Tensor:
    return (1 + torch.erf(x / sqrt(2))) / 2


NORMAL = Unit(0, 1, 3, -inf, inf, _normal_cdf)
UNIFORM = Unit(0.5, sqrt(1 / 12), 1.8, 0, 1, lambda x: x.clamp(0, 1))


def normal(std: float) -> Distribution:
    return Scaled(NORMAL, std)


def uniform(low: float, high: float) -> Distribution:
    return Scaled(UNIFORM, high - low, low)


def truncated(std: float, low: float, high: float) -> Distribution:
    """A normal distribution cut off at `low` and `high`; these are the same distance from 0."""
    assert low == -high
    end = high / std
    density, inside = exp(-(end**2) / 2) / sqrt(2 * pi), erf(end / sqrt(2))
    variance = 1 - 2 * end * density / inside
    fourth = 3 - 2 * density * (end**3 + 3 * end) / inside
    edge = (1 - inside) / 2

    def cdf(x: torch.Tensor) -> torch.Tensor:
        return ((_normal_cdf(x) - edge) / inside).clamp(0, 1)

    return Scaled(Unit(0, sqrt(variance), fourth / variance**2, -end, end, cdf), std)


def assert_drawn(sample: torch.Tensor, unit: Unit, what: str) -> None:
    """Standardised values are a sample of the unit distribution."""
    values = sample.double()
    count = len(values)
    mean, std = values.mean().item(), values.std().item()
    low, high = values.min().item(), values.max().item()
    told = f"{what}: {count} values, mean {mean:.4g}, std {std:.4g}, from {low:.4g} to {high:.4g}"
    assert abs(mean - unit.mean) <= SIGMAS * unit.std / sqrt(count), told
    assert abs(std / unit.std - 1) <= SIGMAS * sqrt((unit.kurtosis - 1) / (4 * count)), told
    assert unit.low - 1e-5 <= low <= high <= unit.high + 1e-5, told
    if unit is UNIFORM:
        assert max(low, 1 - high) <= ENDS / count, told
    compared = spread(values, MOST_COMPARED).sort().values
    steps = torch.arange(len(compared) + 1, dtype=torch.float64) / len(compared)
    expected = unit.cdf(compared)
    distance = torch.maximum((expected - steps[:-1]).abs(), (expected - steps[1:]).abs()).max()
    assert distance * sqrt(len(compared)) <= KOLMOGOROV, f"{told}, off by {distance:.4g}"


def spread(values: torch.Tensor, most: int = MOST_TAKEN) -> torch.Tensor:
    """So many of the values at most, at equal distances."""
    return values[:: -(-len(values) // most)]


# -------------------------------------------------------------------------------------- the schemes

Rule = Callable[[tuple[int, ...]], Distribution]
"""How a weight or bias starts, by the shape of its module's weight."""


def fan_in(shape: tuple[int, ...]) -> int:
    """The inputs of one output of a convolution or linear layer."""
    return prod(shape[1:])


def fan_out(shape: tuple[int, ...]) -> int:
    """The outputs that read one input, as torch counts them: groups are left out of account."""
    return shape[0] * prod(shape[2:])


def constant(value: float) -> Rule:
    return lambda _: Constant(value)


def gaussian(std: float) -> Rule:
    return lambda _: normal(std)


def cut(std: float) -> Rule:
    """`nn.init.trunc_normal_`, whose ends are -2 and 2."""
    return lambda _: truncated(std, -2, 2)


def he(fan: Callable[[tuple[int, ...]], int]) -> Rule:
    """He et al. 2015, eq. 10 (or 14): what a rectifier halves stays as it is."""
    return lambda shape: normal(sqrt(2 / fan(shape)))


def he_uniform(shape: tuple[int, ...]) -> Distribution:
    bound = sqrt(6 / fan_in(shape))
    return uniform(-bound, bound)


def glorot(shape: tuple[int, ...]) -> Distribution:
    """Glorot and Bengio 2010, eq. 16."""
    bound = sqrt(6 / (fan_in(shape) + fan_out(shape)))
    return uniform(-bound, bound)


def within(bound: Callable[[tuple[int, ...]], float]) -> Rule:
    return lambda shape: uniform(-bound(shape), bound(shape))


by_fan_in = within(lambda shape: 1 / sqrt(fan_in(shape)))
"""What torch does where it is told nothing."""
ZERO, ONE = constant(0), constant(1)
