"""`forward`: steps as statements that a person would have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from netspec.backends.torch.code import (
    Module,
    Name,
    Node,
    Operand,
    Sibling,
)
from netspec.backends.torch.lowering import call
from netspec.backends.torch.source.branching import write_when
from netspec.backends.torch.source.classes import Class, Results
from netspec.backends.torch.source.layout import lines, text
from netspec.backends.torch.source.looping import write_repeat
from netspec.backends.torch.source.pending import COLLECTED, Pending, pending
from netspec.backends.torch.source.printed import traced
from netspec.backends.torch.source.prose import WIDTH, comment_lines
from netspec.backends.torch.source.references import References
from netspec.backends.torch.source.resolve import Loops, plain
from netspec.backends.torch.source.steps import (
    Repeat,
    Step,
    When,
    definitions,
    references,
)
from netspec.backends.torch.source.training import at_any_time, is_late, training_early
from netspec.backends.torch.source.variables import Variables
from netspec.backends.torch.source.wrapping import INDENT
from netspec.backends.torch.tree import rewrite, walk

DEPTH = 2
"""Levels of indentation in a method."""
TARGET = len("shortcut = ")
"""Room for a variable before an expression."""
MERGE = len("torch.cat(, 1)")


def forward(cls: Class, attributes: References) -> tuple[list[str], list[str]]:
    """The names of the inputs, and the statements."""
    writer = Writer(cls, attributes)
    inputs = [writer.variables.names[number] for number in cls.body.inputs]
    steps = training_early(cls.body.steps)
    block = Block(writer, steps, cls.body.outputs, frozenset(), {}, DEPTH, {})
    block.write()
    block.finish(cls.results)
    return inputs, writer.lines


class Writer:
    """What the blocks of one `forward` share."""

    def __init__(self, cls: Class, attributes: References) -> None:
        self.cls, self.attributes = cls, attributes
        self.variables = Variables(cls)
        self.lines: list[str] = []
        self.shown: str | None = None

    def shape_comment(self, values: Sequence[int]) -> str:
        """The one shape of the values, or that of each, where they are the same for all instances
        and not the last.
        """
        if len(self.cls.members) > 1 or not self.cls.values.keys() >= {*values}:
            return ""
        shapes = [str(self.cls.values[value].type) for value in values]
        comment = f"  # {', '.join(shapes if len({*shapes}) > 1 else shapes[:1])}"
        return comment if comment != self.shown else ""


class Block:
    """The statements for one sequence of steps: the whole of `forward`, or the body of a loop.

    `wanted` are the values needed after it, `protected` those of the surroundings, `iterated` is
    the variable of a loop over modules by the step that applies it.
    """

    def __init__(
        self,
        writer: Writer,
        steps: Sequence[Node],
        wanted: Sequence[int],
        protected: frozenset[int],
        loops: Loops,
        depth: int,
        iterated: Mapping[Step, Name],
    ) -> None:
        self.writer, self.variables, self.attributes = writer, writer.variables, writer.attributes
        self.steps, self.wanted, self.protected = steps, wanted, protected
        self.loops, self.depth, self.iterated = loops, depth, iterated
        self.margin = " " * INDENT * depth
        self.held: list[Pending] = []
        self.position = 0
        self.last_use: dict[int, int] = {}
        self.uses: Counter[int] = Counter()
        for position, step in enumerate(steps):
            for value in references(step):
                self.last_use[value] = position
                self.uses[value] += 1 if isinstance(step, Step) else 2
        for value in wanted:
            self.last_use[value] = len(steps)
            self.uses[value] += 1

    def write(self) -> None:
        for late, run in groupby(enumerate(self.steps), lambda entry: is_late(entry[1])):
            if late:
                self.in_training(list(run))
            else:
                self.always(run)
        self.position = len(self.steps)

    def always(self, run: Iterable[tuple[int, Node]]) -> None:
        for position, step in run:
            self.position = position
            if isinstance(step, Repeat):
                self.flush(len(self.held))
                write_repeat(self, step)
            elif isinstance(step, When):
                self.flush(len(self.held))
                write_when(self, step)
            elif isinstance(step, Step):
                self.step(step)

    def in_training(self, run: list[tuple[int, Node]]) -> None:
        """An `if` statement around steps for outputs that only training has."""
        self.position = run[0][0]
        self.flush(len(self.held))
        self.position = run[-1][0] + 1
        self.writer.lines.append(f"{self.margin}if self.training:")
        steps = [at_any_time(step) for _, step in run]
        made = [value for step in steps for value in definitions(step)]
        wanted = [value for value in made if self.last_use.get(value, 0) >= self.position]
        inner = Block(self.writer, steps, wanted, self.live(), self.loops, self.depth + 1, {})
        inner.write()
        inner.flush(len(inner.held))

    def finish(self, results: Results | None) -> None:
        """Return the wanted values."""
        if results is not None:
            self.flush(len(self.held))
            self.writer.lines += self.named(results)
            return
        if self.is_result():
            self.emit("return ", self.held.pop())
            return
        self.flush(len(self.held))
        returned = ", ".join(self.variables.names[value] for value in self.wanted)
        self.writer.lines.append(f"{self.margin}return {returned}")

    def is_result(self) -> bool:
        """Whether the expression held back is all that is returned; an op with several outputs may
        give a tuple of any length.
        """
        if len(self.held) != 1 or self.held[0].step.outputs != tuple(self.wanted):
            return False
        return len(self.wanted) == 1 or self.held[0].step.group == "block"

    def named(self, results: Results) -> Iterator[str]:
        """The statements that return the wanted values by name, less those for training only."""
        returned = {
            n: self.variables.names[v] for n, v in zip(results.names, self.wanted, strict=True)
        }
        if not results.late or not results.alone:
            values = [
                f"{value} if self.training else None" if name in results.late else value
                for name, value in returned.items()
            ]
            yield from lines("return ", call(results.title, *map(Name, values)), depth=self.depth)
            return
        if not (self.steps and is_late(self.steps[-1])):
            yield f"{self.margin}if self.training:"
        everything = call(results.title, *map(Name, returned.values()))
        yield from lines("return ", everything, depth=self.depth + 1)
        (left,) = (value for name, value in returned.items() if name not in results.late)
        yield f"{self.margin}return {left}"

    def emit(self, before: str, what: Pending) -> None:
        for note in what.notes:
            self.writer.lines += [f"{self.margin}# {line}" for line in comment_lines(note)]
        comment = self.comment(what.step)
        if comment:
            self.writer.shown = comment
        statement = lines(before, what.expression, comment, depth=self.depth)
        self.writer.lines += traced(statement, what.origin)

    def comment(self, step: Step) -> str:
        """The shapes after the step; in a loop they may change."""
        used = [value for value in step.outputs if self.uses[value]]
        return self.writer.shape_comment(used or step.outputs) if self.depth == DEPTH else ""

    # ------------------------------------------------------------------------------- expressions

    def step(self, step: Step) -> None:
        """Hold the step's expression back, around those of its inputs where that reads well."""
        inner = [p for p in self.held if set(p.step.outputs) & set(step.inputs)]
        while inner and not self.goes_around(step, inner):
            last = inner[0] if len(step.inputs) == 2 else inner[-1]
            self.flush(self.held.index(last) + 1)
            inner = [p for p in inner if p in self.held]
        around = pending(step, self.expression(step, inner), inner)
        del self.held[len(self.held) - len(inner) :]
        self.held.append(around)

    def goes_around(self, step: Step, inner: list[Pending]) -> bool:
        """Whether the step's expression may have these in it, and they run in the same order."""
        made = [p.value for p in inner]
        operands = Counter(operand.index for operand in walk(step.form, Operand))
        return (
            self.held[-len(inner) :] == inner
            and [value for value in step.inputs if value in made] == made
            and max(operands.values(), default=0) <= 1
            and all(len(p.step.outputs) == self.uses[p.value] == 1 for p in inner)
            and all(p.may_be_inside(step) or self.continues(p, step) for p in inner)
            and self.fits(step, self.expression(step, inner))
        )

    def continues(self, row: Pending, step: Step) -> bool:
        """Whether the step is one more block in a row of blocks, whose shapes no comment tells."""
        alone = len(self.writer.cls.members) == 1
        return row.blocks and step.group == "block" and len(step.inputs) == 1 and not alone

    def fits(self, step: Step, expression: Node) -> bool:
        """Whether it stays on one line; the list of a merge may have a line of its own."""
        room = WIDTH + MERGE if len(step.inputs) > 2 else WIDTH
        return len(self.margin) + TARGET + len(text(expression) + self.comment(step)) <= room

    def expression(self, step: Step, inner: list[Pending]) -> Node:
        """The step's form, with the inner expressions and variables for its operands."""
        inside = {p.value: p.expression for p in inner}
        in_place = step.in_place if any(p.step.fresh for p in inner) else None
        form = rewrite(in_place or step.form, self.sibling)

        def replace(node: Node) -> Node | None:
            if isinstance(node, Operand):
                value = step.inputs[node.index]
                return inside.get(value) or Name(self.variables.names[value])
            if isinstance(node, Module):
                return self.iterated.get(step) or self.attributes.module(step, self.loops)
            return None

        return rewrite(plain(form, self.loops, self.attributes.parameter), replace)

    def sibling(self, node: Node) -> Node | None:
        return self.attributes.module(node, self.loops) if isinstance(node, Sibling) else None

    def flush(self, count: int) -> None:
        """Give the first expressions that are held back their variables."""
        for _ in range(count):
            what = self.held.pop(0)
            target = ", ".join(self.assigned(value, what) for value in what.step.outputs)
            if what.expression != Name(target):
                self.emit(f"{target} = ", what)

    def assigned(self, value: int, what: Pending) -> str:
        if what.step.group == COLLECTED:
            return self.variables.names[value]
        return self.variables.assign(value, what.reads, self.live()) if self.uses[value] else "_"

    def live(self) -> frozenset[int]:
        """The values whose variables must stay as they are."""
        later = {value for value, last in self.last_use.items() if last >= self.position}
        return self.protected | later | {value for p in self.held for value in p.reads}
