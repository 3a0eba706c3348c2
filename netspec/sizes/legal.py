"""The legal sizes of a spec's inputs, axis by axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

from netspec.diagnostics import SpecError
from netspec.program import Program
from netspec.sizes.probe import Name, Probe, Shape
from netspec.sizes.search import Found, confirms, scan, search
from netspec.sizes.size import Path, Size, Unaffordable, size
from netspec.sizes.weights import first_weights_are_sized, sized_weights

ODDITIES = (1, 100, 999, 4096, 100_003)
"""Lengths at which what was found is tried out, beside those near its bounds."""
LARGEST_MIXED = 8192
"""The largest length that all axes are given together: larger maps are no tensors."""
MOST_WEIGHTS = 1000


@dataclass
class Legal:
    """The legal lengths along each axis of an input, the other axes as in `shape`."""

    input: Name
    shape: Shape
    along: dict[int, Found]
    alike: Found | None = None
    """Those of all axes alike, where that is more, or less, than what each axis says."""
    has_others: bool = False
    """Whether there are other inputs, which keep their shapes."""
    beside: Shape | None = None
    """A shape that is legal though none of its axes alone may be so long."""
    weights: tuple[str, ...] = ()
    """Modules whose weights are of another shape at other lengths."""

    def __contains__(self, shape: Shape) -> bool:
        """Whether a shape, of the same channels, is legal as far as each axis says."""
        return all(shape[axis] in found for axis, found in self.along.items())


def legal_sizes(probe: Probe) -> list[Legal]:
    """What lengths each input may have while the others keep theirs. Raises the faults of a spec
    that checks neither as it is nor, if it has one input, with all of that one's axes alike; one
    that checks only so becomes that.
    """
    if (error := probe.fault({})) is not None:
        about_sizes = error.diagnostics[0].code.startswith(("NS3", "NS504"))
        if len(probe.inputs) > 1 or not about_sizes or not _become_legal(probe):
            raise error
    return [legal_of(probe, name) for name in probe.inputs]


def _become_legal(probe: Probe) -> bool:
    """Make all axes of the input alike, legal and as near as can be to its own lengths."""
    (name,) = probe.inputs
    axes, shape = size_axes(probe, name), probe.inputs[name].shape
    found = Along(probe, name, axes).found()
    wanted = max((shape[axis] for axis in axes), default=0)
    for distance in range(max(found.bounds, default=0) + wanted + 2 * found.step):
        for length in (wanted + distance, wanted - distance):
            if length in found:
                probe.become({name: with_lengths(shape, axes, length)})
                return True
    return False


def size_axes(probe: Probe, name: Name) -> tuple[int, ...]:
    """The axes of an input that are sizes: not its channels, nor the features of its tokens."""
    tensor = probe.inputs[name]
    if len(tensor.shape) > 2:
        return tuple(range(1, len(tensor.shape)))
    if len(tensor.shape) == 1:
        return () if "float" in tensor.dtype else (0,)
    return (0,) if _is_tokens(probe, name) else (1,)


def _is_tokens(probe: Probe, name: Name) -> bool:
    """Whether `[T, D]` is meant, not `[C, L]`: the first weights depend on the last axis."""
    tokens, features = probe.inputs[name].shape
    try:
        program = probe.program({name: (tokens, size((0, 1), Path(features, 2 * features, 0)))})
    except SpecError:
        return False
    return first_weights_are_sized(program)


class Along:
    """Whether a spec checks with another length of some axes of an input."""

    def __init__(self, probe: Probe, name: Name, axes: tuple[int, ...]) -> None:
        self._probe, self._name, self._axes = probe, name, axes
        self._shape = probe.inputs[name].shape
        self._general: tuple[Path, Program] | None = None

    def __call__(self, length: int) -> bool:
        try:
            program = self._probe.program(
                {self._name: with_lengths(self._shape, self._axes, length)}
            )
        except SpecError:
            return False
        if isinstance(length, Size) and length.path.last > length.path.first:
            self._general = length.path, program
        return True

    def found(self, supposed: Found | None = None) -> Found:
        """The legal lengths, which may be those that are supposed. An op may read a length in a way
        that cannot be followed: then what was found is not right, and each length is tried, up to
        a bound.
        """
        if supposed and supposed.is_complete and self._agrees(supposed):
            self._probe.renew()
            if confirms(self, supposed):
                return supposed
        self._probe.renew()
        found = search(self)
        return found if self._agrees(found) else scan(self)

    def _agrees(self, found: Found) -> bool:
        self._probe.renew()
        return all(self(length) == (length in found) for length in samples(found))

    def weights(self) -> tuple[str, ...]:
        """The modules whose weights depend on the length."""
        if self._general is None:
            return ()
        path, program = self._general
        path.longest = 0
        return tuple(islice(sized_weights(program), MOST_WEIGHTS))


def with_lengths(shape: Shape, axes: tuple[int, ...], length: int) -> Shape:
    """The shape with that length along these axes."""
    return tuple([length if axis in axes else old for axis, old in enumerate(shape)])


def legal_of(probe: Probe, name: Name) -> Legal:
    """The legal lengths of one input of a spec that checks as it is."""
    axes = size_axes(probe, name)
    checks = {axis: Along(probe, name, (axis,)) for axis in axes}
    along: dict[int, Found] = {}
    for axis, check in checks.items():
        along[axis] = check.found(along.get(axes[0]))
    weights = dict.fromkeys(path for check in checks.values() for path in check.weights())
    legal = Legal(name, probe.inputs[name].shape, along, weights=tuple(weights))
    legal.has_others = len(probe.inputs) > 1
    probe.renew()
    odd = [shape for shape in _mixed(legal) if _is_odd(probe, legal, shape)]
    if any(shape in legal or len({shape[axis] for axis in axes}) == 1 for shape in odd):
        legal.alike = Along(probe, name, axes).found()
    elif odd:
        legal.beside = odd[0]
    return legal


def _is_odd(probe: Probe, legal: Legal, shape: Shape) -> bool:
    """Whether a shape is legal, or not, against what its axes say."""
    try:
        return (probe.fault({legal.input: shape}) is None) != (shape in legal)
    except Unaffordable:
        return False


def samples(found: Found) -> list[int]:
    """Lengths at and beside the bounds of what is legal, some below it, some others."""
    bounds = sorted(found.bounds)
    near = {bound + k for bound in (*bounds[:1], *bounds[-1:]) for k in (-1, 0, 1)}
    below = range(1, bounds[0], bounds[0] // 6 + 1) if bounds else ()
    return sorted(n for n in {*near, *below, *ODDITIES} if 1 <= n <= found.known)


def _mixed(legal: Legal) -> Iterator[Shape]:
    """Shapes of other lengths along several axes: of the same area, of axes alike, of others."""
    axes, shape = tuple(legal.along), legal.shape
    for one, other in combinations(axes, 2):
        for double, half in ((one, other), (other, one)):
            longer = with_lengths(shape, (double,), shape[double] * 2)
            yield with_lengths(longer, (half,), max(1, shape[half] // 2))
    if len(axes) > 1:
        lengths = [length for length in samples(legal.along[axes[0]]) if length <= LARGEST_MIXED]
        for length, another in zip(lengths, reversed(lengths), strict=True):
            yield with_lengths(shape, axes, length)
            yield with_lengths(with_lengths(shape, axes, length), axes[:1], another)
