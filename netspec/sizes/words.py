"""Legal sizes in words: `heights and widths: multiples of 32, at least 32`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from netspec.diagnostics import Diagnostic, Note, Report, SpecError
from netspec.sizes.legal import Legal, legal_of, legal_sizes, size_axes, with_lengths
from netspec.sizes.pattern import Pattern, listed, pattern
from netspec.sizes.probe import MOST_BESIDE_A_FAULT, Name, Probe, place
from netspec.sizes.search import Found
from netspec.sizes.size import Unaffordable
from netspec.syntax.nodes import Node
from netspec.syntax.spec import SpecFile
from netspec.tensor import Tensor

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
SHOWN_WEIGHTS = 3


def sentences(legal: Legal) -> list[str]:
    """What lengths are legal, one sentence for the axes of which the same is true."""
    of = f" of `{legal.input}`" if legal.input else ""
    of += " (the other inputs as they are)" if legal.has_others else ""
    texts = [
        f"{_plural(legal, axes)}{of}: {pattern(legal.along[axes[0]])}" for axes in _groups(legal)
    ]
    if legal.alike is not None:
        alike = pattern(legal.alike)
        if len(texts) == 1 and (more := _more(alike, legal.along[min(legal.along)])):
            return [f"{texts[0]}; alike also {more}"]
        texts = [_beside(legal, axis, of) for axis in legal.along]
        return [f"{_plural(legal, legal.along)} alike{of}: {alike}", *texts]
    if legal.beside is not None:
        texts[-1] += f"; others only together, as {'x'.join(map(str, legal.beside))}"
    return texts


def _more(alike: Pattern, found: Found) -> str:
    """The sizes that are legal alike but not on one axis, if nothing else differs."""
    one = pattern(found)
    same = (alike.regular, alike.tried) == (one.regular, one.tried)
    if not same or not set(alike.others) > set(one.others):
        return ""
    return replace(alike, others=tuple([n for n in alike.others if n not in found])).some_others


def described(file: SpecFile, report: Report) -> list[str]:
    """What inputs a spec takes, why a size near the legal ones is refused, and which weights
    depend on the size. Raises the faults of a spec that checks at no size.
    """
    probe = Probe(file, report)
    try:
        texts = [text for legal in legal_sizes(probe) for text in explained(probe, legal)]
    except Unaffordable:
        texts = ["too large for a look at other sizes"]
    return [f"{file.name}: {text}" for text in texts or ["its input has channels only, no sizes"]]


def with_legal_sizes(
    error: SpecError, file: SpecFile, report: Report, sizes: Mapping[Name, Node]
) -> SpecError:
    """The faults of a spec at `sizes` from outside, the first of them with what sizes are legal,
    where the spec checks as it is, is given others than those, and is soon seen through.
    """
    first, *others = error.diagnostics
    if first.code.startswith("NS0"):
        return error
    probe = Probe(file, report, MOST_BESIDE_A_FAULT)
    try:
        texts = [] if probe.fault({}) is not None else _all_refused(probe, file, report, sizes)
    except Unaffordable:
        return error
    if probe.is_spent:
        return error
    notes = [Note(f"legal {text}") for text in texts]
    return SpecError([replace(first, notes=(*first.notes, *notes)), *others])


def _all_refused(
    probe: Probe, file: SpecFile, report: Report, sizes: Mapping[Name, Node]
) -> list[str]:
    given = Probe(replace(file, sizes=dict(sizes)), report).inputs
    return [text for name, tensor in given.items() for text in _refused(probe, name, tensor)]


def _refused(probe: Probe, name: Name, given: Tensor) -> list[str]:
    """What sizes are legal, where nothing but a size is not as the spec has it."""
    own, axes = probe.inputs[name].shape, size_axes(probe, name)
    if given.shape == own or len(given.shape) != len(own):
        return []
    if any(given.shape[axis] != own[axis] for axis in range(len(own)) if axis not in axes):
        return []
    legal = legal_of(probe, name)
    return [] if given.shape in legal and legal.alike is None else sentences(legal)


def explained(probe: Probe, legal: Legal) -> list[str]:
    """The sentences, with why a size near the legal ones is refused, and which weights change."""
    texts = sentences(legal)
    if legal.alike is None:
        for at, axes in enumerate(_groups(legal)):
            texts[at] += _refusal(probe, legal, axes)
    if legal.weights:
        texts.append(f"other sizes change the weights of {_some(legal.weights)}")
    return texts


def _groups(legal: Legal) -> list[tuple[int, ...]]:
    """The axes, those of the same legal lengths together."""
    groups: dict[str, list[int]] = {}
    for axis, found in legal.along.items():
        groups.setdefault(str(pattern(found)), []).append(axis)
    return [tuple(axes) for axes in groups.values()]


def _names(legal: Legal) -> dict[int, str]:
    return dict(zip(legal.along, AXES.get(len(legal.along), ("size",) * 9), strict=False))


def _plural(legal: Legal, axes: Iterable[int]) -> str:
    names = _names(legal)
    return listed([f"{names[axis]}s" for axis in axes], "and")


def _beside(legal: Legal, axis: int, of: str) -> str:
    names = _names(legal)
    others = [f"a {names[other]} of {legal.shape[other]}" for other in legal.along if other != axis]
    return f"{names[axis]}s{of} beside {listed(others, 'and')}: {pattern(legal.along[axis])}"


def _refusal(probe: Probe, legal: Legal, axes: tuple[int, ...]) -> str:
    """`; at 350 the concat at unet.yaml:41 gets 44 and 45`, other reasons after a colon."""
    length = _nearest_refused(legal.along[axes[0]], probe.asked[legal.input].shape[axes[0]])
    if length is None:
        return ""
    try:
        fault = probe.fault({legal.input: with_lengths(legal.shape, axes, length)})
    except Unaffordable:
        return ""
    return f"; at {length}{_reason(fault.diagnostics[0])}" if fault is not None else ""


def _nearest_refused(found: Found, own: int) -> int | None:
    for distance in range(max(own, 2 * found.step)):
        for length in (own + distance, own - distance):
            if length > 0 and length not in found:
                return length
    return None


def _reason(fault: Diagnostic) -> str:
    if fault.span is None:
        return f": {fault.message}"
    if place(fault.span) in fault.message:
        return f" {fault.message}"
    return f": {fault.message} ({place(fault.span)})"


def _some(paths: tuple[str, ...]) -> str:
    shown = [f"`{path}`" for path in paths[:SHOWN_WEIGHTS]]
    more = len(paths) - len(shown)
    return listed([*shown, f"{more:,} more"] if more else shown, "and")
