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
    _write_branch(block, when.then, [(join.then, name) for join, name in names])
    moved = [(join.otherwise, name) for join, name in names]
    if any(block.variables.names.get(value) != name for value, name in moved):
        block.writer.lines.append(f"{block.margin}else:")
        _write_branch(block, when.otherwise, moved)
    for join, name in names:
        block.variables.names[join.result] = name


def _joined(block: Block, when: When) -> list[tuple[Join, str]]:
    """The variables of the values that the branches hand on. Where nothing is done if the condition
    does not hold they have the right values before it; one that is still needed gets a copy.
    """
    names: list[tuple[Join, str]] = []
    variables, live = block.variables, set(block.live())
    read = [value for step in (*when.then, *when.otherwise) for value in references(step)]
    for join in when.joins:
        others = {j.otherwise for j in when.joins if j is not join}
        if when.otherwise:
            others |= {j.then for j in when.joins if j is not join}
            known = [value for value in dict.fromkeys(read) if value in variables.names]
            name = variables.assign(join.result, known, live | others)
        else:
            old = variables.names[join.otherwise]
            name = variables.assign(join.result, [join.otherwise], live | others)
            if name != old:
                block.writer.lines.append(f"{block.margin}{name} = {old}")
                variables.names[join.otherwise] = name
        names.append((join, name))
        live.add(join.result)
    return names


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
