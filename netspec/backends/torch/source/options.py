"""Modules that only some members of a block have, inside of one expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netspec.backends.torch.code import (
    ABSENT,
    Call,
    ClassName,
    Condition,
    Name,
    Node,
    Option,
    Slot,
)
from netspec.backends.torch.source.aligning import Row, segments
from netspec.backends.torch.source.reasons import bare, exclude, whens_of
from netspec.backends.torch.source.steps import Step, all_steps
from netspec.backends.torch.source.units import WHOLE
from netspec.backends.torch.tree import Tree, rewrite, skeleton

SEQUENTIAL = Name("nn.Sequential")
RESIDUAL = "residual"
"""What an optional sum is called."""


class Different(Exception):
    """Bodies of a block have no union that reads well."""


def blank(tree: Tree) -> Tree:
    """Code that a member does not have."""

    def absent(node: Node) -> Node | None:
        return replace(node, value=ABSENT) if isinstance(node, Slot) else None

    return rewrite(tree, absent)


def named_after(nodes: tuple[Node, ...]) -> str:
    """What an optional part is about: its first module, or what it does."""
    steps = list(all_steps(nodes))
    first = next((step for step in steps if step.registered), steps[0])
    name = (*first.container, first.label.text)[0]
    return RESIDUAL if name == "sum" else name


def named_instead(nodes: tuple[Node, ...]) -> str:
    """What a part is about in place of which others have another one: the function that it is."""
    first, *others = all_steps(nodes)
    match first.form:
        case Call(function=Name(text)) if not (others or first.registered):
            return text.rpartition(".")[2].removesuffix("_")
    return named_after(nodes)


def optional(step: Step, firsts: Mapping[int, Step], form: int) -> Step:
    """The step of a form with the modules of all forms that have it; `firsts` are theirs."""
    kinds = {skeleton(first.module) for first in firsts.values()}
    if len(kinds) == 1:
        return step
    modules = {other: first.module for other, first in firsts.items() if first.module is not None}
    own = step.module
    if step.container or own is None:
        raise Different
    layers = {other: _layers(module) for other, module in modules.items()}
    if all(layers.values()):
        found = _sequential(own, layers, form)
        if found is not None:
            return replace(step, module=found)
    if len(kinds) > 2 or step.label.text == WHOLE:
        raise Different
    return replace(step, module=_either(own, modules, form, step.label.text))


def _layers(module: Node) -> tuple[Node, ...]:
    """The modules of an `nn.Sequential` that are numbered; none of anything else."""
    if not isinstance(module, Call) or module.function != SEQUENTIAL:
        return ()
    keyed = any(isinstance(a, Call) and a.function == Name("OrderedDict") for a in module.arguments)
    return () if keyed else module.arguments


def _sequential(own: Node, layers: Mapping[int, tuple[Node, ...]], form: int) -> Node | None:
    """The `nn.Sequential` of all forms; None if they have no layer in common."""
    assert isinstance(own, Call)
    forms = list(layers)
    keys = [[skeleton(layer) for layer in layers[other]] for other in forms]

    def reason(row: Row) -> tuple[str, ...]:
        return whens_of(layers[forms[min(row)]][row[min(row)]])

    parts = segments(keys, reason, exclude)
    if all(len(part.having) < len(forms) for part in parts):
        return None
    known = forms.index(form) if form in layers else None
    arguments: list[Node] = []
    for part in parts:
        then, otherwise = (
            tuple(
                own.arguments[row[known]]
                if known in row
                else blank(layers[forms[min(row)]][row[min(row)]])
                for row in rows
            )
            for rows in part
        )
        if len(part.having) == len(forms):
            arguments += then
        else:
            holds = ABSENT if known is None else known in part.having
            condition = Condition(holds, _called(then[0]), whens=reason(part.then[0]))
            arguments.append(Option(condition, then, otherwise))
    return Call(SEQUENTIAL, tuple(arguments))


def _either(own: Node, modules: Mapping[int, Node], form: int, name: str) -> Node:
    """One module or another one."""
    first = modules[min(modules)]
    second = next(m for m in modules.values() if skeleton(m) != skeleton(first))
    if form not in modules:
        return Option(Condition(ABSENT, name), (blank(first),), (blank(second),))
    if skeleton(own) == skeleton(first):
        return Option(Condition(True, name), (own,), (blank(second),))
    return Option(Condition(False, name), (blank(first),), (own,))


def _called(module: Node) -> str:
    """A word for a layer: `relu`, `conv_bn`."""
    module = bare(module)
    assert isinstance(module, Call)
    if isinstance(module.function, ClassName):
        return str(module.function.of.block).rpartition(".")[2]
    return (
        module.function.text.rpartition(".")[2].lower()
        if isinstance(module.function, Name)
        else "layer"
    )
