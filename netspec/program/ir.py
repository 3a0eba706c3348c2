"""Programs: instances of blocks, each a dataflow graph of calls to ops and to other instances.

An instance is a block body with every parameter, loop and shape settled. Two uses with the same
arguments and input shapes are the same `Instance` object, so whatever is computed of one (cost,
source, diagram) is computed once and composed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

from netspec.diagnostics import Span
from netspec.ops.base import Op
from netspec.tensor import Tensor

Path = tuple[str, ...]


@dataclass(eq=False, slots=True)
class Value:
    """A tensor that flows through one instance's body: an input of it, or an output of a call."""

    type: Tensor
    producer: Call | None = field(default=None, repr=False)
    index: int = 0
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """One iteration of a loop of the text: calls of the same `key` came from the same loop.

    `key` is unique in its instance. Nested loops are written outermost first in `Call.loops`.
    `variables` are what expressions in the iteration may speak of besides, `over` the texts of the
    lists that they come from; that of a `repeat`'s count has no name.
    """

    key: int
    iteration: int
    variables: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    over: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands in the module tree, relative to its instance.

    Application `k` of the call has the path `group + (stem,)`, or, when `first` is given,
    `group + (stem + str(first + k),)`: `layer1.0`, `layer1.1` is group `("layer1",)`, stem `""`,
    first 0.
    """

    group: Path
    stem: str
    first: int | None = None

    def path(self, application: int = 0) -> Path:
        if self.first is None:
            return (*self.group, self.stem)
        return (*self.group, f"{self.stem}{self.first + application}")

    def application(self, path: Path) -> int | None:
        """Which application has that path, counted from 0; None if none has."""
        if self.first is None or path[:-1] != self.group or not path[-1].startswith(self.stem):
            return 0 if path == self.path() else None
        number = path[-1].removeprefix(self.stem)
        if not number.isdecimal() or int(number) < self.first:
            return None
        application = int(number) - self.first
        return application if self.path(application) == path else None


class Tie(NamedTuple):
    """A weight of another call of the instance: `weight` of the module at `path`, or its transpose.

    `weight` is a key of that module's state dict (`weight`, `conv1.weight`).
    """

    path: Path
    weight: str
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Init:
    """How a weight starts: a scheme of `torch.nn.init` without its `_` (`kaiming_normal`,
    `constant`) with its arguments by name, or `values` with nested tuples under `values`; and the
    expressions that gave them, where they are no literals.
    """

    scheme: str
    arguments: tuple[tuple[str, Any], ...] = ()
    expressions: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    span: Span | None = field(default=None, compare=False, repr=False)
    """Where the spec says so."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """What a step says of the weights of its call, beyond what its target says.

    `again`: they are those of an earlier call at the same place, and nothing is registered.
    `fixed`: they are constants: buffers. `init` and `ties` are by the weight's key in the call's
    own module (`weight`, `conv1.bias`); a tied weight is not registered.
    """

    again: bool = False
    fixed: bool = False
    init: Mapping[str, Init] = field(default_factory=dict)
    ties: Mapping[str, Tie] = field(default_factory=dict)


PLAIN = Weighting()


@dataclass(eq=False, slots=True)
class Call:
    """An op or an instance applied to values.

    With `count` > 1 the target is applied that many times in a row, each time with weights of its
    own (with `again` the same ones each time), each to the result of the one before (one input and
    one output of the same type); `outputs` is the last result. A `train_only` call is needed for
    outputs that only training has.
    """

    target: Op | Instance
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    place: Place
    span: Span
    count: int = 1
    loops: tuple[Loop, ...] = ()
    note: str | None = None
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    weighting: Weighting = PLAIN
    train_only: bool = False
    conditions: tuple[str, ...] = ()
    """The texts of the `when`s that it stands under, outermost first."""

    @property
    def paths(self) -> Iterator[Path]:
        """The path of each application, in order."""
        if self.weighting.again:
            return repeat(self.place.path(), self.count)
        return (self.place.path(k) for k in range(self.count))

    def registers(self, path: Path) -> bool:
        """Whether it is the call that registers what stands at a path."""
        application = self.place.application(path)
        return not self.weighting.again and application is not None and application < self.count


@dataclass(frozen=True, slots=True)
class Argument:
    """A settled argument beside the expression that gave it (None where it was a literal), and
    where it is written.
    """

    value: Any
    expression: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


class Condition(NamedTuple):
    """A `when` of a body: its text, whether it held, and the numbers and words that it spoke of."""

    text: str
    holds: bool
    names: Mapping[str, Any]
    span: Span


@dataclass(eq=False, slots=True)
class Instance:
    """A block body with parameters, loops and shapes settled."""

    block: str
    arguments: Mapping[str, Argument]
    inputs: tuple[Value, ...]
    calls: list[Call]
    outputs: tuple[Value, ...]
    span: Span
    about: str | None = None
    output_names: tuple[str, ...] = ()
    """The names of the outputs, where the block names them."""
    conditions: tuple[Condition, ...] = ()
    """Those of the body itself that came out the same each time."""
    defaults: Mapping[str, Argument] = field(default_factory=dict)
    """What the block declares as the defaults of its parameters: literals by their value, others by
    their expression alone."""


@dataclass(frozen=True, eq=False)
class Program:
    """A checked network. `root` is the instance of the file's body, its inputs (by their `name`)
    and outputs (by `output_names`, if there are several) the network's; those in `train_only` are
    given in training only.
    """

    name: str
    root: Instance
    about: str | None = None
    source: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    spec: str = ""
    train_only: frozenset[str] = frozenset()

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return tuple(value.type for value in self.root.inputs)

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        return tuple(value.type for value in self.root.outputs)

    @property
    def eval_outputs(self) -> tuple[Tensor, ...]:
        """Those that evaluation has."""
        if not self.train_only:
            return self.outputs
        named = zip(self.root.output_names, self.outputs, strict=True)
        return tuple(tensor for name, tensor in named if name not in self.train_only)

    def instances(self) -> list[Instance]:
        """Every distinct instance, callees before callers, the root last."""
        order: dict[int, Instance] = {}
        stack: list[tuple[Instance, bool]] = [(self.root, False)]
        while stack:
            instance, done = stack.pop()
            if done:
                order.setdefault(id(instance), instance)
            elif id(instance) not in order:
                stack.append((instance, True))
                callees = [call.target for call in instance.calls]
                stack += [(c, False) for c in reversed(callees) if isinstance(c, Instance)]
        return list(order.values())
