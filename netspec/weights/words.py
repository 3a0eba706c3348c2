"""What became of weights across an edit, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

from netspec.stats import text_table
from netspec.weights.moves import moves_in_words

if TYPE_CHECKING:
    from netspec.weights.carry import Carried
    from netspec.weights.report import Stored

SHOWN = 20
"""Lines about each kind of change."""


def carried_in_words(carried: Carried, most: int | None = SHOWN) -> str:
    """A table of counts, and below it what is not as it was: `most` lines of each kind."""
    table = text_table(["", "keys", "values", ""], list(_counts(carried)), "lrrl")
    changes = _changes(carried)
    lines = [line for what, entries in changes for line in _section(what, entries, most)]
    return "\n".join([table, *([""] if lines else []), *lines])


def _counts(carried: Carried) -> Iterator[list[str]]:
    shapes = {each.key: each.wanted for each in carried.reshaped}
    yield _count("kept", carried.kept, "at the same path")
    yield _count("renamed", carried.renamed, "as they were, under another path")
    yield _count("reshaped", shapes, "of another shape: start anew")
    yield _count("new", carried.new, "start anew")
    yield _count("dropped", carried.dropped, "have no place any more")


def _count(what: str, entries: Mapping[str, Stored], meaning: str) -> list[str]:
    values = sum(prod(stored.shape) for stored in entries.values())
    return [what, f"{len(entries):,}", f"{values:,}", meaning]


def _changes(carried: Carried) -> Iterator[tuple[str, Sequence[str]]]:
    """What to say of each kind of change."""
    changes = {r.key: f"{list(r.held.shape)} -> {list(r.wanted.shape)}" for r in carried.reshaped}
    yield "renamed", moves_in_words(carried.moved, "layers")
    yield "reshaped", _by_layer(changes)
    yield "new", _by_layer({key: f"{list(s.shape)}" for key, s in carried.new.items()})
    yield "dropped", _by_layer({key: f"{list(s.shape)}" for key, s in carried.dropped.items()})
    yield "in doubt", [_doubt(new, olds) for new, olds in carried.doubtful.items()]


def _by_layer(entries: Mapping[str, str]) -> list[str]:
    lines: dict[str, list[str]] = defaultdict(list)
    for key, what in entries.items():
        layer, _, weight = key.rpartition(".")
        lines[layer].append(f"{weight} {what}")
    return [f"{layer}: {', '.join(said)}".removeprefix(": ") for layer, said in lines.items()]


def _doubt(new: str, olds: Sequence[str]) -> str:
    return f"{new} may be {_either(olds)}: `--rename {olds[0]}={new}` would say so"


def _either(names: Sequence[str]) -> str:
    shown = [*names[:3], *(["another"] if len(names) > 3 else [])]
    return " or ".join(shown)


def _section(what: str, entries: Sequence[str], most: int | None) -> Iterator[str]:
    yield from (f"{what:9} {entry}" for entry in entries[:most])
    if most is not None and len(entries) > most:
        yield f"{what:9} ... and {len(entries) - most:,} more: `--all` shows them"
