"""What a step says of its weights: `again`, `share`, `fixed`, `init`, `tie`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from netspec.diagnostics import Note, Report, Span, SpecError, fault, nearest
from netspec.elaborate.context import Site, in_chain
from netspec.elaborate.environment import Environment
from netspec.elaborate.initialisation import initialisation, mend_of_weight
from netspec.elaborate.naming import place
from netspec.elaborate.starts import NONE, Inits
from netspec.ops.base import Op, Weight
from netspec.program import PLAIN, Call, Instance, Path, Tie, Weighting
from netspec.program.weights import find_weight, weight_keys
from netspec.syntax.arithmetic import spelled
from netspec.syntax.expression import shown
from netspec.syntax.nodes import Scalar
from netspec.syntax.steps import Template
from netspec.tensor import Tensor

if TYPE_CHECKING:
    from netspec.elaborate.body import Body

MOST_KEYS = 1_000
"""Keys that a hint is chosen from."""


def weighting(body: Body, call: Call, path: Path, site: Site) -> Weighting:
    """How the weights of a call are made. Faults of `init` and `tie` are reported: nothing behind
    them depends on it. Raises `SpecError` (NS308) where weights cannot be used again.
    """
    fixed, said = site.context.fixed, site.weights
    if body.is_replaying:
        body.elaborator.spend(5 + len(body.names.maps), site.use.span)
        first = _registered(body, path)
        if first is not None:
            _require_same(body, first, call, site)
            return Weighting(again=True, fixed=fixed)
        _require_weightless(call, path, site)
    init = dict(_of_file(body, call, site))
    if not (fixed or init or said.init or said.ties):
        return PLAIN
    ties, report = {}, Report()
    for key, node in said.init:
        with report.collecting():
            weight = _weight(key, call, site)
            init[key.text] = initialisation(key, node, weight, site.context.environment)
    for key, to in said.ties:
        with report.collecting():
            if key.text in init:
                message = f"`{key.text}` is tied and starts as the other weight does"
                raise fault("NS308", message, key.span, hint=f"leave `{key.text}` out of `init`")
            ties[key.text] = _tie(body, key, to, _weight(key, call, site), call, site)
    if report:
        body.elaborator.add(in_chain(SpecError(report.faults), body.frame))
    return Weighting(fixed=fixed, init=init, ties=ties)


def _of_file(body: Body, call: Call, site: Site) -> Inits:
    """What the network's `init` says of a call."""
    if not isinstance(call.target, Op):
        return NONE
    inputs = tuple([value.type for value in call.inputs])
    settled = frozenset(key.text for key, _ in (*site.weights.init, *site.weights.ties))
    return body.elaborator.starts.of(call.target, inputs, settled, site.use.span)


def _weight(key: Scalar, call: Call, site: Site) -> Weight:
    """The weight that a key of `init` or `tie` means."""
    path: Path = tuple(key.text.split("."))
    weight = find_weight(call.target, call, path)
    if weight is None and path == ("weight",):
        weight = find_weight(call.target, call, ())
    if weight is None:
        known = [".".join(each) or "weight" for each in islice(weight_keys(call), MOST_KEYS)]
        listed = ", ".join(f"`{name}`" for name in known[:8])
        hint = mend_of_weight(key, known) or (f"it has {listed}" if known else None)
        what = f"no weight `{key.text}`" if known else "no weights"
        message = f"`{site.use.head}` has {what}"
        raise fault("NS308", message, key.span, hint=hint)
    return weight


# ----------------------------------------------------------------------------- `again` and `share`


def _require_weightless(call: Call, path: Path, site: Site) -> None:
    if next(weight_keys(call), None) is not None:
        name = ".".join(path)
        message = f"`{name}` was left out the first time, so there are no weights to use again"
        raise fault("NS308", message, site.use.span)


def _require_same(body: Body, first: Call, call: Call, site: Site) -> None:
    """The weights of the call are those of the first at its place."""
    difference = _difference(first, call, body.elaborator.compared)
    if difference is not None:
        name, was, would = difference
        message = f"`{name}` of `{site.use.head}` is {was} and would be {would} when used again"
        given = ", ".join(str(value.type) for value in first.inputs)
        notes = [Note(f"it was first used here, on {given}", first.span)]
        for k, value in enumerate(first.inputs[: len(call.inputs)]):
            if value.type != call.inputs[k].type:
                notes.append(body.elaborator.origin(value))
        raise fault("NS308", message, site.use.span, notes=notes)


Difference = tuple[str, str, str]


def _difference(a: Call, b: Call, compared: set[tuple[int, int]]) -> Difference | None:
    """A weight that is not the same in two calls: its name, its shape in each."""
    if isinstance(a.target, Instance) and isinstance(b.target, Instance):
        return _difference_inside(a.target, b.target, compared)
    paths = dict.fromkeys((*weight_keys(a), *weight_keys(b)))
    for path in paths:
        was, would = (_shown(find_weight(each.target, each, path)) for each in (a, b))
        if was != would:
            return ".".join(path) or "weight", was, would
    random = isinstance(a.target, Op) and a.target.group == "stochastic"
    return _other_arguments(a.target, b.target) if paths or random else None


def _other_arguments(a: Op | Instance, b: Op | Instance) -> Difference | None:
    """An argument that is not the same in two ops whose module is to be one."""
    if a == b:
        return None
    if not isinstance(a, Op) or type(a) is not type(b):
        return "the module", "one kind", "another"
    names = type(a).model_fields
    name = next(each for each in names if getattr(a, each) != getattr(b, each))
    return name, shown(getattr(a, name)), shown(getattr(b, name))


def _difference_inside(
    a: Instance, b: Instance, compared: set[tuple[int, int]]
) -> Difference | None:
    if a is b or (id(a), id(b)) in compared:
        return None
    compared.add((id(a), id(b)))
    before, now = ({c.place: c for c in each.calls if not c.weighting.again} for each in (a, b))
    for at in dict.fromkeys((*before, *now)):
        was, would = before.get(at), now.get(at)
        difference: Difference | None
        if was is None or would is None or was.count != would.count:
            there = was or would
            has_weights = there is not None and next(weight_keys(there), None) is not None
            absent = ("there", "left out") if would is None else ("left out", "there")
            difference = ("", *absent) if has_weights else None
        else:
            difference = _difference(was, would, compared)
        if difference is not None:
            name, was_, would_ = difference
            return ".".join((*at.path(), *filter(None, [name]))), was_, would_
    return None


def _shown(weight: Weight | None) -> str:
    return "left out" if weight is None else str(Tensor(weight.shape))


def _registered(body: Body, path: Path) -> Call | None:
    """The call that registers what stands at a path."""
    known = body.registered.get(path)
    if known is not None:
        return known
    at = place(path)
    runs = body.runs.get((at.group, at.stem), ())
    return next((call for call in runs if call.registers(path)), None)


# ----------------------------------------------------------------------------------------- `tie`


def _tie(body: Body, key: Scalar, to: Template, weight: Weight, call: Call, site: Site) -> Tie:
    if not isinstance(call.target, Op) or "." in key.text:
        message = f"`tie` goes with an op and a weight of its own, not with `{key.text}`"
        raise fault("NS308", message, key.span, hint="tie the weights inside the block")
    if find_weight(call.target, call, ()) is not None:
        message = f"`{site.use.head}` is nothing but its weight"
        raise fault("NS308", message, key.span, hint="take the tensor itself, by `from`")
    *there, last = _rendered(to, site.context.environment)
    transposed = last == "T" and bool(there)
    target: Path = tuple(there) if transposed else (*there, last)
    found = _find(body, target, to.span)
    if not weight.trainable or not found.trainable:
        message = f"`{key.text}` and `{'.'.join(target)}` are not both trained"
        raise fault("NS308", message, to.span, hint="buffers cannot be tied")
    own, shape = weight.shape, tuple(reversed(found.shape)) if transposed else found.shape
    if own != shape and own == shape[::-1] and key.text in call.target.transposable:
        transposed, shape = True, own
    if own != shape or (transposed and len(own) != 2):
        message = f"`{key.text}` is {Tensor(own)}, `{'.'.join(target)}` is {Tensor(found.shape)}"
        raise fault("NS308", message, to.span, hint="tied weights have one shape")
    return Tie(target[:-1], target[-1], transposed)


def _rendered(to: Template, environment: Environment) -> list[str]:
    parts = [p if isinstance(p, str) else spelled(p.evaluate(environment)) for p in to.parts]
    return "".join(parts).split(".")


def _find(body: Body, target: Path, span: Span) -> Weight:
    """The weight at a path of the module tree, of a step before this one."""
    for depth in range(1, len(target) + 1):
        call, rest = _registered(body, target[:depth]), target[depth:]
        if call is None:
            continue
        tied = call.weighting.ties.get(".".join(rest))
        if tied is not None:
            there = ".".join((*tied.path, tied.weight))
            message = f"`{'.'.join(target)}` is itself tied, to `{there}`"
            raise fault("NS308", message, span, hint=f"tie to `{there}`")
        weight = find_weight(call.target, call, rest)
        if weight is not None:
            return weight
    known = islice(_keys(body), MOST_KEYS)
    hint = nearest(".".join(target), [".".join(path) for path in known])
    raise fault("NS308", f"no weight `{'.'.join(target)}` before this step", span, hint=hint)


def _keys(body: Body) -> Iterator[Path]:
    for at, call in body.registered.items():
        yield from ((*at, *path) for path in weight_keys(call))
