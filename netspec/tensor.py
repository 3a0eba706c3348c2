"""What is known of a tensor before it exists."""

from __future__ import annotations

from math import prod
from typing import NamedTuple


class Tensor(NamedTuple):
    """Shape without the batch dimension (`[C, H, W]`, `[C]`, `[T, D]`) and element type."""

    shape: tuple[int, ...]
    dtype: str = "float32"

    @property
    def elements(self) -> int:
        return prod(self.shape)

    def __str__(self) -> str:
        return "[" + ", ".join(map(str, self.shape)) + "]"
