"""How `forward` refers to modules and to numbers that the constructor was given."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.backends.torch.code import (
    Attribute,
    Call,
    Infix,
    Label,
    Literal,
    Name,
    Node,
    Option,
    Parameter,
    Sibling,
    Subscript,
)
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.containers import Child, Container, containers
from netspec.backends.torch.source.kinds import Kind, held
from netspec.backends.torch.source.names import (
    distinct,
    is_attribute,
    is_module_attribute,
    variable,
)
from netspec.backends.torch.source.resolve import Loops, depends_on, label, position
from netspec.backends.torch.source.steps import Repeat, Step, When, all_steps
from netspec.backends.torch.tree import rewrite, walk

SELF = Name("self")


class References:
    """The attributes of one class. `stored` are its constructor parameters that `forward` reads."""

    def __init__(self, cls: Class) -> None:
        self.registered = [step for step in all_steps(cls.body.steps) if step.registers]
        self.root = containers(cls.body.steps)
        self.stored: dict[str, str] = {}
        self.flags: dict[Node, str] = {}
        """The attributes that hold conditions."""
        self.optional = _optional(cls.body.steps)

    @property
    def buffers(self) -> Iterator[str]:
        """The names of the constant tensors, whose type `register_buffer` does not tell."""
        for step in self.registered:
            if step.kind is Kind.BUFFER and is_attribute(step.label.text) and not step.label.grows:
                yield step.label.text

    def parameter(self, parameter: Parameter) -> Node:
        """A number that the constructor keeps."""
        children = {(*step.container, step.label.text)[0] for step in self.registered}
        wanted = parameter.name + "_" * is_module_attribute(parameter.name)
        name = self.stored.setdefault(parameter.name, distinct(wanted, children))
        return Attribute(SELF, name)

    def condition(self, when: When) -> Node:
        """How `forward` asks for a condition: is the module there, or an attribute."""
        if when.condition in self.optional:
            name = self.optional[when.condition].label.text
            return Infix("is not", (Attribute(SELF, name), Literal(None)))
        if len(set(walk(when.condition, Parameter))) == 1:
            return rewrite(
                when.condition, lambda n: self.parameter(n) if isinstance(n, Parameter) else None
            )
        if when.condition not in self.flags:
            taken = {(*step.container, step.label.text)[0] for step in self.registered}
            wanted = variable(when.name) + "_" * is_module_attribute(when.name)
            if wanted in taken:
                wanted = f"has_{wanted}"
            name = distinct(wanted, taken | {*self.stored.values(), *self.flags.values()})
            self.flags[when.condition] = name
        return Attribute(SELF, self.flags[when.condition])

    def module(self, step: Step | Sibling, loops: Loops) -> Node:
        """The module or tensor at the place of a step."""
        if not step.container:
            return _child(step.label, loops, step.kind)
        first, *inner = step.container
        node, place = self.container(first)
        if not inner:
            return _entry(node, place, step.label, loops)
        path = Label((".".join(inner) + ".", *step.label.parts))
        method = "get_parameter" if step.kind is Kind.PARAMETER else "get_submodule"
        return Call(Attribute(node, method), (label(path, loops),))

    def container(self, name: str) -> tuple[Node, Container]:
        """The list or dictionary of modules of that name."""
        return _child(Label((name,)), {}, Kind.MODULE), self.root.inner(name)

    def iterated(self, repeat: Repeat) -> Node | None:
        """What has just one module for each iteration; None if there is no such thing."""
        own = [step for step in all_steps(repeat.steps) if step.registered]
        forms = tuple(step.form for step in all_steps(repeat.steps))
        if len(own) != 1 or own[0] not in repeat.steps or depends_on(forms, repeat.height):
            return None
        (step,) = own
        if not step.container:
            every = self.registered == own and step.label.grows and step.kind is Kind.MODULE
            return Call(Name("self.children"), ()) if every else None
        if len(step.container) > 1:
            return None
        node, place = self.container(step.container[0])
        return node if place.is_list and _is_all(place, step, repeat) else None


def _optional(steps: tuple[Node, ...]) -> dict[Node, Step]:
    """The conditions under which there is one module and nothing else, and that module."""
    found: dict[Node, Step] = {}
    for when in walk(steps, When):
        made = [step for step in all_steps((when,)) if step.registers]
        if len(made) == 1 and made[0] in when.then and _may_be_none(made[0]):
            found.setdefault(when.condition, made[0])
    return found


def _may_be_none(step: Step) -> bool:
    plain = step.kind is Kind.MODULE and not step.container and is_attribute(step.label.text)
    return plain and not isinstance(step.module, Option)


def _is_all(place: Container, step: Step, repeat: Repeat) -> bool:
    """Whether the loop goes over everything in the list."""
    match place.children:
        case [Child(label=name, repeat=Repeat(count=count))]:
            return name == step.label and count == repeat.count
    return False


def _child(name: Label, loops: Loops, kind: Kind) -> Node:
    if name.grows:
        return Call(Name("getattr"), (SELF, label(name, loops)))
    return held(SELF, name.text, kind)


def _entry(node: Node, place: Container, name: Label, loops: Loops) -> Node:
    number = name.parts[0]
    if place.is_list and isinstance(number, Node):
        return Subscript(node, position(number, loops))
    return Subscript(node, label(name, loops))
