"""Layers of an `nn.Sequential` that a loop of the text makes, as that loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from netspec.backends.torch.code import Call, Node, Slot
from netspec.backends.torch.source.options import SEQUENTIAL, Different
from netspec.backends.torch.source.sequential import Entry, is_numbered, numbered
from netspec.program import Loop, Value


class Iteration(NamedTuple):
    """The layers of one iteration, and what the first of them takes."""

    loop: Loop
    input: Value
    layers: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Iterations(Slot):
    """What one instance has of a loop: its value are `Iteration`s."""


@dataclass(frozen=True, slots=True)
class Iterated(Node):
    """`for names in lists:` the layers; without lists so many times. `index` counts. Each iteration
    takes the channels that the one before leaves, in `carried`, if the layers speak of them.
    """

    names: tuple[str, ...]
    lists: tuple[Node, ...]
    count: Node
    index: str
    layers: tuple[Node, ...]
    carried: str
    start: Node
    after: Node


def looped(entries: Sequence[Entry]) -> Node:
    """`nn.Sequential(...)` with the layers of each loop as one; raises `Different` where that
    cannot be.
    """
    if not is_numbered(entries):
        raise Different
    return Call(SEQUENTIAL, tuple(_arguments(entries)))


def _arguments(entries: Sequence[Entry]) -> Iterator[Node]:
    for key, run in groupby(entries, lambda entry: entry.loops[0].key if entry.loops else None):
        if key is None:
            yield from numbered(list(run))
        else:
            yield Iterations(tuple(_iterations(list(run))), "iterations")


def _iterations(entries: Sequence[Entry]) -> Iterator[Iteration]:
    if any(entry.times > 1 or entry.note for entry in entries):
        raise Different
    for k, (loop, run) in enumerate(groupby(entries, lambda entry: entry.loops[0])):
        first, *others = run
        if loop.iteration != k or first.input is None:
            raise Different
        yield Iteration(loop, first.input, (first.module, *(each.module for each in others)))
