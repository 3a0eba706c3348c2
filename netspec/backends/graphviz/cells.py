"""What stands in a node: coloured cells side by side, and the parameters at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from textwrap import wrap

from netspec.analysis.cost import Costs
from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.fold import Leaf, Versions
from netspec.backends.graphviz.labels import quantity, settled, wrapped
from netspec.backends.graphviz.markup import bold, cell, escaped, table
from netspec.backends.graphviz.phrase import Phrase
from netspec.backends.graphviz.strips import Frame, Strip, is_block
from netspec.backends.graphviz.units import is_unit, ops_of
from netspec.ops.base import Op
from netspec.program import Call, Instance, Path

NOTE_WIDTH, NOTE_LINES = 24, 4
ARGUMENTS_WIDTH = 40


class Cells:
    """Labels of the nodes of one program's figure."""

    def __init__(self, catalogue: Catalogue, costs: Costs) -> None:
        self._catalogue, self._costs = catalogue, costs

    def strip(self, strip: Strip, entry: Entry) -> str:
        title = _title(strip, entry)
        cells = [cell(style.faint(escaped(title)))] if title else []
        for leaf in strip.leaves:
            cells += self._leaf(leaf, entry)
        cells += badge(strip.times, entry, strip.parallel)
        weights = list(self._weights(strip))
        if weights:
            cells.append(cell(style.faint("<br/>".join(map(escaped, weights)))))
        cells += _notes(strip)
        return table([cells], **(style.LATE_STRIP if strip.train_only else style.STRIP))

    def _weights(self, strip: Strip) -> Iterator[str]:
        """How many parameters, how many constants, and which are those of another step."""
        counts = set(self.parameters(strip))
        if len(counts) == 1 and any(counts):
            yield quantity(*counts)
        calls = [call for leaf in strip.leaves for call in leaf.versions[0]]
        fixed = [self._costs.once(call).buffers for call in calls if call.weighting.fixed]
        if fixed:
            yield f"{quantity(sum(fixed))} fixed"
        yield from self._borrowed(strip, calls)

    def parameters(self, strip: Strip) -> list[int]:
        """The strip's parameters, all iterations together, in each version of its block."""
        return [
            sum(self._costs.once(call).params * call.count for calls in version for call in calls)
            for version in zip(*(leaf.versions for leaf in strip.leaves), strict=True)
        ]

    def _leaf(self, leaf: Leaf, entry: Entry) -> Iterator[str]:
        target = leaf.first.target
        if isinstance(target, Op):
            yield _operation(leaf.versions, entry)
        elif is_unit(target):
            yield from (_operation(calls, entry) for calls in _unit_ops(leaf.versions))
        else:
            yield _use(leaf, self._catalogue[target], entry)
        yield from badge(leaf.times, entry)

    def _borrowed(self, strip: Strip, calls: Sequence[Call]) -> Iterator[str]:
        """Whose weights the strip uses, if not its own or not only in one iteration."""
        lenders = [
            leaf.first.place.path() for leaf in strip.leaves if self._is_weighted(leaf.first)
        ]
        own = [call.place.path() for call in calls if not call.weighting.again]
        borrowed = [path for path in lenders if path not in own]
        if borrowed:
            yield f"weights of {'.'.join(_shared(borrowed) or borrowed[0])}"
        elif any(call.weighting.again and self._is_weighted(call) for call in calls):
            yield "shared"
        for tie in (tie for call in calls for tie in call.weighting.ties.values()):
            turned = ", transposed" if tie.transposed else ""
            yield f"{tie.weight} of {'.'.join(tie.path)}{turned}"

    def _is_weighted(self, call: Call) -> bool:
        if isinstance(call.target, Instance):
            cost = self._costs.of(call.target)
            return cost.params + cost.buffers > 0
        return bool(call.target.weights(tuple(value.type for value in call.inputs)))


def _use(leaf: Leaf, used: Entry, entry: Entry) -> str:
    """The block's name, and the arguments by which this use differs from others."""
    arguments = [_argument(leaf, key, entry) for key in used.varied]
    texts = wrapped(arguments, ARGUMENTS_WIDTH)
    lines = [[cell(bold(escaped(used.name)))], *([cell(style.faint(escaped(t)))] for t in texts)]
    text = table(lines, border=0, cellborder=0, cellspacing=0, cellpadding=1)
    return cell(text, bgcolor=style.PANEL, cellpadding=3)


def _argument(leaf: Leaf, key: str, entry: Entry) -> str:
    values = [[_instance(call).arguments[key].value for call in calls] for calls in leaf.versions]
    text = settled(values, entry.symbols)
    return text if text == key else f"{key} {text}"


def _unit_ops(versions: Versions) -> Iterator[Versions]:
    """The calls at each position of the units that are called."""
    inner = [[ops_of(_instance(call)) for call in calls] for calls in versions]
    for at in range(len(inner[0][0])):
        yield tuple(tuple(ops[at] for ops in calls) for calls in inner)


def _instance(call: Call) -> Instance:
    assert isinstance(call.target, Instance)
    return call.target


def badge(times: tuple[int, ...], entry: Entry, parallel: bool = False) -> Iterator[str]:
    """`× 6`, or `6 in parallel`, if there is more than one."""
    if any(count != 1 for count in times):
        number = settled([[count] for count in times], entry.symbols)
        text = f"{number} in parallel" if parallel else f"× {number}"
        yield cell(style.on_badge(escaped(text)), bgcolor=style.BADGE)


def frame_label(frame: Frame, entry: Entry) -> str | None:
    """One below the other, to be out of the way of the edges that enter in the middle."""
    cells = [cell(style.faint(escaped(frame.title)), align="left")] if frame.title else []
    cells += badge(frame.times, entry, frame.parallel)
    rows = [[each] for each in cells]
    return table(rows, border=0, cellspacing=0, cellpadding=2) if rows else None


def _notes(strip: Strip) -> Iterator[str]:
    notes = dict.fromkeys(call.note for leaf in strip.leaves for call in leaf.calls if call.note)
    for note in notes:
        lines = map(escaped, wrap(note, NOTE_WIDTH, max_lines=NOTE_LINES, placeholder=" …"))
        yield cell(style.faint("<br/>".join(lines)))


def _shared(paths: Sequence[Path]) -> Path:
    """What all begin with."""
    alike = takewhile(lambda steps: len(set(steps)) == 1, zip(*paths, strict=False))
    return tuple(steps[0] for steps in alike)


def _title(strip: Strip, entry: Entry) -> str | None:
    """The level that the strip is, else the place of the block that it uses, or of weights that
    others use.
    """
    if strip.title:
        return strip.title
    own = (call.place.path() for call in strip.calls if not call.weighting.again)
    lender = next((path for path in own if path in entry.lenders), None)
    if lender:
        return ".".join(lender)
    leaf = strip.leaves[0]
    if not is_block(leaf) or len({call.place for call in leaf.calls}) > 1:
        return None
    place = leaf.first.place
    return None if place.stem in ("", _instance(leaf.first).block) else place.path()[-1]


def _operation(versions: Versions, entry: Entry) -> str:
    phrase = Phrase(versions, entry.symbols)
    return cell(escaped(str(phrase)), bgcolor=style.family_colour(phrase.op.group))
