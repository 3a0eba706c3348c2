"""Random inputs of a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch

from netspec.backends.torch.placement import Placement
from netspec.ops.embedding import Embedding
from netspec.program import Instance, Program


class Sample(NamedTuple):
    """One input without the batch: numbers from the normal distribution, or whole ones `below`."""

    shape: tuple[int, ...]
    below: int | None = None

    def batch(self, size: int, placement: Placement) -> torch.Tensor:
        shape = (size, *self.shape)
        if self.below is not None:
            return torch.randint(self.below, shape, device=placement.device)
        return placement.arranged(
            torch.randn(shape, device=placement.device, dtype=placement.dtype)
        )


def samples(program: Program) -> list[Sample]:
    """What the program takes. Whole numbers are indices into the smallest of its embeddings."""
    below = min(_embedded(program.root, set()), default=2)
    return [
        Sample(given.shape, below if given.dtype == "int64" else None) for given in program.inputs
    ]


def _embedded(instance: Instance, seen: set[Instance]) -> Iterator[int]:
    """How many vectors each embedding has."""
    if instance in seen:
        return
    seen.add(instance)
    for call in instance.calls:
        if isinstance(call.target, Instance):
            yield from _embedded(call.target, seen)
        elif isinstance(call.target, Embedding):
            yield call.target.count
