"""Statements that fill weights: those of one module, or of all modules of a class."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from netspec.backends.torch.code import (
    NOWHERE,
    Affine,
    Argument,
    Attribute,
    Call,
    ClassName,
    Generator,
    List,
    Literal,
    Name,
    Node,
    Noted,
    Option,
    Origin,
    Own,
    Pair,
    Started,
    Text,
)
from netspec.backends.torch.source.iterations import Iterated
from netspec.backends.torch.source.kinds import weight
from netspec.backends.torch.source.layout import lines, text
from netspec.backends.torch.source.printed import traced
from netspec.backends.torch.source.wrapping import INDENT
from netspec.backends.torch.tree import parts, rewrite, walk
from netspec.program import Init

COPY = Name("torch.Tensor.copy_")
WRAPPERS = (Name("fixed"), Name("without"))
NAMED_CONSTANTS = {0: Name("nn.init.zeros_"), 1: Name("nn.init.ones_")}


class Fill(NamedTuple):
    """A weight, by its key in its module, filled by `function(weight, *arguments)`.

    `getter` is the method of the module that finds the weight where an attribute would not do.
    """

    key: str
    function: Node
    arguments: tuple[Node, ...]
    getter: str = ""
    optional: bool = False
    origin: Origin = NOWHERE

    def of(self, module: Node) -> Node:
        """The weight of a module."""
        if self.getter:
            return Call(Attribute(module, self.getter), (Text((self.key,)),))
        return weight(module, tuple(self.key.split(".")))

    def call(self, module: Node) -> Node:
        """The call that fills it."""
        filled, arguments = self.of(module), of_module(self.arguments, module)
        if self.function == COPY:
            return Call(Attribute(Attribute(filled, "data"), "copy_"), arguments)
        return initial(self.function, filled, arguments)


Fills = tuple[Fill, ...]


def origin_of_init(init: Init) -> Origin:
    """The line of the spec that says how a weight starts."""
    return Origin(frozenset({init.span} if init.span else ()))


def of_module(arguments: tuple[Node, ...], module: Node) -> tuple[Node, ...]:
    """Arguments that speak of the module's own attributes."""
    return rewrite(arguments, lambda n: Attribute(module, n.name) if isinstance(n, Own) else None)


def initial(function: Node, tensor: Node, arguments: tuple[Node, ...]) -> Node:
    """A call of a function of `nn.init`; zeros and ones have their own, a range needs no names."""
    given = tuple(each.value if isinstance(each, Argument) else each for each in arguments)
    if function == Name("nn.init.constant_") and isinstance(given[0], Literal):
        named = NAMED_CONSTANTS.get(given[0].value)
        return Call(function, (tensor, *given)) if named is None else Call(named, (tensor,))
    if function == Name("nn.init.uniform_") and len(given) == 2:
        return Call(function, (tensor, *given))
    return Call(function, (tensor, *arguments))


def unwrapped(node: Node) -> tuple[Node, Fills]:
    """A module, and what fills its weights, in order."""
    fills: list[Fill] = []
    started = node
    while isinstance(started, Started):
        key, optional = started.weight, is_optional(module_class(started), started.weight)
        given = started.function, started.arguments, started.getter
        fills.insert(0, Fill(key, *given, optional, started.origin))
        started = started.module
    return started, tuple(fills)


def module_class(node: Node) -> str | None:
    """The class of torch, or of a helper, that an expression constructs; None for other ones."""
    while isinstance(node, Started):
        node = node.module
    while isinstance(node, Call) and node.function in WRAPPERS:
        node = node.arguments[0]
    match node:
        case Call(function=Name(text)):
            return text
    return None


def is_optional(cls: str | None, key: str) -> bool:
    """Whether torch declares the weight as a tensor or None."""
    declared = key.startswith(("running_", "in_proj_"))
    return declared or (key == "bias" and (cls or "").startswith("nn.Conv"))


def variable_for(cls: str | None) -> str:
    """What a module without a name is called: `conv` for an `nn.Conv2d`."""
    return re.sub(r"\dd$", "", (cls or "module").rpartition(".")[2]).lower()


def statements(module: Node, fills: Fills, depth: int) -> Iterator[str]:
    """What fills weights of a module that has a name."""
    for fill in fills:
        filled, margin = fill.of(module), " " * INDENT * depth
        guard = [f"{margin}if {text(filled)} is not None:"] if fill.optional else []
        called = lines("", fill.call(module), depth=depth + fill.optional)
        yield from traced([*guard, *called], fill.origin)


Starts = Mapping[str, Fills]
"""What fills the weights of the modules of each class."""

MODULE = Name("module")


def loop(modules: str, starts: Starts, depth: int) -> Iterator[str]:
    """A loop over modules that fills the weights of those of some classes."""
    margin, word = " " * INDENT * depth, "if"
    yield f"{margin}for module in {modules}:"
    for fills, classes in _alike(starts).items():
        test = f"{margin}{' ' * INDENT}{word} isinstance(module, {' | '.join(classes)}):"
        yield from traced([test, *statements(MODULE, fills, depth + 2)])
        word = "elif"


def _alike(starts: Starts) -> dict[Fills, list[str]]:
    """The classes whose weights start the same."""
    found: dict[Fills, list[str]] = {}
    for name, fills in starts.items():
        bare = _without_guards(fills)
        same = next((each for each in found if _without_guards(each) == bare), None)
        if same is None:
            found[fills] = [name]
            continue
        guarded = tuple(
            a._replace(optional=a.optional or b.optional) for a, b in zip(same, fills, strict=True)
        )
        found = {guarded if each is same else each: names for each, names in found.items()}
        found[guarded].append(name)
    return found


def _without_guards(fills: Fills) -> Fills:
    return tuple(fill._replace(optional=False) for fill in fills)


# ------------------------------------------------------------------------- modules in containers


def alike(module: Node) -> dict[str, Fills]:
    """What fills the weights in a container, by the class of its modules, where all of one class
    start the same and there are several of them; else nothing.
    """
    started = list(walk(module, Started))
    several = walk(module, Generator, Option, Iterated)
    generated = any(next(walk(each, Started), None) for each in several)
    if (len(started) < 2 and not generated) or next(walk(module, ClassName), None):
        return {}
    constructed = Counter(_constructed(module))
    found: dict[str, Fills] = {}
    for each in started:
        name, (_, fills) = module_class(each), unwrapped(each)
        if name is None or found.setdefault(name, fills) != fills or _grows(fills):
            return {}
        constructed[name] -= 1
    return {} if any(constructed[name] for name in found) else found


def _constructed(tree: object) -> Iterator[str]:
    """The classes of modules that are constructed in a tree, by their names."""
    if isinstance(tree, Call) and isinstance(tree.function, Name):
        yield tree.function.text
    for part in parts(tree):
        yield from _constructed(part)


def _grows(fills: Fills) -> bool:
    return any(next(walk(fill.arguments, Affine), None) is not None for fill in fills)


def are_children(module: Node) -> bool:
    """Whether iterating over a container gives all modules in it whose weights are filled."""
    if not isinstance(module, Call) or module.function not in LISTS:
        return False
    return sum(map(_direct, module.arguments)) == len(list(walk(module, Started)))


LISTS = (Name("nn.Sequential"), Name("nn.ModuleList"))
DICTIONARY = Name("OrderedDict")


def _direct(node: Any) -> int:
    """How many filled modules are entries of a container's argument, or are that argument."""
    if isinstance(node, Started):
        return 1
    if isinstance(node, Noted):
        return _direct(node.node)
    if isinstance(node, Argument | Pair):
        return _direct(node.value)
    if isinstance(node, Generator):
        return _direct(node.element)
    if isinstance(node, Option):
        return _direct(node.then) + _direct(node.otherwise)
    if isinstance(node, Iterated):
        return _direct(node.layers)
    is_dictionary = isinstance(node, Call) and node.function == DICTIONARY
    if is_dictionary or isinstance(node, List):
        return sum(map(_direct, parts(node)))
    return sum(map(_direct, node)) if isinstance(node, tuple) else 0


def without_fills(module: Node) -> Node:
    """The expression for modules that are filled later."""

    def bare(node: Node) -> Node | None:
        return without_fills(unwrapped(node)[0]) if isinstance(node, Started) else None

    return rewrite(module, bare)
