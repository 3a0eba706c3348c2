"""What is known of a tensor before it exists."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

MAX_ELEMENTS = 2**48
"""More make no tensor: their bytes are beyond any machine's memory."""


def fits(number: float) -> bool:
    """Whether torch takes it beside a tensor: a whole number of more than 64 bits it does not."""
    return not isinstance(number, int) or -(2**63) <= number < 2**63


class Tensor(NamedTuple):
    """Shape without the batch dimension (`[C, H, W]`, `[C]`, `[T, D]`) and element type. Indices of
    a pool count positions `within` maps of these sizes.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    within: tuple[int, ...] | None = None

    @property
    def elements(self) -> int:
        return prod(self.shape)

    def __str__(self) -> str:
        return "[" + ", ".join(map(str, self.shape)) + "]"
