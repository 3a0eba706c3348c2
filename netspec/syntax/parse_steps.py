"""Nodes to steps. Arguments stay nodes: what they mean is the callee's to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from netspec.diagnostics import Report, SpecError, fault
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, describe, is_null
from netspec.syntax.parse_expressions import parse_name, parse_text, read_expression, run_on
from netspec.syntax.parse_modifiers import (
    parse_loop,
    parse_origin,
    parse_weights,
    reject_reserved,
    reject_weights,
    require_before_the_loop,
)
from netspec.syntax.steps import (
    MODIFIERS,
    WORD,
    Again,
    Branches,
    Step,
    Template,
    Unread,
    Use,
    Weights,
)

BODIES = ("do", "branches", "again")
"""What a step may be in place of a use."""


class StepParser:
    """Nodes to steps. A step that cannot be read is reported, and stands as such (`Unread`)."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def steps(self, node: Node) -> tuple[Step, ...]:
        """A body: a list of steps, or a single step."""
        items = node.items if isinstance(node, Sequence) else [node]
        return tuple([self._readable(item) for item in items])

    def _readable(self, node: Node) -> Step:
        """One step; what cannot be read is reported and stands for itself."""
        try:
            return self.step(node)
        except SpecError as error:
            self.report.add(error)
            return Step(Unread(), node.span, name=_name_at_least(node), nodes=(node,))

    def step(self, node: Node) -> Step:
        """One step; raises `SpecError` (NS211 and what its parts raise)."""
        if isinstance(node, Scalar):
            return Step(_use(node, None), node.span, nodes=(node,))
        if isinstance(node, Sequence):
            return Step(self.steps(node), node.span, nodes=(node,))
        return self._mapping(node)

    def _mapping(self, node: Mapping) -> Step:
        (head, arguments), stray = _head(node)
        modifiers = {k.text: (k, v) for k, v in node if k is not head and k not in stray}
        _reject_unfit(head, modifiers)
        reject_weights(head, modifiers)
        read = _Parts(modifiers)
        body = read.of(lambda: self._body(head, arguments, modifiers.get("merge")))
        step = Step(
            body=Unread() if body is None else body,
            span=head.span,
            name=read.modifier("name", parse_name),
            origin=read.modifier("from", parse_origin),
            loop=read.of(lambda: parse_loop(modifiers)),
            when=read.modifier("when", read_expression),
            weights=read.of(lambda: parse_weights(modifiers)) or Weights(),
            note=read.modifier("note", parse_text),
            stray=stray,
            nodes=(node,),
        )
        read.faults.raise_if_any()
        require_before_the_loop(step)
        return step

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
            return tuple([self._named_path(key, value) for key, value in node])
        raise fault("NS211", f"branches are a list or a mapping, not {describe(node)}", node.span)

    def _named_path(self, key: Scalar, value: Node) -> Step:
        reject_reserved(key, "a branch")
        if isinstance(value, Scalar) and not isinstance(value.value, str):
            message = f"the branch `{key.text}` is {describe(value)}, not a step"
            step = key.text if is_null(value) else f"{key.text}: {value.text}"
            hint = f"branches without names are a list: `- {step}`"
            raise fault("NS211", message, key.span, hint=hint)
        path = self._readable(value)
        if path.name is not None:
            raise fault("NS205", "a named branch takes no `name` of its own", path.name.span)
        return replace(path, name=parse_name(key))


Part = TypeVar("Part")


class _Parts:
    """The parts of one step; a fault of one does not hide those of the others."""

    def __init__(self, modifiers: dict[str, tuple[Scalar, Node]]) -> None:
        self.modifiers, self.faults = modifiers, Report()

    def of(self, read: Callable[[], Part]) -> Part | None:
        with self.faults.collecting():
            return read()
        return None

    def modifier(self, name: str, read: Callable[[Node], Part]) -> Part | None:
        if name not in self.modifiers:
            return None
        return self.of(lambda: read(self.modifiers[name][1]))


def _head(node: Mapping) -> tuple[tuple[Scalar, Node], tuple[Scalar, ...]]:
    """What the step does, and the keys beside it that are no modifiers."""
    bodies = [(k, v) for k, v in node if k.text in BODIES]
    heads = [(k, v) for k, v in node if k.text not in MODIFIERS]
    if not heads and not bodies:
        key = node.items[0][0].text if node.items else "name"
        hint = f"`{key}` stands beside what it speaks of, without a dash of its own"
        message = "a step needs an op, a block, `do` or `branches`"
        raise fault("NS211", message, node.span, hint=hint)
    if bodies and heads and heads[0][0] is not node.items[0][0]:
        return bodies[0], tuple(key for key, _ in heads)
    return (heads + bodies)[0], tuple(key for key, _ in heads[1:])


def _name_at_least(node: Node) -> Template | None:
    """The name of a step that cannot be read: others may speak of it."""
    name = node.get("name") if isinstance(node, Mapping) else None
    try:
        return None if name is None else parse_name(name)
    except SpecError:
        return None


def parse_use(node: Node) -> Use:
    """A name, or a name with arguments: `relu`, `{leaky_relu: {slope: 0.1}}`."""
    if isinstance(node, Scalar):
        return _use(node, None)
    if isinstance(node, Mapping) and len(node.items) == 1:
        return _use(*node.items[0])
    raise fault("NS211", f"expected one op or block, not {describe(node)}", node.span)


def _use(head: Scalar, arguments: Node | None) -> Use:
    if not isinstance(head.value, str) or not WORD.fullmatch(head.text):
        raise _no_use(head)
    given = None if arguments is None or is_null(arguments) else arguments
    return Use(head.text, head.span, given)


def _no_use(head: Scalar) -> SpecError:
    slip = run_on(head.span) if head.plain else None
    if slip is not None:
        return slip
    if head.value is None:
        return fault("NS211", "a step is missing here", head.span)
    message = f"{describe(head)} is not the name of an op or block"
    return fault("NS211", message, head.span, hint=_meant_step(head))


def _meant_step(head: Scalar) -> str | None:
    from netspec.syntax.elsewhere import op_hint

    text = head.text
    if not isinstance(head.value, str):
        return f"a step is an op or block: `conv: {text}`"
    if text.startswith("-"):
        return f"a space is missing after `-`: `- {text[1:]}`"
    if opened := re.match(r"(\w+) ?([{\[].*)", text):
        return f"a colon is missing: `{opened[1]}: {opened[2]}`"
    if ":" in text:
        return f"a space is missing after `:`: `{text.replace(':', ': ', 1)}`"
    if loop := re.fullmatch(r"for (\w+) in (.+?):?", text):
        return f"a loop is a modifier: `for: {{{loop[1]}: {loop[2]}}}`"
    if "(" in text:
        return _as_arguments(*text.rstrip(")").split("(", 1))
    if re.fullmatch(r"\w+(\.\w+)+", text):
        last = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", text.rpartition(".")[2])
        return op_hint(text) or f"an op is called by its own name: `{last.lower()}`"
    return op_hint(text)


def _as_arguments(name: str, given: str) -> str:
    """A call as a step."""
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if len(parts) == 1 and "=" not in given:
        return f"what is given stands behind a colon: `{name}: {given}`"
    if "=" not in given:
        return f"arguments in their order are a list: `{name}: [{', '.join(parts)}]`"
    named = ", ".join(part.replace("=", ": ") if "=" in part else f"..: {part}" for part in parts)
    return f"arguments stand in braces, each with its name: `{name}: {{{named}}}`"


def _reject_unfit(head: Scalar, modifiers: dict[str, tuple[Scalar, Node]]) -> None:
    """Raise `SpecError` (NS205, NS211) for modifiers that do not go with the head, or alone."""
    for name in BODIES:
        if name in modifiers:
            raise _two_bodies(head, modifiers[name][0])
    if "merge" in modifiers and head.text != "branches":
        key = modifiers["merge"][0]
        raise fault("NS205", "`merge` goes with `branches` only", key.span)
    if "index" in modifiers and not modifiers.keys() & {"repeat", "for"}:
        key = modifiers["index"][0]
        raise fault("NS205", "`index` goes with `repeat` or `for`", key.span)


def _two_bodies(head: Scalar, key: Scalar) -> SpecError:
    if not WORD.fullmatch(head.text):
        return _no_use(head)
    hint = f"a body that `{head.text}` takes is an argument: `{head.text}: {{body: [...]}}`"
    takes_body = key.text == "do" and head.text not in BODIES
    message = f"`{key.text}` cannot stand beside `{head.text}`"
    return fault("NS205", message, key.span, hint=hint if takes_body else None)


def _step_name(node: Node) -> Template:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        hint = f"`again: {node.items[0][0].text}`" if isinstance(node, Mapping) else None
        raise fault("NS208", f"`again` names a step, not {describe(node)}", node.span, hint=hint)
    return parse_name(node)
