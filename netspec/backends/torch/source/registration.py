"""`__init__`: the modules of a class, in the order of the code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netspec.backends.torch.code import Attribute, Call, Name, Node, Started, Text
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.constructor import Constructor, own_parameter
from netspec.backends.torch.source.containers import Container, containers
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.layout import lines, text
from netspec.backends.torch.source.names import is_attribute, is_module_attribute
from netspec.backends.torch.source.references import References
from netspec.backends.torch.source.resolve import Loops, depends_on, label, loop_variable, plain
from netspec.backends.torch.source.steps import Repeat, Step, When, all_steps
from netspec.backends.torch.source.weights import afterwards
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


def registrations(cls: Class, references: References) -> list[str]:
    """The statements that register the modules of the class."""
    waiting = {c.name: c for c in containers(cls.body.steps).children if isinstance(c, Container)}
    constructor = Constructor(cls, references)

    def registered(steps: tuple[Node, ...], depth: int) -> Iterator[str]:
        for made in (made for step in steps for made in _made_by(step)):
            if isinstance(made, When):
                yield from constructor.when(made, depth, registered)
            elif not isinstance(made, Step):
                yield from _statements(made, {}, depth)
            elif not made.container:
                yield from constructor.step(made, depth, _statements)
            elif made.container[0] in waiting:
                name = made.container[0]
                module = waiting.pop(name).constructor()
                yield from _assigned(name, module, Kind.MODULE, {}, depth)

    return list(registered(cls.body.steps, DEPTH))


def _made_by(node: Node) -> Iterator[Node]:
    """The steps that register modules; out of a loop what stands in a list or is shared."""
    if isinstance(node, Step) and node.registers:
        yield node
    if isinstance(node, When) and any(step.registers for step in all_steps((node,))):
        yield node
    if isinstance(node, Repeat):
        made = [inner for step in node.steps for inner in _made_by(step)]
        inside = [inner for inner in made if _is_made_inside(inner, node)]
        yield from (inner for inner in made if inner not in inside)
        if inside:
            yield replace(node, steps=tuple(inside))


def _is_made_inside(inner: Node, loop: Repeat) -> bool:
    in_list = isinstance(inner, Step) and bool(inner.container)
    return not in_list and depends_on(_made(inner), loop.height)


def _made(node: Node) -> object:
    return tuple((step.label, step.module) for step in all_steps((node,)))


def _statements(node: Node, loops: Loops, depth: int) -> Iterator[str]:
    if isinstance(node, Step):
        yield from _registered(node, loops, depth)
    if isinstance(node, Repeat):
        variable = loop_variable(_made(node), node.height, loops)
        count = text(plain(node.count, loops, own_parameter))
        yield f"{' ' * INDENT * depth}for {variable} in range({count}):"
        for inner in node.steps:
            yield from _statements(inner, {**loops, node.height: variable}, depth + 1)


def _registered(step: Step, loops: Loops, depth: int) -> list[str]:
    assert step.module is not None
    if not step.label.grows:
        return _assigned(step.label.text, step.module, step.kind, loops, depth)
    value = plain(step.module, loops, own_parameter)
    return _added(label(step.label, loops), value, step.kind, depth)


def _assigned(name: str, module: Node, kind: Kind, loops: Loops, depth: int) -> list[str]:
    """`self.name = module`, or what does the same where the name is no attribute."""
    if is_attribute(name) and kind is not Kind.BUFFER:
        return _filled(Attribute(Name("self"), name), module, loops, depth)
    value = plain(module, loops, own_parameter)
    if is_module_attribute(name):
        return lines(f'self.{kind.store}["{name}"] = ', value, depth=depth)
    return _added(Text((name,)), value, kind, depth)


def _filled(target: Node, module: Node, loops: Loops, depth: int) -> list[str]:
    """An assignment, and the statements that fill weights."""
    if isinstance(module, Started):
        before = _filled(target, module.module, loops, depth)
        filling = plain(afterwards(module, target), loops, own_parameter)
        return [*before, *lines("", filling, depth=depth)]
    return lines(f"{text(target)} = ", plain(module, loops, own_parameter), depth=depth)


def _added(name: Node, value: Node, kind: Kind, depth: int) -> list[str]:
    return lines("", Call(Name(f"self.{kind.adder}"), (name, value)), depth=depth)
