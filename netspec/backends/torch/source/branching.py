"""`forward`: steps under a condition as an `if` statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from netspec.backends.torch.code import Node
from netspec.backends.torch.source.layout import lines
from netspec.backends.torch.source.steps import Join, When, references

if TYPE_CHECKING:
    from netspec.backends.torch.source.forward import Block


def write_when(block: Block, when: When) -> None:
    """The statement; each value that it joins is in one variable after it."""
    block.position += 1
    names = _joined(block, when)
    condition = block.attributes.condition(when)
    block.writer.lines += lines("if ", condition, ":", depth=block.depth)
    _write_branch(block, when.then, [(join.then, names[join]) for join in when.joins])
    if when.otherwise:
        block.writer.lines.append(f"{block.margin}else:")
        _write_branch(block, when.otherwise, [(join.otherwise, names[join]) for join in when.joins])
    block.variables.names |= {join.result: name for join, name in names.items()}


def _joined(block: Block, when: When) -> dict[Join, str]:
    """The variables of the values that the branches hand on. Where nothing is done if the condition
    does not hold they have the right values before it; one that is still needed gets a copy.
    """
    names: dict[Join, str] = {}
    variables, live = block.variables, set(block.live())
    for join in when.joins:
        others = {v for j in when.joins if j is not join for v in (j.then, j.otherwise)}
        known = [value for value in _replaceable(when, join) if value in variables.names]
        names[join] = variables.assign(join.result, known, live | others)
        live.add(join.result)
        old = variables.names.get(join.otherwise)
        if not when.otherwise and names[join] != old:
            block.writer.lines.append(f"{block.margin}{names[join]} = {old}")
    return names


def _replaceable(when: When, join: Join) -> list[int]:
    """The values whose variables the joined one may have, if they are not needed any more."""
    if not when.otherwise:
        return [join.otherwise]
    steps = (*when.then, *when.otherwise)
    return list(dict.fromkeys(value for step in steps for value in references(step)))


def _write_branch(block: Block, steps: tuple[Node, ...], left: list[tuple[int, str]]) -> None:
    """The steps of one way, and the moves that leave these values in these variables."""
    names, taken = block.variables.names, {name for _, name in left}
    block.variables.preferred |= {value: name for value, name in left if value not in names}
    wanted = [value for value, _ in left]
    outside = frozenset(value for value in block.live() if names.get(value) not in taken)
    inner = type(block)(
        block.writer, steps, wanted, outside, block.loops, block.depth + 1, block.iterated
    )
    inner.write()
    inner.flush(len(inner.held))
    moves = [(name, block.variables.names[value]) for value, name in left]
    _move(inner, [(name, value) for name, value in moves if name != value])


def _move(block: Block, moves: Iterable[tuple[str, str]]) -> None:
    pairs = list(moves)
    if pairs:
        targets, values = ", ".join(name for name, _ in pairs), ", ".join(v for _, v in pairs)
        block.writer.lines.append(f"{block.margin}{targets} = {values}")
