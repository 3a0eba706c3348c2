"""Modules in a row as an `nn.Sequential` expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from netspec.backends.torch.code import (
    Affine,
    Argument,
    Call,
    Generator,
    Label,
    List,
    Literal,
    Name,
    Node,
    Noted,
    Ordinal,
    Pair,
)
from netspec.backends.torch.source.names import is_attribute
from netspec.backends.torch.source.progression import Run, generalised, runs
from netspec.backends.torch.source.steps import height, repeats
from netspec.program import Loop, Value


class Entry(NamedTuple):
    """A module's name, its constructor, how many of it there are, numbered on from the name."""

    label: Label
    module: Node
    times: int
    note: str | None
    loops: tuple[Loop, ...] = ()
    input: Value | None = None


SHORTEST_RUN = 3


def sequential(entries: Sequence[Entry]) -> Node:
    """`nn.Sequential(...)` with those entries; names other than 0, 1, 2, .. need a dictionary."""
    if is_numbered(entries):
        return Call(Name("nn.Sequential"), numbered(entries))
    return Call(Name("nn.Sequential"), (dictionary(entries),))


def is_numbered(entries: Sequence[Entry]) -> bool:
    """Whether the names are 0, 1, 2, .."""
    position = 0
    for entry in entries:
        if entry.label.parts != (Ordinal(position),):
            return False
        position += entry.times
    return True


def numbered(entries: Sequence[Entry]) -> tuple[Node, ...]:
    """The modules as arguments, runs of like ones as generators."""
    return tuple(_folded(entries, [entry.module for entry in entries]))


def _folded(entries: Sequence[Entry], pieces: Sequence[Node]) -> Iterator[Node]:
    """The pieces, one for each entry; runs of them and repeated ones as generators."""

    def follows(start: int, k: int) -> bool:
        return entries[start].times == entries[k].times == 1 and not entries[k].note

    for run in runs(pieces, follows):
        if len(run) >= SHORTEST_RUN:
            level = height(pieces[run.start])
            element = generalised(pieces[run.start], run.steps, level)
            yield _noted(entries[run.start], Generator(element, repeats(len(run)), level))
        else:
            for k in range(run.start, run.stop):
                yield _noted(entries[k], _repeated(pieces[k], entries[k].times))


def folded(pieces: Sequence[Node], every: Iterable[Run]) -> Iterator[Node]:
    """The pieces, long runs of them as generators."""
    for run in every:
        if len(run) < SHORTEST_RUN:
            yield from pieces[run.start : run.stop]
        else:
            level = height(pieces[run.start])
            element = generalised(pieces[run.start], run.steps, level)
            yield Generator(element, Literal(len(run)), level)


def _noted(entry: Entry, node: Node) -> Node:
    return Noted(entry.note, node) if entry.note else node


def _repeated(piece: Node, times: int) -> Node:
    if times == 1:
        return piece
    level = height(piece)
    if isinstance(piece, Pair):
        *stem, number = piece.label.parts
        assert isinstance(number, Ordinal)
        name = Label((*stem, Affine(number, Ordinal(1), level)))
        piece = Pair(name, piece.value)
    return Generator(piece, repeats(times), level)


def dictionary(entries: Sequence[Entry]) -> Node:
    """`OrderedDict(name=module, ...)`, or of a list of pairs where a name is no keyword."""
    folded = tuple(_folded(entries, [Pair(entry.label, entry.module) for entry in entries]))
    arguments = tuple(_keyword(piece) for piece in folded)
    if all(isinstance(without_note(argument), Argument) for argument in arguments):
        return Call(Name("OrderedDict"), arguments)
    return Call(Name("OrderedDict"), (List(folded),))


def _keyword(piece: Node) -> Node:
    if isinstance(piece, Noted):
        return Noted(piece.note, _keyword(piece.node))
    if isinstance(piece, Pair) and is_attribute(piece.label.text):
        return Argument(piece.value, piece.label.text)
    return piece


def without_note(node: Node) -> Node:
    return node.node if isinstance(node, Noted) else node
