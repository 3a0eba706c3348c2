"""Numbers of many iterations that follow no law: a table has them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from netspec.backends.torch.code import Call, Literal, Name, Node, Slot, Subscript, Wording, typed
from netspec.backends.torch.source.formulas import growing
from netspec.backends.torch.source.progression import Column, Steps, formulas, law_of

FEWEST = 8
"""A table has so many rows."""
Values = tuple[Hashable, ...]


def laws_or_table(columns: Sequence[Column]) -> Steps | None:
    """How numbers grow, or their formulas; one table may have those that have none, or their
    lengths.
    """
    laws = [law_of(column) for column in columns]
    others = {_values(c): c for c, law in zip(columns, laws, strict=True) if law is None}
    if len(columns[0]) < FEWEST or not others:
        return formulas(columns)
    known = _looked_up(max(others.values(), key=lambda column: _lengths(column) is not None))
    steps = (
        known.get(_values(c)) if law is None else law for c, law in zip(columns, laws, strict=True)
    )
    found = tuple(step for step in steps if step is not None)
    return found if len(found) == len(columns) else None


def _looked_up(column: Column) -> dict[Values, Node]:
    """`TABLE[i]` by the numbers that it gives, and `len(TABLE[i])`; nothing for several types."""
    first, lengths, values = column[0], _lengths(column), tuple(number.value for number in column)
    if not isinstance(first, Slot) or len({type(value) for value in values}) > 1:
        return {}
    row = Subscript(Literal(values, Wording(first)), growing(0, 1))
    return {_values(column): row} | ({lengths: Call(Name("len"), (row,))} if lengths else {})


def _values(column: Column) -> Values:
    """The numbers beside their types, which tell 1 from True."""
    return tuple(typed(number.value) for number in column)


def _lengths(column: Column) -> Values | None:
    """The lengths of tuples; None if it has others."""
    found = tuple(typed(len(n.value)) for n in column if isinstance(n.value, tuple))
    return found if len(found) == len(column) else None
