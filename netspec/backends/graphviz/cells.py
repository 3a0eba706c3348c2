"""What stands in a node: coloured cells side by side, and the parameters at the end."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from netspec.analysis.cost import Costs
from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.fold import Leaf, Versions
from netspec.backends.graphviz.labels import operation, quantity, repetitions, settled
from netspec.backends.graphviz.markup import bold, cell, escaped, table
from netspec.backends.graphviz.strips import Frame, Strip, is_block, unit_ops
from netspec.ops.base import Op
from netspec.program import Instance

NOTE_WIDTH = 24


class Cells:
    """Labels of the nodes of one program's figure."""

    def __init__(self, catalogue: Catalogue, costs: Costs) -> None:
        self._catalogue, self._costs = catalogue, costs

    def strip(self, strip: Strip, entry: Entry) -> str:
        title = _title(strip)
        cells = [cell(style.faint(escaped(title)))] if title else []
        for leaf in strip.leaves:
            cells += self._leaf(leaf, entry)
        cells += badge(strip.times, entry)
        counts = set(self.parameters(strip))
        if len(counts) == 1 and any(counts):
            cells.append(cell(style.faint(quantity(*counts))))
        cells += _notes(strip)
        look = {"cellborder": 1, "cellspacing": 0, "cellpadding": 4, "color": style.LINE}
        return table([cells], border=0, **look)

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
        elif is_block(leaf):
            yield self._block(leaf, target, entry)
        else:
            for at in range(len(unit_ops(target))):
                yield _operation(_inner(leaf.versions, at), entry)
        yield from badge(leaf.times, entry)

    def _block(self, leaf: Leaf, target: Instance, entry: Entry) -> str:
        used = self._catalogue[target]
        arguments = ", ".join(_argument(leaf, key, entry) for key in used.varied)
        lines = [[cell(bold(escaped(used.name)))]]
        if arguments:
            lines.append([cell(style.faint(escaped(arguments)))])
        text = table(lines, border=0, cellborder=0, cellspacing=0, cellpadding=1)
        return cell(text, bgcolor=style.BLOCK, cellpadding=3)


def badge(times: tuple[int, ...], entry: Entry) -> Iterator[str]:
    """`× 6`, if there is more than one."""
    if any(count != 1 for count in times):
        text = f"× {repetitions(times, entry.symbols)}"
        yield cell(style.on_badge(escaped(text)), bgcolor=style.BADGE)


def frame_label(frame: Frame, entry: Entry) -> str | None:
    cells = [cell(style.faint(escaped(frame.title)))] if frame.title else []
    cells += badge(frame.times, entry)
    return table([cells], border=0, cellspacing=0, cellpadding=2) if cells else None


def _notes(strip: Strip) -> Iterator[str]:
    notes = dict.fromkeys(call.note for leaf in strip.leaves for call in leaf.calls if call.note)
    for note in notes:
        lines = map(escaped, wrap(note, NOTE_WIDTH))
        yield cell(style.faint("<br/>".join(lines)))


def _title(strip: Strip) -> str | None:
    """The level that the strip is, else the place of the one block that it uses."""
    leaf = strip.leaves[0]
    if strip.title or not is_block(leaf) or len({call.place for call in leaf.calls}) > 1:
        return strip.title
    place, block = leaf.first.place, leaf.first.target.block
    return None if place.stem in ("", block) else place.path()[-1]


def _operation(versions: Versions, entry: Entry) -> str:
    op = versions[0][0].target
    assert isinstance(op, Op)
    text = escaped(operation(versions, entry.symbols))
    return cell(text, bgcolor=style.family_colour(op.group))


def _inner(versions: Versions, at: int) -> Versions:
    """The calls at one position of the units that are called."""
    return tuple(tuple(unit_ops(call.target)[at] for call in calls) for calls in versions)


def _argument(leaf: Leaf, key: str, entry: Entry) -> str:
    values = [[call.target.arguments[key].value for call in calls] for calls in leaf.versions]
    text = settled(values, entry.symbols)
    return text if text == key else f"{key} {text}"
