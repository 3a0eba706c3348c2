"""`__init__`: modules that are made under a condition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from netspec.backends.torch.code import (
    Attribute,
    Call,
    ClassName,
    Infix,
    List,
    Literal,
    Name,
    Node,
    Option,
    Origin,
    Parameter,
    Tuple,
    origin_of,
)
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.expressions import negated
from netspec.backends.torch.source.filling import unwrapped
from netspec.backends.torch.source.iterations import Iterated
from netspec.backends.torch.source.layers import stacked
from netspec.backends.torch.source.layout import lines, text
from netspec.backends.torch.source.names import distinct, is_attribute, variable
from netspec.backends.torch.source.options import SEQUENTIAL
from netspec.backends.torch.source.printed import traced
from netspec.backends.torch.source.references import References
from netspec.backends.torch.source.resolve import Loops, loop_variable, plain
from netspec.backends.torch.source.stacks import ONCE, Layers, Naming, Stack
from netspec.backends.torch.source.steps import Step, When, all_steps
from netspec.backends.torch.source.wrapping import INDENT
from netspec.backends.torch.tree import walk

MODULE = "nn.Module"
NO_LOOPS: Loops = {}
SAVED, SAVED_BY_TABLE = 3, 8
"""So many lines fewer are worth a loop that makes layers, and one over a table."""
LEAST = 4
"""So many lines a loop that makes layers takes: a list, the loop, its layers, the module."""
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


def is_sequence(module: Node | None) -> bool:
    """Whether it is an `nn.Sequential` whose layers are numbered."""
    keyed = Name("OrderedDict")
    return (
        isinstance(module, Call)
        and module.function == SEQUENTIAL
        and not any(isinstance(a, Call) and a.function == keyed for a in module.arguments)
    )


def in_steps(module: Call) -> bool:
    """Whether the layers of a sequence are made by several statements."""
    return any(map(_is_statement, module.arguments))


def has_options(module: Node | None) -> bool:
    """Whether some of the layers of a sequence are made under a condition."""
    return isinstance(module, Call) and any(
        isinstance(a, Option | Iterated) for a in module.arguments
    )


class Constructor:
    """The conditional statements of one `__init__`."""

    def __init__(self, cls: Class, references: References) -> None:
        self.references = references
        self.annotations = {p.name: p.annotation for p in cls.parameters}
        loops = [*walk(cls.body, Iterated)]
        variables = {name for loop in loops for name in (*loop.names, loop.carried)}
        self.taken = {*self.annotations, *cls.locals, *variables}
        self.layers = distinct("layers", self.taken)
        self.declared = False
        self.kinds: dict[str, str] = {}
        """The types of variables in loops that make layers."""

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
        call = self.with_stacks(call, depth)
        if in_steps(call):
            yield from self.listed(call.arguments, depth)
            call = Call(call.function, (Name(f"*{self.layers}"),))
        yield from lines("", plain(call, {}, own_parameter), depth=depth)

    def with_stacks(self, call: Call, depth: int) -> Call:
        """The call with loops in place of layers that take many more lines."""
        if has_options(call):
            return self.stacked(call)
        flat = len(lines("", plain(call, {}, own_parameter), depth=depth))
        if flat < SAVED + LEAST:
            return call
        declared, kinds = self.declared, dict(self.kinds)
        found = self.stacked(call)
        if not in_steps(found):
            return call
        saved = flat - len([*self.listed(found.arguments, depth)]) - 1
        self.declared = declared
        with_table = any(isinstance(each, Stack) and each.names for each in found.arguments)
        if saved >= (SAVED_BY_TABLE if with_table else SAVED):
            return found
        self.kinds = kinds
        return call

    def stacked(self, call: Call) -> Call:
        naming = Naming(self.kind, self.variable)
        return replace(call, arguments=stacked(call.arguments, naming))

    def kind(self, node: Node) -> str | None:
        """The type of a number in a loop's table."""
        if isinstance(node, Literal):
            return _kind(node.value)
        numbers = all(self.annotations.get(p.name) == "int" for p in walk(node, Parameter))
        whole = not any(isinstance(n.value, float) for n in walk(node, Literal))
        divided = any(part.operator == "/" for part in walk(node, Infix))
        return "int" if numbers and whole and not divided else None

    def variable(self, name: str, kind: str, used: Collection[str]) -> str:
        """A variable of a loop, other than those used there; of one type in all of `__init__`."""
        name = variable(name)
        if name in self.taken:
            name = name.removeprefix("in_")
        other = {known for known in self.kinds if self.kinds[known] != kind}
        found = distinct(name, {*self.taken, *used, *other, self.layers})
        self.kinds[found] = kind
        return found

    def step(self, step: Step, depth: int, statements: Statements) -> Iterator[str]:
        """The statements that register a module: one of two, or one with optional layers."""
        module = step.module
        if isinstance(module, Option):
            yield from self.either(step, module, depth, statements)
            return
        if isinstance(module, Call) and is_sequence(module):
            module = self.with_stacks(module, depth)
        if isinstance(module, Call) and in_steps(module):
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
        """The statements that make a list of layers, those of conditions and loops too."""
        runs = [(k, tuple(run)) for k, run in groupby(layers, _is_statement)]
        hint = "" if self.declared else f": list[{MODULE}]"
        self.declared = True
        start: Layers = ()
        if not runs[0][0]:
            start = runs.pop(0)[1]
        yield from lines(f"{self.layers}{hint} = ", _list(start, {}), depth=depth)
        for _, run in runs:
            yield from self.appended(run, depth)

    def appended(self, run: Layers, depth: int) -> Iterator[str]:
        """The statements for layers that are all made by some, or all in the list."""
        if not _is_statement(run[0]):
            yield from self.added(run, depth)
        for each in run:
            if isinstance(each, Option):
                yield from self.option(each, depth)
            if isinstance(each, Stack):
                yield from self.stack(each, depth)
            if isinstance(each, Iterated):
                yield from self.iterated(each, depth)

    def option(self, option: Option, depth: int) -> Iterator[str]:
        yield from lines("if ", self.condition(option.condition), ":", depth=depth)
        yield from self.added(option.then, depth + 1)
        if option.otherwise:
            yield f"{' ' * INDENT * depth}else:"
            yield from self.added(option.otherwise, depth + 1)

    def iterated(self, loop: Iterated, depth: int) -> Iterator[str]:
        """A loop over lists that the constructor is given, and before it what it carries."""
        if loop.carried:
            yield from self.assigned(loop.carried, loop.start, depth)
        names = ", ".join(loop.names)
        over = loop.lists[0] if len(loop.lists) == 1 else Call(Name("zip"), loop.lists)
        if not loop.names:
            names, over = loop.index or "_", Call(Name("range"), (loop.count,))
        elif loop.index:
            names = f"{loop.index}, ({names})" if len(loop.names) > 1 else f"{loop.index}, {names}"
            over = Call(Name("enumerate"), (over,))
        yield from lines(f"for {names} in ", plain(over, {}, own_parameter), ":", depth=depth)
        for _, run in groupby(loop.layers, _is_statement):
            yield from self.appended(tuple(run), depth + 1)
        if loop.carried:
            yield from self.assigned(loop.carried, loop.after, depth + 1)

    def assigned(self, name: str, value: Node, depth: int) -> list[str]:
        return lines(f"{name} = ", plain(value, {}, own_parameter), depth=depth)

    def stack(self, stack: Stack, depth: int) -> Iterator[str]:
        """The loops that make layers, and before them what they carry."""
        for each in stack.carried:
            yield from lines(f"{each.name} = ", plain(each.start, {}, own_parameter), depth=depth)
        layers = (stack.unit, stack.tail)
        loops = {stack.height: loop_variable(layers, stack.height, {})}
        if len(stack.rows) > 1:
            variables = ", ".join(stack.names) or loops[stack.height]
            over = _over(stack)
            yield from lines(
                f"for {variables} in ", plain(over, {}, own_parameter), ":", depth=depth
            )
            depth += 1
        inner = depth
        if stack.times != ONCE:
            count = text(plain(stack.times, {}, own_parameter))
            yield f"{' ' * INDENT * depth}for _ in range({count}):"
            inner += 1
        yield from self.added(stack.unit, inner, loops)
        for each in stack.carried:
            yield from lines(
                f"{each.name} = ", plain(each.after, loops, own_parameter), depth=inner
            )
        if stack.tail:
            yield from self.added(stack.tail, depth, loops)

    def added(self, layers: Layers, depth: int, loops: Loops = NO_LOOPS) -> list[str]:
        if len(layers) == 1 and isinstance(layers[0], Call):
            call = Call(Name(f"{self.layers}.append"), (plain(layers[0], loops, own_parameter),))
            return lines("", call, depth=depth)
        return lines(f"{self.layers} += ", _list(layers, loops), depth=depth)


def _list(layers: Layers, loops: Loops) -> Node:
    return plain(List(layers), loops, own_parameter)


def _is_statement(layer: Node) -> bool:
    """Whether the layer is one that statements make."""
    return isinstance(layer, Option | Stack | Iterated)


def _over(stack: Stack) -> Node:
    """What the outer loop runs over."""
    if not stack.names:
        return Call(Name("range"), (Literal(len(stack.rows)),))
    alone = len(stack.names) == 1
    return Tuple(tuple(row[0] if alone else Tuple(row) for row in stack.rows))


def _type(module: Node | None) -> str:
    """The class of what an expression makes, as an annotation."""
    module, _ = unwrapped(module) if module is not None else (None, ())
    function = module.function if isinstance(module, Call) else None
    if isinstance(function, ClassName):
        return str(function.of.name)
    name = function.text if isinstance(function, Name) else ""
    return name if name.startswith("nn.") or name[:1].isupper() else MODULE


def _kind(value: Any) -> str:
    """The type of a constant; that of a tuple by its entries."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_kind, value))})"
    return type(value).__name__
