"""Modules in a row as an `nn.Sequential` expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netspec.backends.torch.code import (
    Affine,
    Argument,
    Call,
    Generator,
    Label,
    List,
    Name,
    Node,
    Ordinal,
    Pair,
    Slot,
)
from netspec.backends.torch.names import is_attribute
from netspec.backends.torch.progression import generalised, runs
from netspec.backends.torch.steps import height

Entry = tuple[Label, Node, int]
"""A module's name, its constructor, and how many of it there are, numbered on from the name."""

SHORTEST_RUN = 3


def sequential(entries: Sequence[Entry]) -> Node:
    """`nn.Sequential(...)` with those entries; names other than 0, 1, 2, .. need a dictionary."""
    if is_numbered([(label, times) for label, _, times in entries]):
        return Call(Name("nn.Sequential"), numbered(entries))
    return Call(Name("nn.Sequential"), (dictionary(entries),))


def is_numbered(names: Sequence[tuple[Label, int]]) -> bool:
    """Whether the names are 0, 1, 2, .."""
    position = 0
    for label, times in names:
        if label.parts != (Ordinal(position),):
            return False
        position += times
    return True


def numbered(entries: Sequence[Entry]) -> tuple[Node, ...]:
    """The modules as arguments, runs of like ones as generators."""
    return tuple(_folded(entries, [module for _, module, _ in entries]))


def _folded(entries: Sequence[Entry], pieces: Sequence[Node]) -> Iterator[Node]:
    """The pieces, one for each entry; runs of them and repeated ones as generators."""
    times = [entry[2] for entry in entries]
    for run in runs(pieces, lambda start, k: times[start] == times[k] == 1):
        members = range(run.start, run.stop)
        if len(run) >= SHORTEST_RUN:
            level = height(pieces[run.start])
            element = generalised(pieces[run.start], run.steps, level)
            yield Generator(element, Slot(len(run), "repeats"), level)
        else:
            yield from (_repeated(pieces[k], times[k]) for k in members)


def _repeated(piece: Node, times: int) -> Node:
    if times == 1:
        return piece
    level = height(piece)
    if isinstance(piece, Pair):
        *stem, number = piece.label.parts
        assert isinstance(number, Ordinal)
        name = Label((*stem, Affine(number, Ordinal(1), level)))
        piece = Pair(name, piece.value)
    return Generator(piece, Slot(times, "repeats"), level)


def dictionary(entries: Sequence[Entry]) -> Node:
    """`OrderedDict(name=module, ...)`, or of a list of pairs where a name is no keyword."""
    folded = tuple(_folded(entries, [Pair(label, module) for label, module, _ in entries]))
    arguments = tuple(_keyword(piece) for piece in folded)
    if all(isinstance(argument, Argument) for argument in arguments):
        return Call(Name("OrderedDict"), arguments)
    return Call(Name("OrderedDict"), (List(folded),))


def _keyword(piece: Node) -> Node:
    if isinstance(piece, Pair) and is_attribute(piece.label.text):
        return Argument(piece.value, piece.label.text)
    return piece
