"""What surrounds a step while a body is elaborated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from netspec.diagnostics import Note, Span, SpecError
from netspec.elaborate.environment import Environment
from netspec.elaborate.naming import NO_MARK, Level, Mark
from netspec.elaborate.values import BlockValue
from netspec.program import Loop, Path, Value
from netspec.syntax.spec import Block
from netspec.syntax.steps import Step, Use, Weights

NO_WEIGHTS = Weights()

Flow = tuple[Value, ...]
"""The value so far: a flat tuple of tensors, usually of one."""


class Abandoned(Exception):
    """A fault was reported; nothing can be said of what depends on it."""


@dataclass(frozen=True, slots=True)
class Context:
    """The variables, the level of the module tree and the loops that a step stands in."""

    environment: Environment
    level: Level
    loops: tuple[Loop, ...] = ()
    open_loops: tuple[frozenset[str], ...] = ()
    """The variables of each unnamed loop since the level began."""
    fixed: bool = False
    """Whether the weights of whatever stands here are constants."""
    shared: dict[Step, Played | None] | None = None
    """In a loop: the steps with `share`, as an iteration did them; None while none did."""
    depth: int = 0
    """How many of the `open_loops` stand around the loop that steps share in."""

    def of(self, flow: Flow) -> Environment:
        """The environment, its `in_*` set to speak of `flow`."""
        self.environment.inputs = tuple([value.type for value in flow])
        return self.environment

    def inside(self, level: Level) -> Context:
        """The same in a new level."""
        return replace(self, level=level, open_loops=())


@dataclass(frozen=True, slots=True)
class Played:
    """A step that was done, for `again` and `share`: where it stood, and what its level was like
    before and after.
    """

    step: Step
    context: Context
    address: Path | None
    since: Mark = NO_MARK
    until: Mark | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A use in its place: `address` is the path that a name gives it, if one does, `weights` what
    the step says of its weights, `operands` the names that its `from` gives.
    """

    use: Use
    context: Context
    address: Path | None = None
    weights: Weights = NO_WEIGHTS
    operands: tuple[str, ...] = ()
    note: str | None = None

    def path(self, *, merge: bool) -> Path:
        """The path of the use's call: by its name, else called after what is used."""
        return self.address or self.context.level.unnamed(self.use.base, merge=merge)


@dataclass(frozen=True, slots=True)
class Frame:
    """A link of the chain of blocks that led here; `inline` is the block if it is an inline one."""

    block: str
    span: Span
    caller: Frame | None
    inline: Block | None = None

    def __iter__(self) -> Iterator[Frame]:
        """This link and those above it."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.caller

    @property
    def recurs(self) -> bool:
        """Whether the block stands inside itself."""
        return self.caller is not None and any(self.block == above.block for above in self.caller)

    def notes(self) -> Iterator[Note]:
        for frame in self:
            yield Note(f"in `{frame.block}`, used here", frame.span)


def with_notes(error: SpecError, notes: Iterable[Note]) -> SpecError:
    """The same faults with more of the chain that led there."""
    added = tuple(notes)
    return SpecError(replace(d, notes=d.notes + added) for d in error.diagnostics)


def kind_of(value: Any) -> str:
    """A value as messages name it."""
    if isinstance(value, BlockValue):
        return "a block"
    if isinstance(value, tuple):
        return "a list"
    return repr(value) if isinstance(value, str) else str(value)
