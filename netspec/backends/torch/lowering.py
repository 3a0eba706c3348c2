"""How an op becomes PyTorch: a structured description, in a table by the op's exact class."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from netspec.backends.torch.code import (
    Argument,
    Call,
    Infix,
    List,
    Literal,
    Module,
    Name,
    Node,
    Operand,
    Slot,
)
from netspec.backends.torch.tree import walk
from netspec.ops.base import Op
from netspec.tensor import Tensor

Tensors = tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Lowering:
    """An op as PyTorch.

    `form` is the expression that `forward` applies, over `Operand`s and, where a module must be
    registered, `Module()`. `module` constructs a module that does the same; ops in an
    `nn.Sequential` need it. `helper` is the source of the class that `module` names where torch has
    none; it knows `torch`, `nn` and `F` (torch.nn.functional) and nothing else.

    `in_place` is the form that overwrites its operand, used where that is `fresh`: a new tensor
    that the op which made it does not need for its gradient.

    `extras` is the op with its extra outputs (`pool.indices`), used where one of them is read.
    `bare` says that `module` makes a tensor (an `nn.Parameter`), not an `nn.Module`. `prologue` is
    a statement that the network's `forward` starts with; `{}` in it is the network's first input.
    """

    form: Node
    module: Node | None = None
    helper: str | None = None
    in_place: Node | None = None
    fresh: bool = False
    extras: Lowering | None = None
    bare: bool = False
    prologue: str | None = None

    def __post_init__(self) -> None:
        if self.helper is not None:
            class_of(self.helper)

    @property
    def registered(self) -> bool:
        """Whether the op has weights, or behaves differently in training."""
        return next(walk(self.form, Module), None) is not None

    @property
    def in_sequence(self) -> bool:
        """Whether the module alone, applied to the one input, is the op."""
        return self.module is not None and (not self.registered or self.form == APPLIED)


def class_of(helper: str) -> str:
    """The name of the one class that a helper is; ValueError for any other source."""
    found = re.findall(r"^\S.*", helper, re.MULTILINE)
    name = re.match(r"class (\w+)\(", found[0]) if len(found) == 1 else None
    if name is None:
        raise ValueError("a helper is the source of one class, from `class NAME(` on, not indented")
    return name[1]


APPLIED = Call(Module(), (Operand(0),))

OpType = TypeVar("OpType", bound=Op)
Lower = Callable[[OpType, Tensors], Lowering]

_table: dict[type[Op], Lower[Any]] = {}


def lowers(op_class: type[OpType]) -> Callable[[Lower[OpType]], Lower[OpType]]:
    """Register how ops of exactly this class are lowered; a second time raises ValueError."""

    def register(lower: Lower[OpType]) -> Lower[OpType]:
        if op_class in _table:
            raise ValueError(f"{op_class.__qualname__} already has a lowering to torch")
        _table[op_class] = lower
        return lower

    return register


def find(op_class: type[Op]) -> Lower[Any] | None:
    """The function that lowers ops of exactly this class, or None."""
    return _table.get(op_class)


# ------------------------------------------------------------------ the words lowerings are made of


def call(function: str | Node, *arguments: Node) -> Call:
    """`function(arguments)`."""
    return Call(Name(function) if isinstance(function, str) else function, arguments)


def value(name: str, given: Hashable, of: str | None = None) -> Argument:
    """A positional argument that torch calls `name`; `of` is the op's argument that gives it."""
    return Argument(Slot(given, name, of))


def option(name: str, given: Hashable, default: Any, of: str | None = None) -> Argument:
    """A keyword argument with torch's default; the op's argument has the same name, or is `of`."""
    return Argument(Slot(given, name, of or name), name, default)


def registered(
    module: Node, helper: str | None = None, inputs: int = 1, *, fresh: bool = False
) -> Lowering:
    """An op whose module, applied to its inputs, holds weights or is different in training."""
    given = tuple(Operand(k) for k in range(inputs))
    return Lowering(Call(Module(), given), module, helper, fresh=fresh)


def stateless(function: str, module: str, *arguments: Argument) -> Lowering:
    """An op that torch has as a function of its input and as a module, with the same arguments."""
    return Lowering(call(function, Operand(0), *arguments), call(module, *arguments))


def operands(inputs: Tensors) -> List:
    """All inputs, as a list."""
    return List(tuple(Operand(k) for k in range(len(inputs))))


def infix(operator: str, *nodes: Node) -> Node:
    """The nodes joined by an operator; a single one is itself."""
    return nodes[0] if len(nodes) == 1 else Infix(operator, nodes)


def constant(given: Any) -> Literal:
    """A literal that belongs to the form itself, not to the op's arguments."""
    return Literal(given)
