"""Steps: what a body is a list of. Arguments stay nodes: what they mean is the callee's to say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property

from netspec.diagnostics import Diagnostic, Report, Span, SpecError, fault, nearest
from netspec.syntax.expression import Expression, parse_expression
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, describe, is_null

MODIFIERS = frozenset(
    "name from repeat for index when again share tie fixed init merge note do branches".split()
)
LATER = frozenset({"again", "share", "tie", "fixed", "init"})
WORD = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, eq=False)
class Use:
    """An op or block by name, with its arguments as written (None where there are none)."""

    head: str
    span: Span
    arguments: Node | None = None

    @property
    def base(self) -> str:
        """What an unnamed step is called after: the head without its prefix."""
        return self.head.rpartition(".")[2]


@dataclass(frozen=True, eq=False)
class Branches:
    """Paths that all take the value so far; `named` ones carry their name in the step."""

    paths: tuple[Step, ...]
    merge: Use | None
    span: Span


@dataclass(frozen=True, eq=False)
class Repetition:
    """`repeat` (with `count`) or `for` (with `lists`), and `index`, the other name of `i`."""

    count: Expression | None
    lists: dict[str, Expression]
    index: str | None
    span: Span

    @cached_property
    def variables(self) -> frozenset[str]:
        own = {"i", "first", "last", *self.lists}
        return frozenset(own | {self.index} if self.index else own)


@dataclass(frozen=True, eq=False)
class Template:
    """A text with expressions in braces: `layer{stage + 1}`."""

    parts: tuple[str | Expression, ...]
    span: Span

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that its expressions mention."""
        return frozenset().union(*(p.names for p in self.parts if isinstance(p, Expression)))

    @cached_property
    def literal(self) -> str | None:
        """The name itself where it has no braces."""
        first = self.parts[0]
        return first if isinstance(first, str) and len(self.parts) == 1 else None


@dataclass(frozen=True, eq=False)
class Step:
    """One step with its modifiers. `body` is a use, branches, or a tuple of steps in a row."""

    body: Use | Branches | tuple[Step, ...]
    span: Span
    name: Template | None = None
    source: Expression | None = None
    loop: Repetition | None = None
    when: Expression | None = None
    note: str | None = None
    nodes: tuple[Node, ...] = field(default=(), repr=False)

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Every word in the step's text: a superset of the names that it can depend on."""
        return frozenset().union(*map(identifiers, self.nodes))


def identifiers(node: Node) -> frozenset[str]:
    """Every word in a node's text, keys and values."""
    if isinstance(node, Scalar):
        return frozenset(_IDENTIFIER.findall(node.text))
    if isinstance(node, Sequence):
        return frozenset().union(*map(identifiers, node.items))
    return frozenset().union(*(identifiers(k) | identifiers(v) for k, v in node))


def wired(node: Node) -> frozenset[str]:
    """Every word that stands in a `from` somewhere in the node."""
    if isinstance(node, Scalar):
        return frozenset()
    if isinstance(node, Sequence):
        return frozenset().union(*map(wired, node.items))
    own = [identifiers(value) for key, value in node if key.text == "from"]
    return frozenset().union(*own, *(wired(value) for _, value in node))


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
        return Step(
            body=self._body(head, arguments, modifiers.get("merge")),
            span=head.span,
            name=_template(modifiers["name"][1]) if "name" in modifiers else None,
            source=read_expression(modifiers["from"][1]) if "from" in modifiers else None,
            loop=_repetition(modifiers),
            when=read_expression(modifiers["when"][1]) if "when" in modifiers else None,
            note=_text(modifiers["note"][1]) if "note" in modifiers else None,
            nodes=(node,),
        )

    def _head(self, node: Mapping) -> tuple[Scalar, Node]:
        bodies = [(k, v) for k, v in node if k.text in ("do", "branches")]
        heads = [(k, v) for k, v in node if k.text not in MODIFIERS] + bodies
        if not heads:
            for key, _ in node:
                _reject_modifier(key, key)
            raise fault("NS211", "a step needs an op, a block, `do` or `branches`", node.span)
        for key, _ in heads[1:]:
            if key.text not in ("do", "branches"):
                self.report.add(_second_head(key, heads[0][0]))
        return heads[0]

    def _body(
        self, head: Scalar, arguments: Node, merge: tuple[Scalar, Node] | None
    ) -> Use | Branches | tuple[Step, ...]:
        if head.text == "do":
            return self.steps(arguments)
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
    hint = nearest(key.text, MODIFIERS - LATER) or (
        f"a step has one op or block; an argument of `{head.text}` goes inside its braces"
    )
    message = f"unknown modifier `{key.text}` beside `{head.text}`"
    return SpecError([Diagnostic("NS205", message, key.span, hint=hint)])


def _reject_modifier(key: Scalar, head: Scalar) -> None:
    if key.text in LATER:
        raise fault("NS210", f"the modifier `{key.text}` is not in this version yet", key.span)
    if key.text in ("do", "branches"):
        hint = f"a body that `{head.text}` takes is an argument: `{head.text}: {{body: [...]}}`"
        message = f"`{key.text}` cannot stand beside `{head.text}`"
        raise fault("NS205", message, key.span, hint=hint if key.text == "do" else None)


def _reject_reserved(key: Scalar, what: str) -> None:
    if key.text in MODIFIERS:
        message = f"`{key.text}` is a modifier and cannot name {what}"
        raise fault("NS208", message, key.span)


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
        zipped = {_variable(name): read_expression(values) for name, values in lists}
        return Repetition(None, zipped, index, key.span)
    return None


def _variable(node: Node) -> str:
    if not isinstance(node, Scalar) or not _IDENTIFIER.fullmatch(node.text):
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
    if not re.fullmatch(r"\w*", literal) or (len(parts) == 1 and literal[:1].isdigit()):
        message = f"`{text}` cannot be the name of a module"
        raise fault("NS208", message, node.span, hint="letters, digits and _, no digit first")
    return Template(tuple(parts), node.span)
