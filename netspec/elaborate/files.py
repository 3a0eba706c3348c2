"""What the files of a spec give to every step in them: params, defaults, arguments made ready."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from netspec.elaborate.arguments import (
    Prepared,
    Ready,
    Supplied,
    prepare,
    prepare_defaults,
    ready,
    takes_block,
)
from netspec.elaborate.binding import bind_op, checked, default
from netspec.elaborate.environment import Environment
from netspec.ops.base import Op
from netspec.program import Argument
from netspec.syntax.nodes import Node
from netspec.syntax.spec import Block, SpecFile
from netspec.syntax.steps import Use
from netspec.tensor import Tensor


class Files:
    """Names and arguments of one elaboration, each worked out once."""

    def __init__(self) -> None:
        self._ops: dict[Hashable, tuple[Op, Mapping[str, Argument]]] = {}
        self._prepared: dict[tuple[int, int], tuple[Prepared, ...]] = {}
        self._lists: dict[int, Ready] = {}
        self._environments: dict[int, Environment] = {}

    def environment(self, home: SpecFile) -> Environment:
        """A copy of the names that a file's bodies start from: its params."""
        if id(home) not in self._environments:
            self._environments[id(home)] = self._file_environment(home)
        return self._environments[id(home)].extended({})

    def _file_environment(self, home: SpecFile) -> Environment:
        environment = Environment({}, home)
        for name, parameter in home.params.items():
            given = home.overrides.get(name)
            if given is not None:
                block = takes_block(parameter, home.params, home)
                value = ready(given, block=block).evaluate(environment, {})
            else:
                value = default(parameter, home.name, parameter.span, environment).value
            span = parameter.span if given is None else given.span
            environment[name] = checked(value, parameter, span)
        return environment

    def prepared(self, use: Use, target: Block | type[Op]) -> tuple[Prepared, ...]:
        """The arguments of a use, made ready once."""
        cached = (id(use), id(target))
        if cached not in self._prepared:
            self._prepared[cached] = prepare(use, target)
        return self._prepared[cached]

    def defaults(
        self, name: str, target: Block | type[Op], home: SpecFile, inputs: tuple[Tensor, ...]
    ) -> list[Supplied]:
        """What a file's `defaults` say of an op or block; they see the file's params and `in_*`."""
        given = home.defaults.get(name)
        if given is None:
            return []
        cached = (id(given), id(target))
        if cached not in self._prepared:
            self._prepared[cached] = prepare_defaults(given, target)
        names = self.environment(home)
        names.inputs = inputs
        return [Supplied(self._prepared[cached], names, {})]

    def block_list(self, node: Node) -> Ready:
        """A list with blocks in it, made ready once."""
        if id(node) not in self._lists:
            self._lists[id(node)] = ready(node, block=False)
        return self._lists[id(node)]

    def op(
        self, target: type[Op], use: Use, supplied: list[Supplied], operands: Sequence[str]
    ) -> tuple[Op, Mapping[str, Argument]]:
        """The op of a use; one whose arguments are all constants is made once."""
        if not all(a.ready.constant for given in supplied for a in given.arguments):
            return bind_op(target, use, supplied, operands)
        cached = (target, *(id(given.arguments) for given in supplied))
        if cached not in self._ops:
            self._ops[cached] = bind_op(target, use, supplied)
        return self._ops[cached]
