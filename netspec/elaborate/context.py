"""What surrounds a step while a body is elaborated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from netspec.diagnostics import Note, Span, SpecError
from netspec.elaborate.environment import Environment
from netspec.elaborate.naming import NO_MARK, Level, Mark
from netspec.elaborate.values import BlockValue
from netspec.program import Argument, Call, Loop, Path, Value
from netspec.syntax.expression import shown
from netspec.syntax.spec import Block
from netspec.syntax.steps import Origin, Step, Use, Weights

NO_WEIGHTS = Weights()

Flow = tuple[Value, ...]
"""The value so far: a flat tuple of tensors, usually of one."""


class Around(NamedTuple):
    """What stands around unfinished instances: `outer` says what their inputs stand for, `inputs`
    where the network's are written, `params` what notes say of the file's, `picked` the `from` of
    calls.
    """

    outer: dict[Value, Value]
    inputs: dict[Value, Span]
    params: dict[str, Note]
    picked: dict[Call, Origin]


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
    the step says of its weights, `origin` its `from`; of a merge `paths` are the branches that made
    its operands, one each, and `start` is what they take.
    """

    use: Use
    context: Context
    address: Path | None = None
    weights: Weights = NO_WEIGHTS
    origin: Origin | None = None
    note: str | None = None
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    """Those of an op that does not take its inputs."""
    paths: tuple[Step, ...] = ()
    start: Flow = ()

    @property
    def operands(self) -> tuple[str, ...]:
        """The names that the step's `from` gives its operands."""
        return () if self.origin is None else tuple(self.origin.operands)

    def path(self, *, merge: bool) -> Path:
        """The path of the use's call: by its name, else called after what is used."""
        return self.address or self.context.level.unnamed(self.use.base, merge=merge)


@dataclass(frozen=True, slots=True)
class Frame:
    """A link of the chain that led here: the use of a block with its arguments (`inline` is the
    block if it is an inline one), or an iteration of a loop with its variables, without a block.
    """

    block: str
    span: Span
    caller: Frame | None
    inline: Block | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = None

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

    @property
    def note(self) -> Note:
        """This link, as messages show it. The use of a block that is itself the step of a loop
        speaks for the loop too.
        """
        if not self.block:
            return Note(f"in the loop here{settings(self.arguments)}", self.span)
        above = self.caller
        is_step = above is not None and not above.block and above.span is self.span
        iteration = {"i": above.arguments["i"]} if above is not None and is_step else {}
        given = settings({**self.arguments, **iteration})
        return Note(f"in `{self.block}`, used here{given}", self.span)

    def added_to(self, error: SpecError) -> SpecError:
        """The same faults, with this link added to the chain that led there."""
        return SpecError(
            d
            if not self.block and d.notes and d.notes[-1].span is self.span
            else replace(d, notes=(*d.notes, self.note))
            for d in error.diagnostics
        )


MOST_SETTINGS = 60
"""Characters of the arguments that a note shows."""


def settings(arguments: Mapping[str, Any]) -> str:
    """The arguments that are numbers, words or short lists, in brackets: ` (width = 64, i = 2)`."""
    parts: list[str] = []
    for name, value in arguments.items():
        value = getattr(value, "value", value)
        entries = value if isinstance(value, tuple) else (value,)
        if name in ("first", "last") or not all(isinstance(e, int | float | str) for e in entries):
            continue
        part = f"{name} = {shown(value)}"
        if len(", ".join([*parts, part])) <= MOST_SETTINGS:
            parts.append(part)
    return f" ({', '.join(parts)})" if parts else ""


def in_chain(error: SpecError, frame: Frame | None) -> SpecError:
    """The same faults with all of the chain that led there."""
    for link in frame or ():
        error = link.added_to(error)
    return error


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
