"""`__init__`: modules that are made under a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from netspec.backends.torch.code import (
    Attribute,
    Call,
    ClassName,
    List,
    Name,
    Node,
    Option,
    Origin,
    Parameter,
    origin_of,
)
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.expressions import negated
from netspec.backends.torch.source.filling import unwrapped
from netspec.backends.torch.source.layout import lines
from netspec.backends.torch.source.names import distinct, is_attribute
from netspec.backends.torch.source.options import SEQUENTIAL
from netspec.backends.torch.source.printed import traced
from netspec.backends.torch.source.references import References
from netspec.backends.torch.source.resolve import plain
from netspec.backends.torch.source.steps import Step, When, all_steps
from netspec.backends.torch.source.wrapping import INDENT
from netspec.backends.torch.tree import walk

MODULE = "nn.Module"
Registered = Callable[[tuple[Node, ...], int], Iterator[str]]
Statements = Callable[[Step, Mapping[int, str], int], Iterator[str]]


def held_conditions(cls: Class, references: References) -> Iterator[str]:
    """The statements that keep conditions for `forward`."""
    for condition, name in references.flags.items():
        kept = lines(f"self.{name} = ", plain(condition, {}, own_parameter), depth=2)
        yield from traced(kept, _origin(condition, cls))


def _origin(condition: Node, cls: Class) -> Origin:
    """The `when`s that a condition is made of; what stands under it, where there are none."""
    steps = [s for w in walk(cls.body, When) if w.condition == condition for s in all_steps((w,))]
    texts = {text for step in steps for text in step.whens}
    told = (condition for member in cls.members for condition in member.instance.conditions)
    spans = frozenset(when.span for when in told if when.text in texts)
    return Origin(spans) if spans else origin_of(step.origin for step in steps)


def own_parameter(parameter: Parameter) -> Node:
    """A constructor parameter inside of `__init__`."""
    return Name(parameter.name)


def has_options(module: Node | None) -> bool:
    """Whether some of the layers of a sequence are made under a condition."""
    return isinstance(module, Call) and any(isinstance(a, Option) for a in module.arguments)


class Constructor:
    """The conditional statements of one `__init__`."""

    def __init__(self, cls: Class, references: References) -> None:
        self.references = references
        self.layers = distinct("layers", {*(p.name for p in cls.parameters), *cls.locals})
        self.declared = False

    def when(self, when: When, depth: int, registered: Registered) -> Iterator[str]:
        """The modules of a condition; one that stands alone is None where it does not hold."""
        margin = " " * INDENT * depth
        for step in self.references.optional.values():
            if step in when.then:
                yield f"{margin}self.{step.label.text}: {_type(step.module)} | None = None"
        then, otherwise = (list(registered(way, depth + 1)) for way in (when.then, when.otherwise))
        condition = self.condition(when.condition)
        if then:
            yield from lines("if ", condition, ":", depth=depth)
            yield from then
            yield from [f"{margin}else:"] if otherwise else []
        else:
            yield from lines("if ", negated(condition), ":", depth=depth)
        yield from otherwise

    def condition(self, node: Node) -> Node:
        """A condition inside of `__init__`."""
        if node in self.references.flags:
            return Attribute(Name("self"), self.references.flags[node])
        return plain(node, {}, own_parameter)

    def sequence(self, call: Call, depth: int) -> Iterator[str]:
        """The call of `nn.Sequential`'s constructor."""
        if has_options(call):
            yield from self.listed(call.arguments, depth)
            call = Call(call.function, (Name(f"*{self.layers}"),))
        yield from lines("", plain(call, {}, own_parameter), depth=depth)

    def step(self, step: Step, depth: int, statements: Statements) -> Iterator[str]:
        """The statements that register a module: one of two, or one with optional layers."""
        module = step.module
        if isinstance(module, Option):
            yield from self.either(step, module, depth, statements)
            return
        if isinstance(module, Call) and has_options(module):
            yield from self.listed(module.arguments, depth)
            step = replace(step, module=Call(SEQUENTIAL, (Name(f"*{self.layers}"),)))
        yield from statements(step, {}, depth)

    def either(
        self, step: Step, option: Option, depth: int, statements: Statements
    ) -> Iterator[str]:
        margin = " " * INDENT * depth
        (then,), (otherwise,) = option.then, option.otherwise
        if is_attribute(step.label.text) and _type(then) != _type(otherwise):
            yield f"{margin}self.{step.label.text}: {MODULE}"
        yield from lines("if ", self.condition(option.condition), ":", depth=depth)
        yield from statements(replace(step, module=then), {}, depth + 1)
        yield f"{margin}else:"
        yield from statements(replace(step, module=otherwise), {}, depth + 1)

    def listed(self, layers: Iterable[Node], depth: int) -> Iterator[str]:
        """The statements that make a list of layers, some of which are optional."""
        margin = " " * INDENT * depth
        runs = [(k, tuple(run)) for k, run in groupby(layers, lambda a: isinstance(a, Option))]
        hint = "" if self.declared else f": list[{MODULE}]"
        self.declared = True
        start: tuple[Node, ...] = ()
        if not runs[0][0]:
            start = runs.pop(0)[1]
        yield from lines(f"{self.layers}{hint} = ", self._list(start), depth=depth)
        for _, run in runs:
            if not isinstance(run[0], Option):
                yield from self.added(run, depth)
                continue
            for option in run:
                assert isinstance(option, Option)
                yield from lines("if ", self.condition(option.condition), ":", depth=depth)
                yield from self.added(option.then, depth + 1)
                if option.otherwise:
                    yield f"{margin}else:"
                    yield from self.added(option.otherwise, depth + 1)

    def added(self, layers: tuple[Node, ...], depth: int) -> list[str]:
        if len(layers) == 1 and isinstance(layers[0], Call):
            call = Call(Name(f"{self.layers}.append"), (plain(layers[0], {}, own_parameter),))
            return lines("", call, depth=depth)
        return lines(f"{self.layers} += ", self._list(layers), depth=depth)

    def _list(self, layers: tuple[Node, ...]) -> Node:
        return plain(List(layers), {}, own_parameter)


def _type(module: Node | None) -> str:
    """The class of what an expression makes, as an annotation."""
    module, _ = unwrapped(module) if module is not None else (None, ())
    function = module.function if isinstance(module, Call) else None
    if isinstance(function, ClassName):
        return str(function.of.name)
    name = function.text if isinstance(function, Name) else ""
    return name if name.startswith("nn.") or name[:1].isupper() else MODULE
