"""What a step says of its weights: `again`, `share`, `fixed`, `init`, `tie`."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from typing import TYPE_CHECKING, Any

from netspec.diagnostics import Span, fault, nearest
from netspec.elaborate.arguments import ready
from netspec.elaborate.context import Site, kind_of
from netspec.elaborate.environment import Environment
from netspec.ops.base import Op, Weight
from netspec.program import PLAIN, Call, Init, Instance, Path, Tie, Weighting
from netspec.program.weights import instance_weights, own_weights
from netspec.syntax import nodes
from netspec.syntax.nodes import Mapping, Node, Scalar
from netspec.syntax.steps import Template
from netspec.tensor import Tensor

if TYPE_CHECKING:
    from netspec.elaborate.body import Body

_NONLINEARITY = frozenset("linear sigmoid tanh relu leaky_relu selu".split())
SCHEMES: AnyMapping[str, tuple[int, frozenset[str]]] = {
    "constant": (0, frozenset({"val"})),
    "zeros": (0, frozenset()),
    "ones": (0, frozenset()),
    "uniform": (0, frozenset({"a", "b"})),
    "normal": (0, frozenset({"mean", "std"})),
    "trunc_normal": (0, frozenset({"mean", "std", "a", "b"})),
    "eye": (2, frozenset()),
    "dirac": (3, frozenset({"groups"})),
    "orthogonal": (2, frozenset({"gain"})),
    "xavier_uniform": (2, frozenset({"gain"})),
    "xavier_normal": (2, frozenset({"gain"})),
    "kaiming_uniform": (2, frozenset({"a", "mode", "nonlinearity"})),
    "kaiming_normal": (2, frozenset({"a", "mode", "nonlinearity"})),
}
"""The schemes of `torch.nn.init`: the fewest axes of a weight, and the arguments."""
_WORDS = {"mode": frozenset({"fan_in", "fan_out"}), "nonlinearity": _NONLINEARITY}

Weights = AnyMapping[Path, Weight]
Entry = tuple[Scalar, Any]


def weighting(body: Body, call: Call, path: Path, site: Site) -> Weighting:
    """How the weights of a call are made; raises `SpecError` (NS308 and what arguments raise)."""
    fixed, said = site.context.fixed, site.weights
    if body.replaying:
        body.elaborator.spend(5, site.use.span)
        _require_same(body, call, path, site)
        return Weighting(again=True, fixed=fixed)
    if not (fixed or said.init or said.ties):
        return PLAIN
    weights = _weights(call)
    init = {key.text: _init(key, node, weights, call, site) for key, node in said.init}
    _require_one_start(said.init, said.ties)
    ties = {key.text: _tie(body, key, to, weights, call, site) for key, to in said.ties}
    return Weighting(fixed=fixed, init=init, ties=ties)


def _require_one_start(init: Iterable[Entry], ties: Iterable[Entry]) -> None:
    """A tied weight starts as the weight that it is."""
    tied = {key.text for key, _ in ties}
    for key, _ in init:
        if key.text in tied:
            raise fault("NS308", f"`{key.text}` is tied, and starts as that weight does", key.span)


def _weights(call: Call) -> Weights:
    """Every weight of a call's target by its path in there."""
    if not isinstance(call.target, Op):
        return dict(instance_weights(call.target))
    given = call.target.weights(tuple([value.type for value in call.inputs]))
    return {tuple(key.split(".")) if key else (): weight for key, weight in given.items()}


def _require_same(body: Body, call: Call, path: Path, site: Site) -> None:
    """The weights of the call are those that stand at its path."""
    first = body.registered.get(path)
    if first is None or (first.target is call.target and isinstance(call.target, Instance)):
        return
    before, now = _weights(first), _weights(call)
    for key in (*before, *now):
        was, would = _shown(before.get(key)), _shown(now.get(key))
        if was != would:
            name = ".".join(key) or "its weight"
            message = f"`{name}` of `{site.use.head}` is {was} and would be {would} when used again"
            raise fault("NS308", message, site.use.span)


def _shown(weight: Weight | None) -> str:
    return "no weight" if weight is None else str(Tensor(weight.shape))


def _require_weight(key: Scalar, weights: Weights, site: Site) -> Path:
    path: Path = tuple(key.text.split("."))
    if path == ("weight",) and () in weights:
        return ()
    if path not in weights:
        known = [".".join(each) or "weight" for each in weights]
        listed = ", ".join(f"`{name}`" for name in known[:8])
        hint = nearest(key.text, known) or (f"it has {listed}" if known else None)
        message = f"`{site.use.head}` has no weight `{key.text}`"
        raise fault("NS308", message, key.span, hint=hint)
    return path


# ---------------------------------------------------------------------------------------- `init`


def _init(key: Scalar, node: Node, weights: Weights, call: Call, site: Site) -> Init:
    weight = weights[_require_weight(key, weights, site)]
    environment = site.context.environment
    if isinstance(node, Scalar) and node.text in SCHEMES:
        return _scheme(node, Mapping([], node.span), weight, environment)
    if isinstance(node, Mapping):
        if len(node.items) != 1:
            raise fault("NS204", "an `init` is one scheme: {normal: {std: 0.01}}", node.span)
        name, arguments = node.items[0]
        given = nodes.as_mapping(arguments, f"what `{name.text}` takes")
        return _scheme(name, given, weight, environment)
    value = _number(node, environment)
    if not isinstance(value, tuple):
        return Init("constant", (("val", value),))
    if _shape(value) != weight.shape:
        message = f"these values are not of the shape {Tensor(weight.shape)} of `{key.text}`"
        raise fault("NS308", message, node.span)
    return Init("values", (("values", value),))


def _scheme(name: Scalar, given: Mapping, weight: Weight, environment: Environment) -> Init:
    if name.text not in SCHEMES:
        hint = nearest(name.text, SCHEMES) or f"one of {', '.join(SCHEMES)}, or a number"
        raise fault("NS204", f"unknown initialisation `{name.text}`", name.span, hint=hint)
    axes, known = SCHEMES[name.text]
    if len(weight.shape) < axes:
        message = f"`{name.text}` needs {axes} axes or more; the weight is {Tensor(weight.shape)}"
        raise fault("NS308", message, name.span)
    arguments = []
    for key, value in given:
        if key.text not in known:
            message = f"`{name.text}` has no argument `{key.text}`"
            raise fault("NS202", message, key.span, hint=nearest(key.text, known))
        arguments.append((key.text, _argument(key.text, value, environment)))
    return Init(name.text, tuple(arguments))


def _argument(name: str, node: Node, environment: Environment) -> Any:
    words = _WORDS.get(name)
    if words is None:
        return _number(node, environment)
    if not isinstance(node, Scalar) or node.text not in words:
        allowed = ", ".join(sorted(words))
        raise fault("NS204", f"`{name}` is one of {allowed}", node.span)
    return node.text


def _number(node: Node, environment: Environment) -> Any:
    """A number, or nested lists of them."""
    value = ready(node, block=False).evaluate(environment, {})
    if not _is_numeric(value):
        raise fault("NS204", f"an `init` is a number, not {kind_of(value)}", node.span)
    return value


def _is_numeric(value: Any) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_numeric, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of nested tuples; None where they are ragged."""
    if not isinstance(value, tuple):
        return ()
    inner = {_shape(entry) for entry in value}
    shape = inner.pop()
    return None if inner or shape is None else (len(value), *shape)


# ----------------------------------------------------------------------------------------- `tie`


def _tie(body: Body, key: Scalar, to: Template, weights: Weights, call: Call, site: Site) -> Tie:
    path = _require_weight(key, weights, site)
    if len(path) != 1 or not isinstance(call.target, Op):
        message = f"`tie` goes with an op; `{site.use.head}` is a block"
        raise fault("NS308", message, key.span, hint="tie the weights inside the block")
    *there, last = _rendered(to, site.context.environment)
    transposed = last == "T" and bool(there)
    target: Path = tuple(there) if transposed else (*there, last)
    found = _find(body, target, to.span)
    own, shape = weights[path].shape, tuple(reversed(found.shape)) if transposed else found.shape
    if own != shape and own == shape[::-1] and key.text in call.target.transposable:
        transposed, shape = True, own
    if own != shape or (transposed and len(own) != 2):
        message = f"`{key.text}` is {Tensor(own)}, `{'.'.join(target)}` is {Tensor(found.shape)}"
        raise fault("NS308", message, to.span, hint="tied weights have one shape")
    return Tie(target[:-1], target[-1], transposed)


def _rendered(to: Template, environment: Environment) -> list[str]:
    parts = [p if isinstance(p, str) else str(p.evaluate(environment)) for p in to.parts]
    return "".join(parts).split(".")


def _find(body: Body, target: Path, span: Span) -> Weight:
    """The weight at a path of the module tree, of a step before this one."""
    for depth in range(1, len(target) + 1):
        call = body.registered.get(target[:depth]) or _in_run(body, target[:depth])
        if call is not None:
            weight = dict(own_weights(call)).get(target[depth:])
            if weight is not None:
                return weight
    calls = list(body.registered.items())[:100]
    known = [".".join((*at, *key)) for at, each in calls for key, _ in own_weights(each)]
    hint = nearest(".".join(target), known)
    raise fault("NS308", f"no weight `{'.'.join(target)}` before this step", span, hint=hint)


def _in_run(body: Body, path: Path) -> Call | None:
    """The counted call that has the path beyond its first."""
    return next((c for c in body.calls if c.count > 1 and path in [*c.paths]), None)
