"""`__init__`: the modules of a class in the order of the code, then how their weights start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from netspec.backends.torch.code import (
    Argument,
    Attribute,
    Call,
    Generator,
    Label,
    Name,
    Node,
    Option,
    Pair,
    Started,
    origin_of,
)
from netspec.backends.torch.source.classes import Class, Part
from netspec.backends.torch.source.constructor import (
    Constructor,
    has_options,
    is_sequence,
    own_parameter,
)
from netspec.backends.torch.source.containers import Container, containers
from netspec.backends.torch.source.filling import (
    Fill,
    Fills,
    alike,
    are_children,
    loop,
    module_class,
    statements,
    unwrapped,
    variable_for,
    without_fills,
)
from netspec.backends.torch.source.iterations import Iterated
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.layout import lines, text
from netspec.backends.torch.source.names import (
    distinct,
    is_attribute,
    is_module_attribute,
    variable,
)
from netspec.backends.torch.source.printed import traced
from netspec.backends.torch.source.references import References
from netspec.backends.torch.source.resolve import (
    Loops,
    depends_on,
    label,
    loop_variable,
    plain,
)
from netspec.backends.torch.source.steps import Repeat, Step, When, all_steps
from netspec.backends.torch.source.wrapping import INDENT
from netspec.backends.torch.tree import rewrite, walk

DEPTH = 2
"""Levels of indentation in a method."""


def local_variables(cls: Class) -> list[str]:
    """The statements for numbers that follow from the parameters."""
    margin, result = " " * INDENT * DEPTH, []
    for name, node in cls.fallbacks.items():
        result.append(f"{margin}if {name} is None:")
        result += lines(f"{name} = ", plain(node, {}, own_parameter), depth=DEPTH + 1)
    for name, node in cls.locals.items():
        result += lines(f"{name} = ", plain(node, {}, own_parameter), depth=DEPTH)
    return result


def registrations(cls: Class, references: References) -> list[str]:
    """The statements that register the modules of the class and fill their weights."""
    registrar = _Registrar(cls, references)
    made = list(registrar.modules(cls.body.steps, DEPTH))
    return [*made, *network_wide(cls), *registrar.fills]


def as_sequence(cls: Class, call: Call, references: References) -> list[str]:
    """The same for a class that is itself an `nn.Sequential`, made by that call."""
    registrar = _Registrar(cls, references)
    made = registrar.apart(call, Name("self"), {}, DEPTH)
    assert isinstance(made.module, Call)
    constructed = registrar.constructor.sequence(made.module, DEPTH)
    filled = [*made.after, *registrar.fills]
    return [*traced([*made.before, *constructed]), *network_wide(cls), *traced(filled)]


def network_wide(cls: Class) -> list[str]:
    """What the class of the network says of the weights of all its modules."""
    if cls.initial is None:
        return []
    rules = traced(loop("self.modules()", cls.initial.starts, DEPTH))
    return [*rules, *(line for part in cls.initial.parts for line in traced(_exception(part)))]


def _exception(part: Part) -> Iterator[str]:
    depth = DEPTH
    if part.of is not None:
        yield f"{' ' * INDENT * DEPTH}for module in self.modules():"
        yield f"{' ' * INDENT * (DEPTH + 1)}if isinstance(module, {part.of.name}):"
        depth += 2
    for name, fills in part.children.items():
        yield from statements(Attribute(part.at, name), fills, depth)


class _Apart(NamedTuple):
    """An expression for modules, and the statements before and after it that fill weights."""

    before: list[str]
    module: Node
    after: list[str]


class _Registrar:
    """Registers the modules of one class; `fills` are the statements for their weights."""

    def __init__(self, cls: Class, references: References) -> None:
        self.constructor = Constructor(cls, references)
        self.fills: list[str] = []
        self.taken = {parameter.name for parameter in cls.parameters} | set(cls.locals)
        children = containers(cls.body.steps).children
        self.waiting = {c.name: c for c in children if isinstance(c, Container)}

    def modules(self, steps: tuple[Node, ...], depth: int) -> Iterator[str]:
        for made in (made for step in steps for made in _made_by(step)):
            filled = len(self.fills)
            origin = origin_of(step.origin for step in all_steps((made,)))
            in_container = isinstance(made, Step) and made.container
            yield from traced(self.made(made, depth), None if in_container else origin)
            self.fills[filled:] = traced(self.fills[filled:], origin)

    def made(self, node: Node, depth: int) -> Iterator[str]:
        """The statements for a step, a loop or a condition, or for the container of a step."""
        if isinstance(node, When):
            yield from self.constructor.when(node, depth, self.modules)
        elif not isinstance(node, Step):
            yield from self.statements(node, {}, depth)
        elif not node.container:
            yield from self.step(node, depth)
        elif node.container[0] in self.waiting:
            name = node.container[0]
            module = self.waiting.pop(name).constructor()
            yield from self.assigned(name, module, Kind.MODULE, {}, depth)

    def step(self, step: Step, depth: int) -> Iterator[str]:
        """A module of the class itself; layers that are optional, or that loops make, are the
        constructor's to add.
        """
        module = step.module
        in_steps = has_options(module) or is_sequence(module)
        if module is None or not (is_attribute(step.label.text) and in_steps):
            yield from self.constructor.step(step, depth, self.statements)
            return
        target = Attribute(Name("self"), step.label.text)
        made = self.apart(module, target, {}, depth)
        yield from made.before
        settled = replace(step, module=made.module)
        yield from self.constructor.step(settled, depth, self.statements)
        yield from self.later(made.after, {}, depth)

    def statements(self, node: Node, loops: Loops, depth: int) -> Iterator[str]:
        if isinstance(node, Step):
            yield from self.registered(node, loops, depth)
        if isinstance(node, Repeat):
            variable = loop_variable(_made(node), node.height, loops)
            count = text(plain(node.count, loops, own_parameter))
            yield f"{' ' * INDENT * depth}for {variable} in range({count}):"
            for inner in node.steps:
                yield from self.statements(inner, {**loops, node.height: variable}, depth + 1)

    def registered(self, step: Step, loops: Loops, depth: int) -> Iterator[str]:
        assert step.module is not None
        if not step.label.grows:
            yield from self.assigned(step.label.text, step.module, step.kind, loops, depth)
        else:
            yield from self.added(step.label, step.module, step.kind, loops, depth)

    def assigned(
        self, name: str, module: Node, kind: Kind, loops: Loops, depth: int
    ) -> Iterator[str]:
        """`self.name = module`, or what does the same where the name is no attribute."""
        if is_attribute(name) and kind is not Kind.BUFFER:
            target = Attribute(Name("self"), name)
            yield from self.built(f"{text(target)} = ", module, target, loops, depth)
        elif is_module_attribute(name):
            before, value = self.named(module, name, loops, depth)
            yield from before
            yield from lines(f'self.{kind.store}["{name}"] = ', value, depth=depth)
        else:
            yield from self.added(Label((name,)), module, kind, loops, depth)

    def added(
        self, name: Label, module: Node, kind: Kind, loops: Loops, depth: int
    ) -> Iterator[str]:
        before, value = self.named(module, name.text, loops, depth)
        yield from before
        adding = Call(Name(f"self.{kind.adder}"), (label(name, loops), value))
        yield from lines("", adding, depth=depth)

    def named(self, module: Node, name: str, loops: Loops, depth: int) -> tuple[list[str], Node]:
        """What stands before an expression for the module: a variable where weights are filled."""
        if next(walk(module, Started), None) is None:
            return [], plain(module, loops, own_parameter)
        target = self.variable(name, module)
        return list(self.built(f"{target.text} = ", module, target, loops, depth)), target

    def variable(self, name: str, module: Node) -> Name:
        """A variable for a module, called after its name or its class."""
        words = name if is_attribute(name) else variable_for(module_class(module))
        found = distinct(variable(words), self.taken)
        self.taken.add(found)
        return Name(found)

    def built(
        self, before: str, module: Node, target: Node, loops: Loops, depth: int
    ) -> Iterator[str]:
        """The statement that makes a module, after those for modules inside of it whose weights are
        filled.
        """
        module, fills = unwrapped(module)
        made = self.apart(module, target, loops, depth)
        yield from made.before
        yield from lines(before, plain(made.module, loops, own_parameter), depth=depth)
        filling = [*statements(target, _plain(fills, loops), depth), *made.after]
        yield from self.later(filling, loops, depth)

    def later(self, filling: Iterable[str], loops: Loops, depth: int) -> Iterator[str]:
        """What fills weights: last of all, but at once in a loop or under a condition."""
        if loops or depth > DEPTH:
            yield from filling
        else:
            self.fills += filling

    def apart(self, module: Node, target: Node, loops: Loops, depth: int) -> _Apart:
        """A container less what fills the weights in it: a loop over it afterwards where all start
        alike, else variables before it. Modules that a generator makes keep theirs.
        """
        if common := alike(module):
            inner = text(target) if are_children(module) else f"{text(target)}.modules()"
            starts = {name: _plain(each, loops) for name, each in common.items()}
            return _Apart([], without_fills(module), list(loop(inner, starts, depth)))
        made: list[str] = []

        def variable(module: Node, name: str) -> Name:
            target = self.variable(name, module)
            made.extend(self.built(f"{target.text} = ", module, target, loops, depth))
            return target

        def replaced(node: Node) -> Node | None:
            if isinstance(node, Started):
                return variable(node, "")
            if isinstance(node, Argument | Pair) and isinstance(node.value, Started):
                name = node.keyword if isinstance(node, Argument) else node.label.text
                return replace(node, value=variable(node.value, name or ""))
            return node if isinstance(node, Generator | Option | Iterated) else None

        return _Apart(made, rewrite(module, replaced), [])


def _plain(fills: Fills, loops: Loops) -> Fills:
    def arguments(fill: Fill) -> tuple[Node, ...]:
        return tuple(plain(each, loops, own_parameter) for each in fill.arguments)

    return tuple(fill._replace(arguments=arguments(fill)) for fill in fills)


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
