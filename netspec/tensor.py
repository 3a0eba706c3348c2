"""What is known of a tensor before it exists."""

from __future__ import annotations

from math import prod
from typing import NamedTuple


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
