"""The legal sizes of a spec's inputs, axis by axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, permutations

from netspec.diagnostics import SpecError
from netspec.program import Program
from netspec.sizes.probe import Name, Probe, Shape
from netspec.sizes.search import Found, scan, search
from netspec.sizes.size import Path, Size, Unaffordable, size
from netspec.sizes.weights import first_weights_are_sized, sized_weights

ODDITIES = (1, 100, 999, 4096)
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
    names = list(probe.inputs)
    found: list[Legal] = []
    while names:
        with probe.share(len(names)):
            found.append(legal_of(probe, names.pop(0)))
    return found


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
    """Whether a spec checks with another length of some axes of an input; with their `own` it is
    known to.
    """

    def __init__(
        self, probe: Probe, name: Name, axes: tuple[int, ...], own: int | None = None
    ) -> None:
        self._probe, self._name, self._axes = probe, name, axes
        self._shape, self._own = probe.inputs[name].shape, own
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

    def found(self) -> Found:
        """The legal lengths. An op may read a length in a way that cannot be followed: then what
        was found is not right, and each length is tried, up to a bound.
        """
        found = search(self)
        if not self._agrees(found):
            found = scan(self)
        if self._own is not None and self._own not in found:
            found.own = self._own
        return found

    def _agrees(self, found: Found) -> bool:
        """Whether some lengths are legal that should be, and no others, as far as work reaches."""
        try:
            return all(self(length) == (length in found) for length in samples(found, self._own))
        except Unaffordable:
            return True

    def weights(self) -> tuple[str, ...]:
        """The modules whose weights depend on the length."""
        if self._general is None:
            return ()
        path, program = self._general
        path.longest = 0  # nothing starts over for a longer step any more
        return tuple(islice(sized_weights(program), MOST_WEIGHTS))


def with_lengths(shape: Shape, axes: tuple[int, ...], length: int) -> Shape:
    """The shape with that length along these axes."""
    return tuple([length if axis in axes else old for axis, old in enumerate(shape)])


def legal_of(probe: Probe, name: Name) -> Legal:
    """The legal lengths of one input of a spec that checks as it is."""
    axes, shape = size_axes(probe, name), probe.inputs[name].shape
    checks = [Along(probe, name, (axis,), shape[axis]) for axis in axes]
    along: dict[int, Found] = {}
    for axis, check in zip(axes, checks, strict=True):
        with probe.share(len(axes) + 1 - len(along)):
            along[axis] = check.found()
    weights = tuple(dict.fromkeys(path for check in checks for path in check.weights()))
    legal = Legal(name, shape, along, has_others=len(probe.inputs) > 1, weights=weights)
    _look_beside(probe, legal)
    return legal


def _look_beside(probe: Probe, legal: Legal) -> None:
    """Try other lengths along several axes, and note what is not as the axes say."""
    axes = tuple(legal.along)
    odd = [shape for shape in _mixed(legal) if _is_odd(probe, legal, shape)]
    if any(shape in legal or len({shape[axis] for axis in axes}) == 1 for shape in odd):
        own = {legal.shape[axis] for axis in axes}
        alike = own.pop() if len(own) == 1 else None
        legal.alike = Along(probe, legal.input, axes, alike).found()
    elif odd:
        legal.beside = odd[0]


def _is_odd(probe: Probe, legal: Legal, shape: Shape) -> bool:
    """Whether a shape is legal, or not, against what its axes say."""
    try:
        return (probe.fault({legal.input: shape}) is None) != (shape in legal)
    except Unaffordable:
        return False


def samples(found: Found, own: int | None) -> list[int]:
    """Lengths at and beside the bounds of what is legal, some below it, some others."""
    bounds = sorted(found.bounds)
    near = {bound + k for bound in (*bounds[:1], *bounds[-1:]) for k in (-1, 0, 1)}
    below = range(1, bounds[0], bounds[0] // 3 + 1) if bounds else ()
    numbers = {*near, *below, *ODDITIES, own or 1}
    return sorted(n for n in numbers if 1 <= n <= found.known)


def _mixed(legal: Legal) -> Iterator[Shape]:
    """Shapes of other lengths along several axes, as far as these are known: of the same area, all
    twice as long, alike, others.
    """
    axes = tuple(legal.along)
    for shape in _other_shapes(legal.shape, axes, legal.along[axes[0]]) if len(axes) > 1 else ():
        if all(1 <= shape[axis] <= found.known for axis, found in legal.along.items()):
            yield shape


def _other_shapes(shape: Shape, axes: tuple[int, ...], found: Found) -> Iterator[Shape]:
    yield tuple([length * 2 if axis in axes else length for axis, length in enumerate(shape)])
    for double, half in permutations(axes, 2):
        longer = with_lengths(shape, (double,), shape[double] * 2)
        yield with_lengths(longer, (half,), max(1, shape[half] // 2))
    bounds = sorted(found.bounds)
    near = {bound + k for bound in (*bounds[:1], *bounds[-1:]) for k in (-1, 0)}
    lengths = sorted(length for length in {*near, 1, 999, 4096} if length <= LARGEST_MIXED)
    for length, another in zip(lengths, reversed(lengths), strict=True):
        yield with_lengths(shape, axes, length)
        yield with_lengths(with_lengths(shape, axes, length), axes[:1], another)
