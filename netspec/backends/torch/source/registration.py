"""`__init__`: the modules of a class, in the order of the code."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.backends.torch.code import Call, Name, Node, Parameter, Text
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.containers import Container, containers
from netspec.backends.torch.source.layout import lines, text
from netspec.backends.torch.source.names import is_attribute, is_module_attribute
from netspec.backends.torch.source.resolve import Loops, label, loop_variable, plain
from netspec.backends.torch.source.steps import Repeat, Step, all_steps
from netspec.backends.torch.source.wrapping import INDENT

DEPTH = 2
"""Levels of indentation in a method."""


def local_variables(cls: Class) -> list[str]:
    """The statements for numbers that follow from the parameters."""
    return [
        line
        for name, node in cls.locals.items()
        for line in lines(f"{name} = ", plain(node, {}, own_parameter), depth=DEPTH)
    ]


def registrations(cls: Class) -> list[str]:
    """The statements that register the modules of the class."""
    waiting = {c.name: c for c in containers(cls.body.steps).children if isinstance(c, Container)}
    result: list[str] = []
    for step in cls.body.steps:
        for inner in all_steps((step,)):
            if inner.registered and inner.container and inner.container[0] in waiting:
                name = inner.container[0]
                result += _assigned(name, waiting.pop(name).constructor(), {}, DEPTH)
        result += _own(step, {}, DEPTH)
    return result


def _own(step: Node, loops: Loops, depth: int) -> Iterator[str]:
    """The statements for direct children of the class."""
    if isinstance(step, Step) and step.registered and not step.container:
        assert step.module is not None
        yield from _registered(step, step.module, loops, depth)
    if isinstance(step, Repeat):
        own = [s for s in all_steps(step.steps) if s.registered and not s.container]
        if own:
            modules = tuple((s.label, s.module) for s in own)
            variable = loop_variable(modules, step.height, loops)
            count = text(plain(step.count, loops, own_parameter))
            yield f"{' ' * INDENT * depth}for {variable} in range({count}):"
            for inner in step.steps:
                yield from _own(inner, {**loops, step.height: variable}, depth + 1)


def _registered(step: Step, module: Node, loops: Loops, depth: int) -> list[str]:
    if not step.label.grows:
        return _assigned(step.label.text, module, loops, depth)
    return _added(label(step.label, loops), plain(module, loops, own_parameter), depth)


def _assigned(name: str, module: Node, loops: Loops, depth: int) -> list[str]:
    """`self.name = module`, or what does the same where the name is no attribute."""
    value = plain(module, loops, own_parameter)
    if is_attribute(name):
        return lines(f"self.{name} = ", value, depth=depth)
    if is_module_attribute(name):
        return lines(f'self._modules["{name}"] = ', value, depth=depth)
    return _added(Text((name,)), value, depth)


def _added(name: Node, module: Node, depth: int) -> list[str]:
    return lines("", Call(Name("self.add_module"), (name, module)), depth=depth)


def own_parameter(parameter: Parameter) -> Node:
    """A constructor parameter inside of `__init__`."""
    return Name(parameter.name)
