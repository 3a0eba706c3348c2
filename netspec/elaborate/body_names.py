"""The names of tensors in one body, and those in a `from` that are none of them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from netspec.diagnostics import Note, Span, SpecError
from netspec.elaborate.environment import callable_names
from netspec.elaborate.unknown import could_be_input, unknown_wire
from netspec.syntax.closures import WORDS
from netspec.syntax.expression import Expression
from netspec.syntax.spec import BUILT_IN, Block, SpecFile
from netspec.syntax.steps import Repetition, Step, every_step, step_names

Names = AbstractSet[str]


@dataclass(frozen=True)
class BodyNames:
    """The body of a block, or of the file's network where there is none. `wires`, below, are the
    names of tensors there, one with an expression in it as its beginning and `*`.
    """

    file: SpecFile
    block: Block | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.file.body if self.block is None else self.block.body

    @property
    def wires(self) -> Names:
        """The names of the steps and inputs."""
        if self.block is not None:
            return step_names(self.steps) | {name.text for name in self.block.inputs}
        return step_names(self.steps) | {each.name for each in self.file.inputs if each.name}

    @property
    def loops(self) -> Iterator[Repetition]:
        """Every loop in the body."""
        return (step.loop for step in every_step(self.steps) if step.loop is not None)

    def is_known(self, name: str, wires: Names) -> bool:
        """Whether a step, or an input, has the name, or may have it."""
        step = name.partition(".")[0]
        beginnings = tuple(wire[:-1] for wire in wires if wire.endswith("*"))
        return step in wires or step.startswith(beginnings) or step in self.file.faulty

    def unknown(self, source: Expression, names: Names, wires: Names) -> list[str]:
        """The names in a `from` that are neither variables (`names`) nor of tensors."""
        found = source.names - names - {"_"} - WORDS.keys()
        return [name for name in sorted(found) if not self.is_known(name, wires)]

    def no_step(self, name: str, wires: Names, span: Span, step: Step | None) -> SpecError:
        """The fault (NS207) of an unknown name in a step, or in `outputs`."""
        body = list(every_step(self.steps))
        later = step_names(body[body.index(step) :]) if step in body else frozenset()
        before = sorted(wire for wire in wires - later if not wire.endswith("*"))
        return unknown_wire(name, span, before, self.block, self.file)

    def unbound(self, expression: Expression, name: str, names: Names) -> SpecError:
        """The fault (NS206) of a name in an expression that is none of the variables; of a loop's
        outside of its loop says so.
        """
        known = [*names, *BUILT_IN, *callable_names(self.file)]
        error = expression.unbound(name, dict.fromkeys(known))
        loop = next((loop for loop in self._every_loop() if name in loop.variables), None)
        if loop is None:
            listed = "known here: " + ", ".join(f"`{each}`" for each in sorted(names)[:20])
            hinted = (replace(d, hint=d.hint or listed) for d in error.diagnostics)
            return SpecError(hinted) if names else error
        hint = "a variable of a loop is known in the steps of that loop"
        if not any(name in own.variables for own in self.loops):
            hint = "a block sees nothing of the place where it is used: give it a parameter"
        notes = (Note(f"`{name}` is of this loop", loop.span),)
        return SpecError(replace(d, hint=hint, notes=notes) for d in error.diagnostics)

    def _every_loop(self) -> Iterator[Repetition]:
        for block in (None, *self.file.blocks.values()):
            yield from BodyNames(self.file, block).loops

    def unnamed_inputs(self, names: Names) -> dict[str, Span]:
        """What the steps of a block without `inputs` take by names that could only be inputs, each
        with its first mention.
        """
        found: dict[str, Span] = {}
        if self.block is None or self.block.inputs:
            return found
        wires, variables = self.wires, {v for loop in self.loops for v in loop.variables}
        for step in every_step(self.steps):
            for source in step.origin.expressions if step.origin is not None else ():
                for name in self.unknown(source, names | variables, wires):
                    if could_be_input(name, sorted(wires), self.file):
                        found.setdefault(name, source.place_of(name))
        return found
