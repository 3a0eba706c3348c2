"""What stands in a node: coloured cells side by side, and the parameters at the end."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from netspec.analysis.cost import Costs
from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.fold import Leaf, Versions
from netspec.backends.graphviz.labels import quantity, settled
from netspec.backends.graphviz.markup import bold, cell, escaped, table
from netspec.backends.graphviz.phrase import Phrase
from netspec.backends.graphviz.strips import Frame, Strip, is_block
from netspec.backends.graphviz.units import is_unit, ops_of
from netspec.ops.base import Op
from netspec.program import Call, Instance

NOTE_WIDTH, NOTE_LINES = 24, 4


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
        return table(
            [cells], border=0, cellborder=1, cellspacing=0, cellpadding=4, color=style.LINE
        )

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


def _use(leaf: Leaf, used: Entry, entry: Entry) -> str:
    """The block's name, and the arguments by which this use differs from others."""
    arguments = ", ".join(_argument(leaf, key, entry) for key in used.varied)
    lines = [[cell(bold(escaped(used.name)))]]
    if arguments:
        lines.append([cell(style.faint(escaped(arguments)))])
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


def badge(times: tuple[int, ...], entry: Entry) -> Iterator[str]:
    """`× 6`, if there is more than one."""
    if any(count != 1 for count in times):
        text = f"× {settled([[count] for count in times], entry.symbols)}"
        yield cell(style.on_badge(escaped(text)), bgcolor=style.BADGE)


def frame_label(frame: Frame, entry: Entry) -> str | None:
    cells = [cell(style.faint(escaped(frame.title)))] if frame.title else []
    cells += badge(frame.times, entry)
    return table([cells], border=0, cellspacing=0, cellpadding=2) if cells else None


def _notes(strip: Strip) -> Iterator[str]:
    notes = dict.fromkeys(call.note for leaf in strip.leaves for call in leaf.calls if call.note)
    for note in notes:
        lines = map(escaped, wrap(note, NOTE_WIDTH, max_lines=NOTE_LINES, placeholder=" …"))
        yield cell(style.faint("<br/>".join(lines)))


def _title(strip: Strip) -> str | None:
    """The level that the strip is, else the place of the one block that it uses."""
    leaf = strip.leaves[0]
    if strip.title or not is_block(leaf) or len({call.place for call in leaf.calls}) > 1:
        return strip.title
    place = leaf.first.place
    return None if place.stem in ("", _instance(leaf.first).block) else place.path()[-1]


def _operation(versions: Versions, entry: Entry) -> str:
    phrase = Phrase(versions, entry.symbols)
    return cell(escaped(str(phrase)), bgcolor=style.family_colour(phrase.op.group))
