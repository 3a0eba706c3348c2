"""`forward`: repeats as `for` statements and comprehensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from netspec.backends.torch.code import Comprehension, List, Name, Node
from netspec.backends.torch.lowering import call
from netspec.backends.torch.source.layout import text
from netspec.backends.torch.source.pending import listed
from netspec.backends.torch.source.resolve import Loops, loop_variable, plain
from netspec.backends.torch.source.steps import Collected, Repeat, Step, references
from netspec.backends.torch.tree import walk

if TYPE_CHECKING:
    from netspec.backends.torch.source.forward import Block


def _as_comprehension(block: Block, repeat: Repeat) -> bool:
    """Hold back a list of what the loop makes, if each item is one expression."""
    if repeat.carries or len(repeat.collected) != 1:
        return False
    (collected,) = repeat.collected
    written, names = len(block.writer.lines), dict(block.variables.names)
    variable, over, loops, iterated = _header(block, repeat)
    inner = _inner(
        block, repeat, [collected.inside], _outside(block, repeat, set()), loops, iterated
    )
    inner.write()
    simple = len(block.writer.lines) == written and len(inner.held) == 1
    if simple and inner.held[0].step.outputs == (collected.inside,):
        item = Comprehension(inner.held[0].expression, variable, over, spread=False)
        block.variables.collect(collected)
        block.held.append(listed(collected.result, List((item,)), inner.held[0]))
        return True
    del block.writer.lines[written:]
    block.variables.names = names
    return False


def _inner(
    block: Block,
    repeat: Repeat,
    wanted: Sequence[int],
    outside: frozenset[int],
    loops: Loops,
    iterated: Mapping[Step, Name],
) -> Block:
    """The body of a loop."""
    depth = block.depth + 1
    return type(block)(block.writer, repeat.steps, wanted, outside, loops, depth, iterated)


def write_repeat(block: Block, repeat: Repeat) -> None:
    """A list that is held back, or a `for` statement: each value that it carries stays in one
    variable, and one that it collects goes into a list.
    """
    if _as_comprehension(block, repeat):
        return
    block.position += 1
    names = _carried_in(block, repeat)
    for collected in repeat.collected:
        block.writer.lines.append(f"{block.margin}{block.variables.collect(collected)} = []")
    block.variables.preferred |= names
    variable, over, loops, iterated = _header(block, repeat)
    block.writer.lines.append(f"{block.margin}for {variable} in {text(over)}:")
    wanted = [*names, *(collected.inside for collected in repeat.collected)]
    outside = _outside(block, repeat, set(names.values()))
    inner = _inner(block, repeat, wanted, outside, loops, iterated)
    inner.write()
    for collected in repeat.collected:
        _append(inner, collected)
    inner.flush(len(inner.held))
    _hand_over(inner, names)
    for carry in repeat.carries:
        block.variables.names[carry.result] = names[carry.after]


def _carried_in(block: Block, repeat: Repeat) -> dict[int, str]:
    """The variables that the loop changes, by the values that an iteration leaves in them.

    A variable that is still needed as it is gets a copy.
    """
    names: dict[int, str] = {}
    live = block.live() | {value for step in repeat.steps for value in references(step)}
    for carry in repeat.carries:
        old = block.variables.names[carry.before]
        new = block.variables.assign(carry.inside, [carry.before], live)
        if new != old:
            block.writer.lines.append(f"{block.margin}{new} = {old}")
        names[carry.after] = new
        live |= {carry.inside}
    return names


def _outside(block: Block, repeat: Repeat, taken: set[str]) -> frozenset[int]:
    """The values that the loop must leave alone; the taken variables are its own."""
    needed = block.live() | set(references(repeat))
    names = block.variables.names
    return frozenset(v for v in needed if v in names and names[v] not in taken)


def _append(block: Block, collected: Collected) -> None:
    """Add the iteration's value to the list."""
    made = [collected.inside in what.step.outputs for what in block.held]
    block.flush(made.index(True) + 1 if any(made) else 0)
    one, several = (block.variables.names[n] for n in (collected.inside, collected.result))
    block.writer.lines.append(f"{block.margin}{several}.append({one})")


def _hand_over(block: Block, names: Mapping[int, str]) -> None:
    """Move what the iteration leaves to the variables that the next one reads."""
    moves = {name: block.variables.names[value] for value, name in names.items()}
    moves = {name: value for name, value in moves.items() if name != value}
    if moves:
        targets, values = ", ".join(moves), ", ".join(moves.values())
        block.writer.lines.append(f"{block.margin}{targets} = {values}")


def _header(block: Block, repeat: Repeat) -> tuple[str, Node, Loops, dict[Step, Name]]:
    """The loop's variable, what it runs over, and the step whose module that is."""
    steps = list(walk(repeat.steps, Step))
    over = block.attributes.iterated(repeat)
    if over is not None:
        step = next(step for step in steps if step.registered)
        name = block.variables.element(text(over), step)
        return name, over, block.loops, {step: Name(name)}
    counted = tuple((s.form, s.label if s.registered else None) for s in steps)
    variable = loop_variable(counted, repeat.height, block.loops)
    count = plain(repeat.count, block.loops, block.attributes.parameter)
    over = call("range", count)
    return variable, over, {**block.loops, repeat.height: variable}, {}
