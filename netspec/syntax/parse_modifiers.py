"""Nodes to the modifiers of a step: where it takes its input, its loop, its weights."""

from __future__ import annotations

import re

from netspec.diagnostics import fault
from netspec.syntax.expression import Expression
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, as_mapping, describe
from netspec.syntax.parse_expressions import parse_template, read_expression
from netspec.syntax.steps import IDENTIFIER, MODIFIERS, Origin, Repetition, Step, Weights

UNFIT: dict[str, tuple[str, ...]] = {
    "do": ("init", "tie"),
    "branches": ("init", "tie"),
    "again": ("init", "tie", "fixed", "share"),
}


def reject_reserved(key: Scalar, what: str) -> None:
    """Raise `SpecError` (NS208) for a name that is a modifier."""
    if key.text in MODIFIERS:
        message = f"`{key.text}` is a modifier and cannot name {what}"
        raise fault("NS208", message, key.span)


def parse_origin(node: Node) -> Origin:
    """A `from`; raises `SpecError` (NS110, NS204, NS208)."""
    if isinstance(node, Mapping):
        named = {_variable(name): read_expression(value) for name, value in node}
        return Origin(None, named)
    return Origin(read_expression(node), {})


def parse_weights(modifiers: dict[str, tuple[Scalar, Node]]) -> Weights:
    """`share`, `fixed`, `init` and `tie`; raises `SpecError` (NS204, NS205)."""
    share, fixed = (_is_set(modifiers.get(name)) for name in ("share", "fixed"))
    init = by_weight(modifiers["init"][1], "`init`") if "init" in modifiers else ()
    ties = as_mapping(modifiers["tie"][1], "`tie`") if "tie" in modifiers else ()
    return Weights(
        share=modifiers["share"][0].span if share else None,
        fixed=fixed,
        init=tuple(init),
        ties=tuple((key, parse_template(path)) for key, path in ties),
    )


def by_weight(node: Node, what: str) -> Mapping:
    """How weights start, by their names; raises `SpecError` (NS205) for one thing for all."""
    given = node.text if isinstance(node, Scalar) else ""
    return as_mapping(node, what, f"`{{weight: {given}}}`" if given else None)


def reject_weights(head: Scalar, modifiers: dict[str, tuple[Scalar, Node]]) -> None:
    """Raise `SpecError` (NS205) where weights are spoken of and the step has none to name: it is
    of several steps, or one done `again`, which has those of the first time.
    """
    for name in UNFIT.get(head.text, ()):
        if name in modifiers:
            key = modifiers[name][0]
            raise fault("NS205", f"`{name}` does not go with `{head.text}`", key.span)


def _is_set(modifier: tuple[Scalar, Node] | None) -> bool:
    """Whether a modifier that is true or false is there and true."""
    if modifier is None:
        return False
    key, node = modifier
    if not isinstance(node, Scalar) or not isinstance(node.value, bool):
        message = f"`{key.text}` is `true` or `false`, not {describe(node)}"
        hint = "it is no expression: the step has it or not"
        raise fault("NS204", message, node.span, hint=hint)
    return node.value


def parse_loop(modifiers: dict[str, tuple[Scalar, Node]]) -> Repetition | None:
    """`repeat` or `for`, with `index`; raises `SpecError` (NS110, NS204, NS205, NS208, NS211)."""
    if "repeat" in modifiers and "for" in modifiers:
        raise fault("NS205", "a step has `repeat` or `for`, not both", modifiers["for"][0].span)
    index = _variable(modifiers["index"][1]) if "index" in modifiers else None
    if "repeat" in modifiers:
        key, given = modifiers["repeat"]
        count = read_expression(given)
        count.words = frozenset()
        return Repetition(count, {}, index, key.span)
    if "for" in modifiers:
        key, lists = modifiers["for"]
        if not isinstance(lists, Mapping) or not lists.items:
            message = f"`for` takes variables with their lists, not {describe(lists)}"
            raise fault("NS211", message, lists.span, hint=_as_loop(lists))
        zipped = {_variable(name): _zipped(values) for name, values in lists}
        return Repetition(None, zipped, index, key.span)
    return None


def _as_loop(node: Node) -> str:
    """What could be meant by a `for` that is no mapping."""
    words = re.fullmatch(r"(\w+) in (.+)", node.text) if isinstance(node, Scalar) else None
    return f"`for: {{{words[1]}: {words[2]}}}`" if words else "`for: {n: layers}`"


def _zipped(node: Node) -> Expression | Node:
    """One expression; a list with blocks in it (mappings) stays as it is."""
    if isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items):
        return node
    return read_expression(node)


def _variable(node: Node) -> str:
    if not isinstance(node, Scalar) or not IDENTIFIER.fullmatch(node.text):
        raise fault("NS208", f"{describe(node)} is not a name for a variable", node.span)
    reject_reserved(node, "a variable")
    return node.text


def require_before_the_loop(step: Step) -> None:
    """Raise `SpecError` (NS207) for a loop's variable in the `from` beside it."""
    for source in step.origin.expressions if step.origin and step.loop else ():
        own = source.names & step.loop.variables if step.loop else frozenset()
        if own:
            message = f"`from` is read before the loop, which gives `{min(own)}`"
            hint = "put the step, with its `from`, inside the loop: `do: [...]`"
            raise fault("NS207", message, source.place_of(min(own)), hint=hint)
