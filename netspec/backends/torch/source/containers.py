"""Modules below one name that are no chain: `nn.ModuleList`, `nn.ModuleDict`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from netspec.backends.torch.code import (
    Affine,
    Argument,
    Call,
    Generator,
    Label,
    List,
    Literal,
    Name,
    Node,
    Ordinal,
    Pair,
)
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.names import is_attribute
from netspec.backends.torch.source.progression import runs
from netspec.backends.torch.source.sequential import folded
from netspec.backends.torch.source.steps import Each, Repeat, all_steps


@dataclass(frozen=True)
class Child:
    """A module, or one for each iteration of a repeat."""

    label: Label
    module: Node
    repeat: Repeat | None = None

    @property
    def first(self) -> int | None:
        """Its number, or the first of its numbers."""
        number = self.label.parts[0] if len(self.label.parts) == 1 else None
        number = number.base if isinstance(number, Affine) else number
        return number.value if isinstance(number, Ordinal) else None

    @property
    def count(self) -> int | None:
        """How many modules it is; None if that is up to the constructor."""
        if self.repeat is None:
            return 1
        if isinstance(self.module, Each):
            return sum(map(_count, self.module.modules))
        count = self.repeat.count
        return count.value if isinstance(count, Literal) else None

    @property
    def entries(self) -> Iterator[Node]:
        """Its modules with their names."""
        if not isinstance(self.module, Each):
            yield _repeated(self, Pair(self.label, self.module))
            return
        number = self.first or 0
        for module in self.module.modules:
            yield _numbered(number, module)
            number += _count(module)


@dataclass
class Container:
    """The children below one name, in order of first appearance."""

    name: str
    children: list[Child | Container] = field(default_factory=list)
    kind: Kind = Kind.MODULE
    inside: dict[str, Container] = field(default_factory=dict)
    """The containers among the children, by name."""

    @property
    def label(self) -> Label:
        return Label((Ordinal(int(self.name)) if self.name.isdecimal() else self.name,))

    def inner(self, name: str) -> Container:
        """The container of that name below this one."""
        if name not in self.inside:
            self.inside[name] = Container(name)
            self.children.append(self.inside[name])
        return self.inside[name]

    @cached_property
    def is_list(self) -> bool:
        """Whether the children are 0, 1, 2, .."""
        position: int | None = 0
        for child in self.children:
            first = child.first if isinstance(child, Child) else _number(child.name)
            if position is None or first != position:
                return False
            count = child.count if isinstance(child, Child) else 1
            position = None if count is None else position + count
        return True

    def constructor(self) -> Node:
        """The expression that constructs the container with all of its modules."""
        if self.is_list:
            elements = [node for child in self.children for node in _elements(child)]
            return self._list(list(_folded(elements)))
        entries, name = tuple(self._entries()), Name(self.kind.as_dict)
        if all(isinstance(entry, Pair) and is_attribute(entry.label.text) for entry in entries):
            arguments = (Argument(e.value, e.label.text) for e in entries if isinstance(e, Pair))
            return Call(name, (Call(Name("OrderedDict"), tuple(arguments)),))
        return Call(name, (Call(Name("OrderedDict"), (List(entries),)),))

    def _list(self, elements: list[Node]) -> Node:
        if len(elements) == 1 and isinstance(elements[0], Generator):
            return Call(Name(self.kind.as_list), (replace(elements[0], spread=False),))
        return Call(Name(self.kind.as_list), (List(tuple(elements)),))

    def _entries(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Container):
                yield Pair(child.label, child.constructor())
            else:
                yield from child.entries


def _number(name: str) -> int | None:
    return int(name) if name.isdecimal() else None


def _elements(child: Child | Container) -> tuple[Node, ...]:
    """The modules of a child, without their names."""
    if isinstance(child, Container):
        return (child.constructor(),)
    if isinstance(child.module, Each):
        return child.module.modules
    return (_repeated(child, child.module),)


def _folded(elements: Sequence[Node]) -> Iterator[Node]:
    """The elements, runs of equal ones as generators."""
    single = runs(elements, lambda start, k: not isinstance(elements[start], Generator))
    return folded(elements, single)


def _count(module: Node) -> int:
    """How many modules one of `Each` is."""
    if not isinstance(module, Generator):
        return 1
    assert isinstance(module.count, Literal)
    return int(module.count.value)


def _numbered(number: int, module: Node) -> Node:
    """A module of `Each` with its name, or several with theirs."""
    if not isinstance(module, Generator):
        return Pair(Label((Ordinal(number),)), module)
    name = Label((Affine(Ordinal(number), Ordinal(1), module.height),))
    return replace(module, element=Pair(name, module.element))


def _repeated(child: Child, node: Node) -> Node:
    return Generator(node, child.repeat.count, child.repeat.height) if child.repeat else node


def containers(steps: tuple[Node, ...]) -> Container:
    """The registered modules of a body as a tree of names; its direct children are left out."""
    root = Container("")
    for step in steps:
        for inner in all_steps((step,)):
            if not inner.registers or not inner.container or inner.module is None:
                continue
            place = root
            for name in inner.container:
                place = place.inner(name)
            repeat = step if isinstance(step, Repeat) and inner.label.grows else None
            place.kind = inner.kind
            place.children.append(Child(inner.label, inner.module, repeat))
    return root
