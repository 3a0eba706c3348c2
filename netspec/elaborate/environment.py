"""What names mean: variables, then the shape of the input, then blocks, then ops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from netspec.diagnostics import Note, Report
from netspec.elaborate.values import BlockValue, Reference
from netspec.ops import base as ops
from netspec.ops import installed
from netspec.syntax.expression import shown
from netspec.syntax.parse import parse_spec
from netspec.syntax.reader import read_nodes, read_source
from netspec.syntax.spec import BUILT_IN, Block, SpecFile
from netspec.syntax.steps import IDENTIFIER
from netspec.tensor import Tensor

STD = Path(__file__).parent.parent / "std"


class Environment(dict[str, Any]):
    """The variables that a step sees. Other names fall through to the input's shape (`in_channels`,
    ...), the file's blocks, the standard library's, and ops.
    """

    __slots__ = ("home", "inputs")

    def __init__(self, variables: Mapping[str, Any], home: SpecFile) -> None:
        super().__init__(variables)
        self.home = home
        self.inputs: tuple[Tensor, ...] = ()

    def __missing__(self, name: str) -> Any:
        if name in BUILT_IN and self.inputs:
            return _of_shape(name, self.inputs[0].shape)
        target = resolve(name, self.home)
        if target is None:
            raise KeyError(name)
        return Reference(name, target)

    def extended(self, variables: Mapping[str, Any]) -> Environment:
        """A copy with more variables."""
        inner = Environment(self, self.home)
        inner.update(variables)
        inner.inputs = self.inputs
        return inner

    def at(self, inputs: tuple[Tensor, ...]) -> Environment:
        """The same names, `in_*` speaking of other inputs."""
        inner = Environment(self, self.home)
        inner.inputs = inputs
        return inner


def set_by(text: str, environment: Environment) -> list[Note]:
    """Where the params of the file that a text mentions are set, and to what."""
    params, overrides = environment.home.params, environment.home.overrides
    mentioned = [name for name in dict.fromkeys(IDENTIFIER.findall(text)) if name in params]
    return [
        Note(
            f"`{name}` is {shown(environment[name])}, set here",
            overrides[name].span if name in overrides else params[name].span,
        )
        for name in mentioned
        if name in environment and not isinstance(environment[name], BlockValue)
    ]


def _of_shape(name: str, shape: tuple[int, ...]) -> Any:
    if name == "in_shape":
        return shape
    if name in ("in_channels", "in_features"):
        return shape[0 if name == "in_channels" else -1]
    axis = -2 if name == "in_height" else -1
    if len(shape) < 3:
        raise ValueError(f"the input has no {name.removeprefix('in_')}: it is {list(shape)}")
    return shape[axis]


def resolve(name: str, home: SpecFile) -> Block | type[ops.Op] | None:
    """The block or op that a file means by `name`: its own blocks, those that it uses under a
    prefix, the standard library, ops, those of installed packages last.
    """
    prefix, dot, rest = name.partition(".")
    if dot:
        used = home.uses.get(prefix)
        return used.blocks.get(rest) if used else None
    known = home.blocks.get(name) or standard_block(name) or ops.find(name)
    return known or (installed.find(name) if name.isidentifier() else None)


@cache
def standard_block(name: str) -> Block | None:
    """The block of the standard library of that name (in the file of that name), or None."""
    if name not in standard_names():
        return None
    report = Report()
    source = read_source(STD / f"{name}.yaml", f"std/{name}.yaml")
    file = parse_spec(read_nodes(source, report), source, report)
    report.raise_if_any()
    return file.blocks[name]


@cache
def standard_names() -> frozenset[str]:
    return frozenset(path.stem for path in STD.glob("*.yaml"))


def callable_names(home: SpecFile) -> Iterable[str]:
    """Every block and op that a file can use."""
    used = [f"{prefix}.{name}" for prefix, file in home.uses.items() for name in file.blocks]
    return [*home.blocks, *used, *standard_names(), *installed.names()]
