"""`forward`: steps as statements that a person would have written.

Expressions are nested as long as they stay readable: a weighted layer with the normalisation and
activation around it, a merge of simple calls. Each is held back until it is known what uses it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from netspec.backends.torch.classes import Class
from netspec.backends.torch.code import Module, Name, Node, Operand, rewrite, walk
from netspec.backends.torch.layout import INDENT, WIDTH, lines, text
from netspec.backends.torch.references import References
from netspec.backends.torch.resolve import Loops, loop_variable, plain
from netspec.backends.torch.steps import Repeat, Step, references
from netspec.backends.torch.variables import ITERATED, Variables

DEPTH = 2
"""Levels of indentation in a method."""
LONGEST_NAME = len("shortcut = ")


class Shape(Enum):
    """What an expression consists of, which decides what may be put around it."""

    LIGHT = auto()
    """Normalisations and activations: a weighted layer may follow, as in pre-activation."""
    OPEN = auto()
    """A weighted layer or a merge, then normalisations and activations: more of these may follow."""
    CLOSED = auto()
    """Complete: only a merge is put around it, if it is a single call."""


LIGHT = frozenset({"normalisation", "activation", "stochastic", "arithmetic"})
HEAVY = frozenset({"convolution", "linear", "block"})


@dataclass(frozen=True)
class Pending:
    """An expression whose value has no variable yet."""

    step: Step
    expression: Node
    reads: tuple[int, ...]
    shape: Shape
    calls: int


class Forward:
    """The statements of one class' `forward`."""

    def __init__(self, cls: Class, references: References) -> None:
        self.cls, self.references = cls, references
        self.variables = Variables(cls)
        self.lines: list[str] = []
        self.shown: str | None = None

    @property
    def parameters(self) -> list[str]:
        """The names of the inputs."""
        return [self.variables.names[number] for number in self.cls.body.inputs]

    def shape_comment(self, value: int) -> str:
        """The value's shape, where it is the same for all instances and new."""
        if len(self.cls.members) > 1 or value not in self.cls.values:
            return ""
        shape = str(self.cls.values[value].type)
        changed, self.shown = shape != self.shown, shape
        return f"  # {shape}" if changed else ""


def forward(cls: Class, references: References) -> tuple[list[str], list[str]]:
    """The inputs and the statements of `forward`."""
    writer = Forward(cls, references)
    parameters = writer.parameters
    block = _Block(writer, cls.body.steps, cls.body.outputs, frozenset(), {}, DEPTH)
    block.write()
    block.finish()
    return parameters, writer.lines


class _Block:
    """The statements for one sequence of steps: the whole of `forward`, or the body of a loop.

    `wanted` are the values needed after it, `protected` those of the surroundings.
    """

    def __init__(
        self,
        writer: Forward,
        steps: Sequence[Node],
        wanted: Sequence[int],
        protected: frozenset[int],
        loops: Loops,
        depth: int,
        iterated: dict[Step, Name] | None = None,
    ) -> None:
        self.writer, self.variables = writer, writer.variables
        self.steps, self.wanted, self.protected = steps, wanted, protected
        self.loops, self.depth, self.iterated = loops, depth, iterated or {}
        self.pending: list[Pending] = []
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

    @property
    def margin(self) -> str:
        return " " * INDENT * self.depth

    def write(self) -> None:
        for position, step in enumerate(self.steps):
            self.position = position
            if isinstance(step, Repeat):
                self.flush(len(self.pending))
                self.repeat(step)
            elif isinstance(step, Step):
                self.step(step)
        self.position = len(self.steps)

    def finish(self) -> None:
        """Return the wanted values."""
        if len(self.pending) == 1 and self.pending[0].step.outputs == tuple(self.wanted):
            pending = self.pending.pop()
            self.emit("return ", pending.expression, pending.step.outputs[0])
            return
        self.flush(len(self.pending))
        returned = ", ".join(self.variables.names[value] for value in self.wanted)
        self.emit("return ", Name(returned), self.wanted[0])

    def emit(self, before: str, expression: Node, value: int) -> None:
        comment = "" if self.loops or self.depth > DEPTH else self.writer.shape_comment(value)
        self.writer.lines += lines(before, expression, comment, depth=self.depth)

    # ------------------------------------------------------------------------------ single steps

    def step(self, step: Step) -> None:
        """Hold back the step's expression, around those of its inputs where that reads well."""
        inner = [p for p in self.pending if set(p.step.outputs) & set(step.inputs)]
        while inner and not self.absorbs(step, inner):
            self.flush(self.pending.index(inner[0] if len(step.inputs) == 2 else inner[-1]) + 1)
            inner = [p for p in inner if p in self.pending]
        pending = self.around(step, inner)
        del self.pending[len(self.pending) - len(inner) :]
        self.pending.append(pending)
        if step.note:
            self.flush(len(self.pending))

    def absorbs(self, step: Step, inner: list[Pending]) -> bool:
        """Whether the step's expression may have these in it."""
        made = [p.step.outputs[0] for p in inner]
        in_order = [value for value in step.inputs if value in made] == made
        operands = Counter(operand.index for operand in walk(step.form, Operand))
        return (
            self.pending[-len(inner) :] == inner
            and in_order
            and max(operands.values(), default=0) <= 1
            and all(len(p.step.outputs) == self.uses[p.step.outputs[0]] == 1 for p in inner)
            and all(_goes_around(step, p) for p in inner)
            and self.fits(self.around(step, inner).expression)
        )

    def fits(self, expression: Node) -> bool:
        return INDENT * self.depth + LONGEST_NAME + len(text(expression)) <= WIDTH

    def around(self, step: Step, inner: list[Pending]) -> Pending:
        """The step's expression, with those given in place of their variables."""
        expressions = {p.step.outputs[0]: p.expression for p in inner}

        def replace(node: Node) -> Node | None:
            if isinstance(node, Operand):
                value = step.inputs[node.index]
                return expressions.get(value) or Name(self.variables.names[value])
            if isinstance(node, Module):
                return self.iterated.get(step) or self.references().module(step, self.loops)
            return None

        form = plain(step.form, self.loops, self.references().parameter)
        expression = rewrite(form, replace)
        reads = [value for p in inner for value in p.reads]
        reads += [value for value in step.inputs if value not in expressions]
        calls = 1 + sum(p.calls for p in inner)
        return Pending(step, expression, tuple(reads), _shape(step, inner), calls)

    def references(self) -> References:
        return self.writer.references

    def flush(self, count: int) -> None:
        """Give the first pending expressions their variables."""
        for _ in range(count):
            pending = self.pending.pop(0)
            names = [self.assigned(value, pending) for value in pending.step.outputs]
            if pending.step.note:
                self.writer.lines.append(f"{self.margin}# {pending.step.note}")
            target = ", ".join(names)
            if pending.expression != Name(target):
                self.emit(f"{target} = ", pending.expression, pending.step.outputs[0])

    def assigned(self, value: int, pending: Pending) -> str:
        if not self.uses[value]:
            return "_"
        return self.variables.assign(value, pending.reads, self.live())

    def live(self) -> frozenset[int]:
        """The values whose variables must stay as they are."""
        later = {value for value, last in self.last_use.items() if last >= self.position}
        held = {value for pending in self.pending for value in pending.reads}
        return self.protected | later | held

    # ----------------------------------------------------------------------------------- repeats

    def repeat(self, repeat: Repeat) -> None:
        """A `for` statement; what it carries stays in one variable each."""
        self.position += 1
        inside: set[int] = set()
        for carry in repeat.carries:
            self.carry_in(carry.before, carry.inside, inside)
            inside.add(carry.inside)
        names = {carry.after: self.variables.names[carry.inside] for carry in repeat.carries}
        self.variables.preferred |= names
        header, loops, iterated = self.header(repeat)
        self.writer.lines.append(f"{self.margin}for {header}:")
        inner = _Block(
            self.writer,
            repeat.steps,
            [carry.after for carry in repeat.carries],
            self.outside(repeat, set(names.values())),
            loops,
            self.depth + 1,
            iterated,
        )
        inner.write()
        inner.flush(len(inner.pending))
        inner.hand_over(names)
        for carry in repeat.carries:
            self.variables.names[carry.result] = names[carry.after]

    def outside(self, repeat: Repeat, taken: set[str]) -> frozenset[int]:
        """The values that the loop must leave alone; the taken variables are its own."""
        needed = self.live() | set(references(repeat))
        names = self.variables.names
        return frozenset(v for v in needed if v in names and names[v] not in taken)

    def carry_in(self, before: int, inside: int, held: set[int]) -> None:
        """The variable that the loop changes: the one at hand, or a copy if that is still needed."""
        old = self.variables.names[before]
        new = self.variables.assign(inside, [before], self.live() | held)
        if new != old:
            self.writer.lines.append(f"{self.margin}{new} = {old}")

    def hand_over(self, names: dict[int, str]) -> None:
        """Move what the iteration leaves to the variables that the next one reads."""
        moves = {name: self.variables.names[value] for value, name in names.items()}
        moves = {name: value for name, value in moves.items() if name != value}
        if moves:
            targets, values = ", ".join(moves), ", ".join(moves.values())
            self.writer.lines.append(f"{self.margin}{targets} = {values}")

    def header(self, repeat: Repeat) -> tuple[str, Loops, dict[Step, Name]]:
        """What the loop runs over, its variable, and the step whose module that is."""
        over = self.references().iterated(repeat)
        if over is not None:
            step = next(s for s in walk(repeat.steps, Step) if s.registered)
            name = next((word for word in ITERATED if word in text(over)), ITERATED[-1])
            return f"{name} in {text(over)}", self.loops, {step: Name(name)}
        steps = walk(repeat.steps, Step)
        forms = tuple((s.form, s.label if s.registered else None) for s in steps)
        variable = loop_variable(forms, repeat.height, self.loops)
        count = text(plain(repeat.count, self.loops, self.references().parameter))
        return f"{variable} in range({count})", {**self.loops, repeat.height: variable}, {}


def _goes_around(step: Step, inner: Pending) -> bool:
    if len(step.inputs) > 1:
        return inner.calls == 1
    if step.group in LIGHT:
        return inner.shape is not Shape.CLOSED
    return step.group in HEAVY and inner.shape is Shape.LIGHT


def _shape(step: Step, inner: list[Pending]) -> Shape:
    if len(step.inputs) > 1:
        return Shape.OPEN
    if step.group in LIGHT:
        return inner[0].shape if inner else Shape.LIGHT
    return Shape.OPEN if step.group in HEAVY and not inner else Shape.CLOSED
