"""`init`: how weights start, by the schemes of `torch.nn.init`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from math import isfinite
from typing import Any, NamedTuple

from netspec.diagnostics import Report, Span, fault, nearest
from netspec.elaborate.arguments import ready
from netspec.elaborate.context import kind_of
from netspec.elaborate.environment import Environment
from netspec.ops.base import Weight
from netspec.program import Init
from netspec.syntax import nodes
from netspec.syntax.arithmetic import FUNCTIONS
from netspec.syntax.closures import WORDS as WORDS_OF_EXPRESSIONS
from netspec.syntax.nodes import Mapping, Node, Scalar
from netspec.syntax.spec import BUILT_IN
from netspec.tensor import Tensor, fits


class Scheme(NamedTuple):
    """The fewest and most axes of a weight, and the arguments by name."""

    fewest: int = 0
    most: int | None = None
    arguments: tuple[str, ...] = ()


SCHEMES: AnyMapping[str, Scheme] = {
    "constant": Scheme(arguments=("val",)),
    "zeros": Scheme(),
    "ones": Scheme(),
    "uniform": Scheme(arguments=("a", "b")),
    "normal": Scheme(arguments=("mean", "std")),
    "trunc_normal": Scheme(arguments=("mean", "std", "a", "b")),
    "eye": Scheme(2, 2),
    "dirac": Scheme(3, 5, ("groups",)),
    "orthogonal": Scheme(2, arguments=("gain",)),
    "xavier_uniform": Scheme(2, arguments=("gain",)),
    "xavier_normal": Scheme(2, arguments=("gain",)),
    "kaiming_uniform": Scheme(2, arguments=("a", "mode", "nonlinearity")),
    "kaiming_normal": Scheme(2, arguments=("a", "mode", "nonlinearity")),
}
WORDS = {
    "mode": ("fan_in", "fan_out"),
    "nonlinearity": ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"),
}
"""The arguments that are words."""


def initialisation(key: Scalar, node: Node, weight: Weight, environment: Environment) -> Init:
    """How the weight called `key` starts: a scheme, a number or nested lists of numbers. Raises
    `SpecError` (NS308 for what does not fit the weight).
    """
    return replace(_initialisation(key, node, weight, environment), span=key.span)


def _initialisation(key: Scalar, node: Node, weight: Weight, environment: Environment) -> Init:
    if isinstance(node, Scalar) and _names_scheme(node, environment):
        return _scheme(node, Mapping([], node.span), weight, environment)
    if isinstance(node, Mapping):
        return _scheme(*_named_scheme(node), weight, environment)
    value = _numbers(node, environment)
    if not isinstance(value, tuple):
        return Init("constant", (("val", value),), dict(_expressions([("val", node)])))
    if _shape(value) != weight.shape:
        message = f"these values are not of the shape {Tensor(weight.shape)} of `{key.text}`"
        raise fault("NS308", message, node.span)
    return Init("values", (("values", value),))


def mend_of_weight(key: Scalar, known: Collection[str]) -> str | None:
    """What to write for the name of a weight that is none of those known."""
    if key.text in SCHEMES:
        return f"`{key.text}` is how a weight starts: `{{weight: {{{key.text}: ...}}}}`"
    return nearest(key.text, known)


def check_scheme(key: Scalar, node: Node, names: Collection[str]) -> Iterator[Node]:
    """What can be seen without the weight: raises `SpecError` (NS202, NS204) for a scheme, or an
    argument of one, that is not known; yields the nodes that are values.
    """
    if key.text in SCHEMES:
        return  # no weight has that name, and what stands here is no scheme
    if isinstance(node, Scalar) and _names_scheme(node, names):
        _known_scheme(node)
    elif isinstance(node, Mapping):
        name, given = _named_scheme(node)
        _require_arguments(name, given)
        yield from (value for key, value in given if key.text not in WORDS)
    else:
        yield node


def _names_scheme(node: Scalar, names: Collection[str]) -> bool:
    """Whether a scalar is a scheme, or a slip of one: a word that means nothing else."""
    if node.text in SCHEMES:
        return True
    known = (*names, *BUILT_IN, *FUNCTIONS, *WORDS_OF_EXPRESSIONS)
    return node.value is not None and node.text.isidentifier() and node.text not in known


def _scheme(name: Scalar, given: Mapping, weight: Weight, environment: Environment) -> Init:
    scheme = _known_scheme(name)
    axes = len(weight.shape)
    if axes < scheme.fewest or (scheme.most is not None and axes > scheme.most):
        needs = f"{scheme.fewest} axes" + ("" if scheme.most == scheme.fewest else " or more")
        message = f"`{name.text}` needs {needs}; the weight is {Tensor(weight.shape)}"
        raise fault("NS308", message, name.span)
    arguments: dict[str, Any] = {}
    _require_arguments(name, given)
    for key, value in given:
        arguments[key.text] = _argument(key.text, value, environment)
    _require_sense(name, arguments, weight)
    expressions = dict(_expressions((key.text, value) for key, value in given))
    return Init(name.text, tuple(arguments.items()), expressions)


def _expressions(given: Iterable[tuple[str, Node]]) -> Iterator[tuple[str, str]]:
    """The arguments that are expressions, with these."""
    for name, node in given:
        if isinstance(node, Scalar) and isinstance(node.value, str) and name not in WORDS:
            yield name, node.text


def _named_scheme(node: Mapping) -> tuple[Scalar, Mapping]:
    if len(node.items) != 1:
        raise fault("NS204", "an `init` is one scheme: {normal: {std: 0.01}}", node.span)
    name, arguments = node.items[0]
    return name, nodes.as_mapping(arguments, f"what `{name.text}` takes", _by_name(name, arguments))


MAIN = {"constant": "val", "normal": "std", "trunc_normal": "std", "dirac": "groups"}
"""Which argument a value without a name is most likely to be; of the others their first."""


def _by_name(name: Scalar, value: Node) -> str | None:
    """The scheme with the name of what it was given without one."""
    scheme = SCHEMES.get(name.text)
    if scheme is None or not scheme.arguments or not isinstance(value, Scalar):
        return None
    if name.text == "uniform":
        given = f"a: -{value.text}, b: {value.text}"
    else:
        words = (argument for argument, known in WORDS.items() if value.text in known)
        argument = next(words, MAIN.get(name.text, scheme.arguments[0]))
        given = f"{argument}: {value.text}"
    return f"`{{{name.text}: {{{given}}}}}`"


def _known_scheme(name: Scalar) -> Scheme:
    scheme = SCHEMES.get(name.text)
    if scheme is None:
        hint = nearest(name.text, SCHEMES) or f"one of {', '.join(SCHEMES)}, or a number"
        raise fault("NS204", f"unknown initialisation `{name.text}`", name.span, hint=hint)
    return scheme


def _require_arguments(name: Scalar, given: Mapping) -> None:
    """Raise `SpecError` (NS202) with the arguments that a scheme does not have."""
    known = _known_scheme(name).arguments
    report = Report()
    for key, _ in given:
        if key.text not in known:
            message = f"`{name.text}` has no argument `{key.text}`"
            takes = ", ".join(f"`{each}`" for each in known) or "none"
            hint = nearest(key.text, known) or f"it takes {takes}"
            report.add(fault("NS202", message, key.span, hint=hint))
    report.raise_if_any()


def _require_sense(name: Scalar, arguments: AnyMapping[str, Any], weight: Weight) -> None:
    """Raise `SpecError` (NS203, NS204) for arguments that torch would refuse."""
    if name.text == "constant" and "val" not in arguments:
        raise fault("NS203", "`constant` needs `val`, or write the number itself", name.span)
    least = {"uniform": (0, 1), "trunc_normal": (-2, 2)}.get(name.text)
    if least and arguments.get("a", least[0]) > arguments.get("b", least[1]):
        raise fault("NS204", f"`{name.text}` is from `a` to `b`: `a` is the greater", name.span)
    if arguments.get("std", 0) < 0:
        raise fault("NS204", "`std` is at least 0", name.span)
    groups = arguments.get("groups")
    if groups is not None and not _divides(groups, weight.shape[0]):
        message = f"`groups` divides the {weight.shape[0]} channels, {groups} does not"
        raise fault("NS204", message, name.span)


def _divides(groups: Any, channels: int) -> bool:
    return isinstance(groups, int) and groups > 0 and channels % groups == 0


def _argument(name: str, node: Node, environment: Environment) -> Any:
    words = WORDS.get(name)
    if words is None:
        value = _numbers(node, environment)
        if isinstance(value, tuple):
            raise fault("NS204", f"`{name}` is a number, not a list", node.span)
        return value
    if not isinstance(node, Scalar) or node.text not in words:
        raise fault("NS204", f"`{name}` is one of {', '.join(words)}", node.span)
    return node.text


def _numbers(node: Node, environment: Environment) -> Any:
    """A number, or nested lists of them."""
    value = ready(node, block=False).evaluate(environment, {})
    _require_numbers(value, node.span)
    return value


def _require_numbers(value: Any, span: Span) -> None:
    if isinstance(value, tuple) and value:
        for entry in value:
            _require_numbers(entry, span)
    elif isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise fault("NS204", f"an `init` is a number, not {kind_of(value)}", span)
    elif not fits(value):
        raise fault("NS204", "a whole number of more than 64 bits, which no tensor takes", span)


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of nested tuples; None where they are ragged."""
    if not isinstance(value, tuple):
        return ()
    inner = {_shape(entry) for entry in value}
    shape = inner.pop()
    return None if inner or shape is None else (len(value), *shape)
