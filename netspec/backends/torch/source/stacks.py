"""Loops that make layers: rows of one structure, each of equal units and what ends it. Numbers
stay, grow or stand in a table, and each unit takes the channels that the one before it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from netspec.backends.torch.code import (
    Call,
    Conditional,
    Infix,
    Literal,
    Name,
    Negative,
    Node,
    Parameter,
    Slot,
    Subscript,
    Tuple,
    origin_of,
    same,
)
from netspec.backends.torch.source.columns import INPUT_SIZES, SIZES
from netspec.backends.torch.source.names import LOOP_VARIABLES
from netspec.backends.torch.source.progression import law
from netspec.backends.torch.source.steps import height
from netspec.backends.torch.tree import rewrite, walk

CELLS = (Literal, Parameter, Infix, Negative, Conditional, Subscript, Tuple)
"""What may differ from one unit to another."""
FEWEST_ROWS = 3
"""A table has so many rows."""


Layers = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Carried(Node):
    """A variable that each unit takes from the one before it."""

    name: str
    start: Node
    after: Node


@dataclass(frozen=True, slots=True)
class Stack(Node):
    """`for names in rows:`, in it the `unit` as many times as it says, then the `tail`.

    Without names there are as many iterations as rows, which the loop of that height counts.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[Node, ...], ...]
    times: Node
    unit: Layers
    tail: Layers
    carried: tuple[Carried, ...]
    height: int


class Row(NamedTuple):
    """Units of one structure, and the layers that end the row."""

    units: tuple[Layers, ...]
    tail: Layers


class Naming(NamedTuple):
    """`kind` gives the type of an expression, None if it has several; `named` a variable called
    like that for values of a type, other than some.
    """

    kind: Callable[[Node], str | None]
    named: Callable[[str, str, Collection[str]], str]


Column = tuple[Node, ...]
"""One expression in all units, or in all rows."""
Keys = tuple[str, ...]
"""A column as text, which tells 1 from True."""
ONCE = Literal(1)
COUNT = "n"
SIZE = "int"


def stack_of(rows: Sequence[Row], naming: Naming) -> Stack | None:
    """The rows as loops; None where their numbers have no such order."""
    if not rows[0].tail:
        units = [unit for row in rows for unit in row.units]
        even = _even(units)
        if even is not None:
            return even
        rows = _grouped(units)
    return _Solver(rows, naming).stack()


def _even(units: Sequence[Layers]) -> Stack | None:
    """A loop over units that differ in numbers that grow evenly, or have formulas."""
    level = height(tuple(units))
    found = [node for column in _columns(units) if (node := _law(column, level)) is not None]
    if len(units) < FEWEST_ROWS or len(found) < len(_columns(units)):
        return None
    return Stack((), ((),) * len(units), ONCE, _merged(units, found), (), (), level)


def _grouped(units: Sequence[Layers]) -> list[Row]:
    """The units as rows in which nothing but what they carry differs."""
    columns = _columns(units)
    sources = _sources(columns)
    kept = [_keys(column) for k, column in enumerate(columns) if k not in sources]
    groups = groupby(range(len(units)), lambda j: [keys[j] for keys in kept])
    return [Row(tuple(units[j] for j in group), ()) for _, group in groups]


class _Solver:
    """Finds what stands for each expression in some rows."""

    def __init__(self, rows: Sequence[Row], naming: Naming) -> None:
        self.rows, self.naming = rows, naming
        self.units = [unit for row in rows for unit in row.units]
        self.tails = [row.tail for row in rows]
        self.height = height((tuple(self.units), tuple(self.tails)))
        self.columns = _columns(self.units)
        self.sources = _sources(self.columns)
        self.firsts, self.lasts = _columns([row.units[0] for row in rows]), _columns(self.tails)
        self.counts = tuple(Literal(len(row.units)) for row in rows)
        self.names: list[str] = []
        self.table: list[Column] = []
        self.named: dict[Keys, Node] = {}
        """What stands for the expressions that differ between rows."""

    def stack(self) -> Stack | None:
        """The loops; None if numbers differ otherwise than between rows, or have several types."""
        sizes = all(self.kind(self.columns[k]) == SIZE for k in self.sources)
        if not (sizes and self.stay_in_rows() and (self.grow() or self.enter())):
            return None
        unit = [self.expression(column) for column in self.firsts]
        carried = self.carried(unit)
        for k, each in carried.items():
            unit[k] = Name(each.name)
        tail = [self.expression(column) for column in self.lasts]
        return Stack(
            tuple(self.names),
            tuple(zip(*self.table, strict=True)) if self.table else ((),) * len(self.rows),
            self.expression(self.counts),
            _merged(self.units, unit),
            _merged(self.tails, tail),
            tuple(dict.fromkeys(carried.values())),
            self.height,
        )

    def stay_in_rows(self) -> bool:
        """Whether all units of a row have the same expressions but for what they carry."""
        return all(
            k in self.sources or _is_constant(column)
            for row in self.rows
            for k, column in enumerate(_columns(row.units))
        )

    @cached_property
    def varying(self) -> dict[Keys, list[Column]]:
        """What differs from row to row; columns of the same values are one."""
        own = [column for k, column in enumerate(self.firsts) if k not in self.sources]
        result: dict[Keys, list[Column]] = {}
        for column in (*own, *self.lasts):
            if not _is_constant(column):
                result.setdefault(_keys(column), []).append(column)
        return result

    def grow(self) -> bool:
        """Let the rows differ in numbers that grow, if they do."""
        laws = {keys: _law(column, self.height) for keys, (column, *_) in self.varying.items()}
        self.named = {keys: node for keys, node in laws.items() if node is not None}
        return len(self.named) == len(laws) and _is_constant(self.counts)

    def enter(self) -> bool:
        """Let a table have what differs between the rows, each column of one type."""
        columns = [*self.varying.items()]
        if not _is_constant(self.counts):
            columns.insert(0, (_keys(self.counts), [self.counts]))
        kinds = [self.kind(column) for _, (column, *_) in columns]
        if len(self.rows) < FEWEST_ROWS or None in kinds:
            return False
        for (keys, alike), kind in zip(columns, kinds, strict=True):
            word = self.count_word() if alike[0] is self.counts else _word(alike)
            self.names.append(self.naming.named(word, kind or "", self.names))
            self.table.append(alike[0])
            self.named[keys] = Name(self.names[-1])
        return True

    def kind(self, column: Column) -> str | None:
        """The one type of a column."""
        kinds = {self.naming.kind(cell) for cell in column}
        return kinds.pop() if len(kinds) == 1 else None

    def expression(self, column: Column) -> Node:
        """What stands for expressions in a row."""
        return column[0] if _is_constant(column) else self.named.get(_keys(column), column[0])

    def carried(self, unit: Sequence[Node]) -> dict[int, Carried]:
        """The variables that units hand on, by the expressions of the unit that they stand for."""
        alike: dict[Keys, list[int]] = {}
        for k in self.sources:
            alike.setdefault(_keys(self.columns[k]), []).append(k)
        result: dict[int, Carried] = {}
        for same_size in alike.values():
            columns = [self.columns[k] for k in same_size]
            used = [*self.names, *(each.name for each in result.values())]
            name = self.naming.named(_input_word(columns), SIZE, used)
            carried = Carried(name, columns[0][0], unit[self.sources[same_size[0]]])
            result |= dict.fromkeys(same_size, carried)
        return result

    def count_word(self) -> str:
        """What the spec calls the number of units in a row."""
        variables = [_variables(row.units[0]) for row in self.rows]
        pairs = zip(variables, self.counts, strict=True)
        found = [
            {name for name, value in known.items() if same(value, n.value)} for known, n in pairs
        ]
        names = set.intersection(*found) - {*LOOP_VARIABLES}
        return min(names, default=COUNT)


def _columns(pieces: Sequence[Layers]) -> list[Column]:
    """Each expression in the pieces, which have one structure."""
    return [*zip(*(walk(piece, *CELLS) for piece in pieces), strict=True)]


def _keys(column: Column) -> Keys:
    return tuple(map(repr, column))


def _is_constant(column: Column) -> bool:
    return len(set(_keys(column))) == 1


def _sources(columns: Sequence[Column]) -> dict[int, int]:
    """The sizes that each unit takes from the one before, each with the expression there that has
    it.
    """
    every = [_keys(column) for column in columns]
    sizes = [k for k, c in enumerate(columns) if not _is_constant(c) and _is_size(c)]
    found = {
        k: [j for j, keys in enumerate(every) if j != k and keys[:-1] == every[k][1:]]
        for k in sizes
    }
    carried = {k for k, sources in found.items() if sources}
    return {
        k: last
        for k, sources in found.items()
        for last in [j for j in sources if j not in carried][-1:]
    }


def _is_size(column: Column) -> bool:
    return not SIZES.isdisjoint(_words(column))


def _words(column: Column) -> Iterator[str]:
    """What torch or the class calls the values of a column."""
    for cell in column:
        if isinstance(cell, Literal) and cell.wording.slot:
            yield cell.wording.slot.name
        if isinstance(cell, Parameter):
            yield cell.name


def _word(columns: Sequence[Column]) -> str:
    """A name for columns of the same values: at best the spec's own."""
    for column in columns:
        slots = [cell.wording.slot for cell in column if isinstance(cell, Literal)]
        stated = {slot.expression or "" if slot else "" for slot in slots}
        if len(stated) == 1 and min(stated).isidentifier():
            return min(stated)
    return next((word for column in columns for word in _words(column)), "size")


def _input_word(columns: Sequence[Column]) -> str:
    words = [word for column in columns for word in _words(column)]
    return next((word for word in words if word in INPUT_SIZES), words[0])


def _variables(unit: Layers) -> Mapping[str, Any]:
    """The variables of the spec's loops around a unit."""
    slots = (cell.wording.slot for cell in walk(unit, Literal))
    return next((slot.variables for slot in slots if slot and slot.variables), {})


def _law(column: Column, level: int) -> Node | None:
    """The one expression, or that of numbers that grow."""
    if _is_constant(column):
        return column[0]
    numbers = [cell for cell in column if isinstance(cell, Literal)]
    if len(numbers) < max(len(column), FEWEST_ROWS):
        return None
    return law([each.wording.slot or Slot(each.value, "") for each in numbers], level)


def _merged(pieces: Sequence[Layers], expressions: Sequence[Node]) -> Layers:
    """The pieces as one, with these expressions; it comes from where all of them do."""
    remaining = iter(expressions)
    first: Layers = rewrite(pieces[0], lambda n: next(remaining) if isinstance(n, CELLS) else None)
    result = []
    for layer, column in zip(first, zip(*pieces, strict=True), strict=True):
        assert isinstance(layer, Call)
        result.append(replace(layer, origin=origin_of(c.origin for c in walk(column, Call))))
    return tuple(result)
