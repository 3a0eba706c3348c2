"""How the weights of the network start: one rule for all modules of a class, and its exceptions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from netspec.backends.torch.code import (
    Attribute,
    Call,
    ClassName,
    Generator,
    Literal,
    Name,
    Node,
    Option,
    Parameter,
    Slot,
    Started,
    origin_of,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.classes import Class, Initial, Part
from netspec.backends.torch.source.filling import (
    COPY,
    MODULE,
    Fill,
    Fills,
    is_optional,
    module_class,
    origin_of_init,
    unwrapped,
)
from netspec.backends.torch.source.iterations import Iterated
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.names import is_attribute
from netspec.backends.torch.source.steps import Step
from netspec.backends.torch.source.units import WHOLE, Item, Unit, lowerings
from netspec.backends.torch.source.weights import filling
from netspec.backends.torch.tree import Tree, parts, rewrite, walk
from netspec.ops.base import Op

Key = tuple[str, str]
"""A class of modules, as written, and the key of a weight in it."""
Rules = Mapping[Key, Fill]

FEWEST = 3
"""So many places of a class's modules that start alike are a rule; so are those in two classes."""
LINES = 3
"""A loop over the modules of the network: where one for the rule and one for each exception in a
block say no more than a line for each weight, that stands in the class of the block.
"""
COMPOUND = {"nn.MultiheadAttention": frozenset({"nn.Linear"})}
"""Modules of torch with others inside of them, which start in a way of their own."""


# ----------------------------------------------------------------------------- what could be rules


def rules(units: Sequence[Unit]) -> Rules:
    """What fills most modules of each class, where every one of them that has the weight is filled
    and a loop over all modules of the network would find no others.
    """
    fills: defaultdict[Key, list[Fill | None]] = defaultdict(list)
    members = Counter[str]()
    for name, item in _modules(units):
        members[name] += 1
        for key in _weights(item):
            fills[name, key].append(_fill(key, item))
    unfit = frozenset().union(*_hidden(units), _filled_from_outside(units))
    found = {}
    for (name, key), said in fills.items():
        if None in said or name in unfit or key in unfit:
            continue
        most, _ = Counter(fill for fill in said if fill is not None).most_common(1)[0]
        if most.function != COPY:
            guarded = is_optional(name, key) or len(said) < members[name]
            origin = origin_of(fill.origin for fill in said if fill == most and fill is not None)
            found[name, key] = most._replace(optional=guarded, origin=origin)
    return found


def _modules(units: Iterable[Unit]) -> Iterator[tuple[str, Item]]:
    """The ops that are modules, with the classes of these."""
    for unit in units:
        for item, lowering in lowerings(unit.items):
            name = module_class(lowering.module) if lowering.module is not None else None
            if name is not None and not item.again and item.kind is Kind.MODULE:
                yield name, item


def _weights(item: Item) -> list[str]:
    assert item.call is not None
    assert isinstance(item.call.target, Op)
    weights = item.call.target.weights(tuple(value.type for value in item.call.inputs))
    return [key for key in weights if key not in item.weighting.ties]


def _hidden(units: Iterable[Unit]) -> Iterator[Collection[str]]:
    """The classes of modules inside of other ones."""
    for unit in units:
        for _, lowering in lowerings(unit.items):
            yield re.findall(r"\bnn\.[A-Z]\w+", lowering.helper or "")
            yield COMPOUND.get(module_class(lowering.module) or "", ()) if lowering.module else ()


def _filled_from_outside(units: Iterable[Unit]) -> Iterator[str]:
    """The keys of weights that are filled where a block is used, after what it says itself."""
    for unit in units:
        for item in unit.items:
            if not isinstance(item.target, Lowering):
                yield from (key.rpartition(".")[2] for key in item.weighting.init)


def _fill(key: str, item: Item) -> Fill | None:
    """What fills a weight of an item; None where nothing does."""
    if key not in item.weighting.init:
        return None
    init = item.weighting.init[key]
    function, arguments = filling(key, init, item)

    def constant(node: Node) -> Node | None:
        return Literal(node.value) if isinstance(node, Slot) else None

    return Fill(key, function, rewrite(arguments, constant), origin=origin_of_init(init))


# --------------------------------------------------------------------------------- what are rules


class _Place(NamedTuple):
    """A weight that is filled in the code of a class."""

    cls: Class
    step: Step
    name: str | None
    fill: Fill
    is_own: bool
    """Whether the module is an attribute of the class, made once and by no argument."""
    is_single: bool
    """Whether it is made once by the class, perhaps in a container."""


def settle(classes: Sequence[Class], candidates: Rules) -> None:
    """Take out of the classes what rules say, and give it to that of the network, the last one."""
    places = [place for cls in classes for place in _places(cls)]
    root = classes[-1]
    found: dict[str, Fills] = {}
    exceptions: list[Part] = []
    for (name, key), rule in candidates.items():
        own = [p for p in places if (p.name, p.fill.key) == (name, key)]
        others = [place for place in own if not _follows(place.fill, rule)]
        outside = [place for place in others if place.cls is not root]
        apart = [_part(place, classes) for place in outside]
        loops = sum(part.of is not None for part in apart)
        is_shorter = not loops or len(own) > LINES * (1 + loops)
        if _is_worth(own, others) and _can_be_said(others, root) and is_shorter:
            found[name] = (*found.get(name, ()), rule)
            exceptions += apart
    if found:
        for cls in classes:
            cls.body = _without(cls.body, found, keep=cls is root)
        root.initial = Initial(found, _merged(exceptions))


def _places(cls: Class) -> Iterator[_Place]:
    for step in walk(cls.body.steps, Step):
        if not step.registers or step.kind is not Kind.MODULE:
            continue
        is_once = step in cls.body.steps and not step.label.grows
        for node, generated in _started(step.module):
            _, fills = unwrapped(node)
            for fill in fills:
                name = module_class(node) if not fill.getter else None
                is_single = is_once and not generated
                is_own = node is step.module and not step.container
                is_own = is_own and is_attribute(step.label.text) and step.label.text != WHOLE
                is_constant = next(walk(fill.arguments, Parameter), None) is None
                yield _Place(cls, step, name, fill, is_single and is_own and is_constant, is_single)


def _started(tree: object) -> Iterator[tuple[Started, bool]]:
    """The filled modules in an expression, and whether they may be several, or none."""
    if isinstance(tree, Started):
        yield tree, False
        return
    several = isinstance(tree, Generator | Option | Iterated)
    for part in parts(tree):
        yield from ((node, several or inner) for node, inner in _started(part))


def _follows(fill: Fill, rule: Fill) -> bool:
    return (fill.function, fill.arguments) == (rule.function, rule.arguments)


def _is_worth(own: list[_Place], others: list[_Place]) -> bool:
    following = len(own) - len(others)
    homes = {place.cls.name for place in own if place not in others}
    generated = any(not place.is_single for place in own if place not in others)
    return following > len(others) and (following >= FEWEST or len(homes) > 1 or generated)


def _can_be_said(others: list[_Place], root: Class) -> bool:
    """Whether exceptions can be told after the rule."""
    return all(place.is_single if place.cls is root else place.is_own for place in others)


def _without(tree: Tree, found: Mapping[str, Fills], *, keep: bool) -> Tree:
    """The code without what rules fill; exceptions to them are to `keep`."""

    def bare(node: Node) -> Node | None:
        if not isinstance(node, Started):
            return None
        module, name = _without(node.module, found, keep=keep), module_class(node)
        (*_, fill) = unwrapped(node)[1]
        rule = {r.key: r for r in found.get(name or "", ())}.get(fill.key)
        if rule is None or fill.getter or (keep and not _follows(fill, rule)):
            return replace(node, module=module)
        return module

    return rewrite(tree, bare)


# ---------------------------------------------------------------------------------- the exceptions


def _part(place: _Place, classes: Sequence[Class]) -> Part:
    path = _path(place.cls, classes)
    fills = {place.step.label.text: (place.fill,)}
    return Part(MODULE if path is None else path, place.cls if path is None else None, fills)


def _path(cls: Class, classes: Sequence[Class]) -> Node | None:
    """The one module of a class, as attributes of the network; None where there are several."""
    if cls is classes[-1]:
        return Name("self")
    uses = [
        (user, step, name)
        for user in classes
        for step in walk(user.body.steps, Step)
        for name in walk(step.module, ClassName)
        if name.of is cls and step.registers
    ]
    if len(uses) != 1:
        return None
    ((user, step, _),) = uses
    above = _path(user, classes)
    is_plain = _constructs(step.module, cls) and not step.container and step in user.body.steps
    if above is None or not is_plain or step.label.grows or not is_attribute(step.label.text):
        return None
    return Attribute(above, step.label.text)


def _constructs(module: Node | None, cls: Class) -> bool:
    return isinstance(module, Call) and module.function == ClassName(cls)


def _merged(exceptions: Iterable[Part]) -> tuple[Part, ...]:
    """The exceptions, those at one place as one."""
    found: dict[tuple[Node, str], Part] = {}
    for part in exceptions:
        place = (part.at, part.of.name if part.of is not None else "")
        known = found.setdefault(place, Part(part.at, part.of, {}))
        children = {**known.children}
        for name, fills in part.children.items():
            children[name] = (*children.get(name, ()), *fills)
        found[place] = known._replace(children=children)
    return tuple(found.values())
