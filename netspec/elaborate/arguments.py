"""Arguments of ops and blocks: from nodes to values, each checked against what takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from netspec.diagnostics import Report, Span, fault
from netspec.elaborate.environment import Environment, resolve
from netspec.elaborate.signatures import is_required, parameters, require_parameter, too_many
from netspec.elaborate.values import Closure, Partial, Wires
from netspec.ops.base import Op
from netspec.syntax import nodes
from netspec.syntax.arithmetic import WorkLimit, whole_list
from netspec.syntax.expression import Expression, parse_expression
from netspec.syntax.formula import resolve_formula
from netspec.syntax.nodes import Mapping, Node, Scalar
from netspec.syntax.parse_steps import StepParser
from netspec.syntax.spec import BUILT_IN, Block, Parameter, SpecFile
from netspec.syntax.steps import Step, Use, wired

Evaluator = Callable[[Environment, Wires], Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An argument as written, made ready to be evaluated many times."""

    parameter: str
    span: Span
    ready: Ready


@dataclass(frozen=True, slots=True)
class Ready:
    """How to evaluate a node: its text if it is one expression, and what it is made of (`use` of a
    block or op with arguments, the `step` of an inline body). A `formula` waits for its operands.
    """

    evaluate: Evaluator
    text: str | None = None
    expressions: tuple[Expression, ...] = ()
    use: Use | None = None
    step: Step | None = None
    formula: Span | None = None

    @property
    def constant(self) -> bool:
        """Whether the value is the same everywhere."""
        return not self.expressions and self.formula is None


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as written, with the names around it."""

    text: str
    span: Span
    environment: Environment

    def over(self, operands: Sequence[str]) -> Any:
        """The formula of operands with these names; raises `SpecError`."""
        return resolve_formula(self.text, self.span, operands or ("x",), self.environment)


@dataclass(frozen=True, slots=True)
class Supplied:
    """Arguments as written, with the names around them."""

    arguments: Sequence[Prepared]
    environment: Environment
    wires: Wires


def prepare(use: Use, target: Block | type[Op]) -> tuple[Prepared, ...]:
    """The arguments of a use, by parameter; raises `SpecError`."""
    if isinstance(use.arguments, Mapping):
        return _prepared(use.arguments, target)
    return _positional(_assign(use, target), target)


def prepare_defaults(given: Mapping, target: Block | type[Op]) -> tuple[Prepared, ...]:
    """A file's default arguments for an op or block; raises `SpecError`."""
    return _prepared(given, target)


def _prepared(given: Mapping, target: Block | type[Op]) -> tuple[Prepared, ...]:
    """Arguments by name; raises `SpecError` with the faults of them all."""
    report = Report()
    prepared = []
    for key, value in given:
        with report.collecting():
            require_parameter(key, target)
            prepared.append(_prepare(key.text, value, value.span, target))
    report.raise_if_any()
    return tuple(prepared)


def _positional(
    given: AnyMapping[str, tuple[Node, Span]], target: Block | type[Op]
) -> tuple[Prepared, ...]:
    report = Report()
    prepared = []
    for name, (node, span) in given.items():
        with report.collecting():
            prepared.append(_prepare(name, node, span, target))
    report.raise_if_any()
    return tuple(prepared)


def _assign(use: Use, target: Block | type[Op]) -> dict[str, tuple[Node, Span]]:
    node, names = use.arguments, parameters(target)
    if node is None:
        return {}
    positional: list[Node] = node.items if isinstance(node, nodes.Sequence) else [node]
    if isinstance(node, nodes.Sequence) and first_takes_list(target):
        positional = [node]
    if len(positional) > len(names):
        raise too_many(use, positional, target)
    return {name: (n, n.span) for name, n in zip(names, positional, strict=False)}


def first_takes_list(target: Block | type[Op]) -> bool:
    if isinstance(target, Block):
        first = next(iter(target.parameters.values()), None)
        if first is None:
            return False
        return first.takes_list or takes_block(first, target.parameters, target.home)
    field = next(iter(target.arguments().values()), None)
    annotation = str(field.annotation) if field is not None else ""
    return "tuple" in annotation and "int |" not in annotation


def takes_block(parameter: Parameter, beside: AnyMapping[str, Parameter], home: SpecFile) -> bool:
    """Whether a list given for the parameter is an inline body: it has the type `block`, or its
    default is one, or the name of one.
    """
    default = parameter.default
    if parameter.takes_block or not isinstance(default, Scalar):
        return parameter.takes_block
    if not isinstance(default.value, str) or default.text in beside:
        return False
    is_variable = default.text in home.params or default.text in BUILT_IN
    return not is_variable and resolve(default.text, home) is not None


def _prepare(name: str, node: Node, span: Span, target: Block | type[Op]) -> Prepared:
    if isinstance(target, Block):
        parameter = target.parameters[name]
        return Prepared(
            name, span, ready(node, block=takes_block(parameter, target.parameters, target.home))
        )
    if isinstance(node, Scalar) and name in target.formulas:
        text, at = node.text, node.span
        later = Ready(lambda names, wires: Formula(text, at, names), text, formula=at)
        return Prepared(name, span, later)
    words = _words(target, name)
    if isinstance(node, Scalar) and node.text in words:
        word = node.text
        return Prepared(name, span, Ready(lambda environment, wires: word))
    if isinstance(node, Mapping):
        message = f"`{name}` of `{target.name}` is a value, not a mapping"
        hint = "an op is a step of its own, with a dash; braces in a value are quoted"
        raise fault("NS204", message, node.span, hint=hint)
    if nodes.is_null(node):
        default = None if is_required(target, name) else "leave it out for its default"
        raise fault("NS204", f"`{name}` of `{target.name}` has no value", node.span, hint=default)
    prepared = ready(node, block=False)
    for expression in prepared.expressions:
        expression.words = words
    return Prepared(name, span, prepared)


@cache
def _words(target: type[Op], field: str) -> frozenset[str]:
    """The words that an op's argument enumerates."""
    from typing import Literal, get_args, get_origin

    found: set[str] = set()
    pending: list[Any] = [target.arguments()[field].annotation]
    while pending:
        annotation = pending.pop()
        if get_origin(annotation) is Literal:
            found.update(word for word in get_args(annotation) if isinstance(word, str))
        else:
            pending.extend(get_args(annotation))
    return frozenset(found)


def ready(node: Node, *, block: bool) -> Ready:
    """A node made ready: a block where it is a mapping (or, for a block parameter, a list), else a
    list, a constant or an expression.
    """
    if isinstance(node, Mapping) or (block and isinstance(node, nodes.Sequence)):
        return _ready_block(node)
    if isinstance(node, nodes.Sequence):
        parts = [ready(item, block=False) for item in node.items]
        inner = tuple(e for part in parts for e in part.expressions)
        return Ready(_list_evaluator(parts, node.span), expressions=inner)
    if isinstance(node.value, str):
        expression = parse_expression(node.text, node.span)
        return Ready(
            lambda environment, wires: expression.evaluate(environment), node.text, (expression,)
        )
    if node.value is None:
        raise fault("NS204", "a value is missing here", node.span)
    value = node.value
    return Ready(lambda environment, wires: value)


def _list_evaluator(parts: Sequence[Ready], span: Span) -> Evaluator:
    def evaluate(environment: Environment, wires: Wires) -> tuple[Any, ...]:
        entries = [part.evaluate(environment, wires) for part in parts]
        try:
            return whole_list(entries)
        except WorkLimit as error:
            raise fault("NS112", f"this list: {error}", span) from None

    return evaluate


def _ready_block(node: Node) -> Ready:
    """A name with arguments is a partial; a list, `do` or anything with modifiers a closure."""
    report = Report()
    step = StepParser(report).step(node)
    report.raise_if_any()
    words = wired(node)

    def taken(wires: Wires) -> Wires:
        return {name: wires[name] for name in sorted(wires) if name.partition(".")[0] in words}

    use = step.body
    if isinstance(node, Mapping) and len(node.items) == 1 and isinstance(use, Use):
        return Ready(lambda names, wires: Partial(use, names, taken(wires)), use=use)
    return Ready(lambda names, wires: Closure(step, names, taken(wires)), step=step)


@lru_cache(maxsize=4096)
def ready_default(parameter: Parameter) -> Ready:
    """The default of a parameter made ready (once per parameter)."""
    assert parameter.default is not None
    return ready(parameter.default, block=parameter.takes_block)
