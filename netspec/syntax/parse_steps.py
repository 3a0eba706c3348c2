"""Nodes to steps. Arguments stay nodes: what they mean is the callee's to say."""

from __future__ import annotations

import re
from dataclasses import replace

from netspec.diagnostics import Diagnostic, Report, SpecError, fault, nearest
from netspec.syntax.expression import Expression, parse_expression
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, as_mapping, describe, is_null
from netspec.syntax.steps import (
    IDENTIFIER,
    MODIFIERS,
    WORD,
    Again,
    Branches,
    Origin,
    Repetition,
    Step,
    Template,
    Use,
    Weights,
)

_BODIES = ("do", "branches", "again")
"""What a step may be in place of a use."""
_UNFIT: dict[str, tuple[str, ...]] = {
    "do": ("init", "tie"),
    "branches": ("init", "tie"),
    "again": ("init", "tie", "fixed", "share"),
}


class StepParser:
    """Nodes to steps. A step that cannot be read is reported and left out."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def steps(self, node: Node) -> tuple[Step, ...]:
        """A body: a list of steps, or a single step."""
        items = node.items if isinstance(node, Sequence) else [node]
        found = []
        for item in items:
            try:
                found.append(self.step(item))
            except SpecError as error:
                self.report.add(error)
        return tuple(found)

    def step(self, node: Node) -> Step:
        """One step; raises `SpecError` (NS211 and what its parts raise)."""
        if isinstance(node, Scalar):
            return Step(_use(node, None), node.span, nodes=(node,))
        if isinstance(node, Sequence):
            return Step(self.steps(node), node.span, nodes=(node,))
        return self._mapping(node)

    def _mapping(self, node: Mapping) -> Step:
        head, arguments = self._head(node)
        modifiers = {k.text: (k, v) for k, v in node if k is not head}
        for key, _ in modifiers.values():
            _reject_modifier(key, head)
        if "merge" in modifiers and head.text != "branches":
            key = modifiers["merge"][0]
            raise fault("NS205", "`merge` goes with `branches` only", key.span)
        if "index" in modifiers and not modifiers.keys() & {"repeat", "for"}:
            key = modifiers["index"][0]
            raise fault("NS205", "`index` goes with `repeat` or `for`", key.span)
        _reject_weights(head, modifiers)
        return Step(
            body=self._body(head, arguments, modifiers.get("merge")),
            span=head.span,
            name=_template(modifiers["name"][1]) if "name" in modifiers else None,
            origin=_origin(modifiers["from"][1]) if "from" in modifiers else None,
            loop=_repetition(modifiers),
            when=read_expression(modifiers["when"][1]) if "when" in modifiers else None,
            weights=_weights(modifiers),
            note=_text(modifiers["note"][1]) if "note" in modifiers else None,
            nodes=(node,),
        )

    def _head(self, node: Mapping) -> tuple[Scalar, Node]:
        bodies = [(k, v) for k, v in node if k.text in _BODIES]
        heads = [(k, v) for k, v in node if k.text not in MODIFIERS] + bodies
        if not heads:
            for key, _ in node:
                _reject_modifier(key, key)
            raise fault("NS211", "a step needs an op, a block, `do` or `branches`", node.span)
        for key, _ in heads[1:]:
            if key.text not in _BODIES:
                self.report.add(_second_head(key, heads[0][0]))
        return heads[0]

    def _body(
        self, head: Scalar, arguments: Node, merge: tuple[Scalar, Node] | None
    ) -> Use | Branches | tuple[Step, ...] | Again:
        if head.text == "do":
            return self.steps(arguments)
        if head.text == "again":
            return Again(_step_name(arguments), arguments.span)
        if head.text == "branches":
            paths = self._paths(arguments)
            return Branches(paths, parse_use(merge[1]) if merge else None, head.span)
        return _use(head, arguments)

    def _paths(self, node: Node) -> tuple[Step, ...]:
        if isinstance(node, Sequence):
            return self.steps(node)
        if isinstance(node, Mapping):
            if node.get("repeat") or node.get("for"):
                return (self.step(node),)
            return tuple(self._named_path(key, value) for key, value in node)
        raise fault("NS211", f"branches are a list or a mapping, not {describe(node)}", node.span)

    def _named_path(self, key: Scalar, value: Node) -> Step:
        _reject_reserved(key, "a branch")
        path = self.step(value)
        if path.name is not None:
            raise fault("NS205", "a named branch takes no `name` of its own", path.name.span)
        return replace(path, name=_template(key))


def parse_use(node: Node) -> Use:
    """A name, or a name with arguments: `relu`, `{leaky_relu: {slope: 0.1}}`."""
    if isinstance(node, Scalar):
        return _use(node, None)
    if isinstance(node, Mapping) and len(node.items) == 1:
        return _use(*node.items[0])
    raise fault("NS211", f"expected one op or block, not {describe(node)}", node.span)


def _use(head: Scalar, arguments: Node | None) -> Use:
    if not isinstance(head.value, str) or not WORD.fullmatch(head.text):
        message = f"{describe(head)} is not the name of an op or block"
        raise fault("NS211", message, head.span, hint=_missing_space(head.text))
    given = None if arguments is None or is_null(arguments) else arguments
    return Use(head.text, head.span, given)


def _missing_space(text: str) -> str | None:
    if text.startswith("-"):
        return "a space is missing after `-`"
    return "a space is missing after `:`" if ":" in text else None


def _second_head(key: Scalar, head: Scalar) -> SpecError:
    hint = nearest(key.text, MODIFIERS) or (
        f"a step has one op or block; an argument of `{head.text}` goes inside its braces"
    )
    message = f"unknown modifier `{key.text}` beside `{head.text}`"
    return SpecError([Diagnostic("NS205", message, key.span, hint=hint)])


def _reject_modifier(key: Scalar, head: Scalar) -> None:
    if key.text in _BODIES:
        hint = f"a body that `{head.text}` takes is an argument: `{head.text}: {{body: [...]}}`"
        message = f"`{key.text}` cannot stand beside `{head.text}`"
        takes_body = key.text == "do" and head.text not in _BODIES
        raise fault("NS205", message, key.span, hint=hint if takes_body else None)


def _reject_reserved(key: Scalar, what: str) -> None:
    if key.text in MODIFIERS:
        message = f"`{key.text}` is a modifier and cannot name {what}"
        raise fault("NS208", message, key.span)


def _step_name(node: Node) -> Template:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        raise fault("NS208", f"`again` names a step, not {describe(node)}", node.span)
    return _template(node)


def _origin(node: Node) -> Origin:
    if isinstance(node, Mapping):
        named = {_variable(name): read_expression(value) for name, value in node}
        return Origin(None, named)
    return Origin(read_expression(node), {})


def _weights(modifiers: dict[str, tuple[Scalar, Node]]) -> Weights:
    share, fixed = (_is_set(modifiers.get(name)) for name in ("share", "fixed"))
    init = as_mapping(modifiers["init"][1], "`init`") if "init" in modifiers else ()
    ties = as_mapping(modifiers["tie"][1], "`tie`") if "tie" in modifiers else ()
    return Weights(
        share=modifiers["share"][0].span if share else None,
        fixed=fixed,
        init=tuple(init),
        ties=tuple((key, parse_template(path)) for key, path in ties),
    )


def _reject_weights(head: Scalar, modifiers: dict[str, tuple[Scalar, Node]]) -> None:
    """A step of several has no weights to name; one done `again` has those of the first time."""
    for name in _UNFIT.get(head.text, ()):
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


def _repetition(modifiers: dict[str, tuple[Scalar, Node]]) -> Repetition | None:
    if "repeat" in modifiers and "for" in modifiers:
        raise fault("NS205", "a step has `repeat` or `for`, not both", modifiers["for"][0].span)
    index = _variable(modifiers["index"][1]) if "index" in modifiers else None
    if "repeat" in modifiers:
        key, count = modifiers["repeat"]
        return Repetition(read_expression(count), {}, index, key.span)
    if "for" in modifiers:
        key, lists = modifiers["for"]
        if not isinstance(lists, Mapping) or not lists.items:
            message = f"`for` takes variables with their lists, not {describe(lists)}"
            raise fault("NS211", message, lists.span, hint="for: {n: layers}")
        zipped = {_variable(name): _zipped(values) for name, values in lists}
        return Repetition(None, zipped, index, key.span)
    return None


def _zipped(node: Node) -> Expression | Node:
    """One expression; a list with blocks in it (mappings) stays as it is."""
    if isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items):
        return node
    return read_expression(node)


def _variable(node: Node) -> str:
    if not isinstance(node, Scalar) or not IDENTIFIER.fullmatch(node.text):
        raise fault("NS208", f"{describe(node)} is not a name for a variable", node.span)
    _reject_reserved(node, "a variable")
    return node.text


def read_expression(node: Node) -> Expression:
    """A scalar or a list of them as one expression."""
    if isinstance(node, Scalar):
        return parse_expression(_source_text(node), node.span)
    if isinstance(node, Sequence):
        parts = [read_expression(item) for item in node.items]
        return parse_expression("[" + ", ".join(p.text for p in parts) + "]", node.span)
    raise fault("NS204", "expected an expression, not a mapping", node.span)


def _source_text(node: Scalar) -> str:
    if node.value is None:
        raise fault("NS204", "an expression is missing here", node.span)
    return node.text if isinstance(node.value, str) else repr(node.value)


def _text(node: Node) -> str:
    if isinstance(node, Scalar) and node.value is not None:
        return node.text
    raise fault("NS204", f"expected a text, not {describe(node)}", node.span)


def parse_template(node: Node) -> Template:
    """A text with expressions in braces."""
    parts: list[str | Expression] = []
    for k, piece in enumerate(re.split(r"\{([^{}]*)\}", _text(node))):
        if k % 2:
            parts.append(parse_expression(piece, node.span))
        elif piece:
            parts.append(piece)
    return Template(tuple(parts), node.span)


def _template(node: Node) -> Template:
    """The name of a module, perhaps with expressions in braces."""
    text, parts = _text(node), parse_template(node).parts
    literal = "".join(p for p in parts if isinstance(p, str))
    starts_badly = len(parts) == 1 and literal[:1].isdigit()
    if text in ("", "_") or not re.fullmatch(r"\w*", literal) or starts_badly:
        message = f"`{text}` cannot be the name of a module"
        raise fault("NS208", message, node.span, hint="letters, digits and _, no digit first")
    return Template(tuple(parts), node.span)
