"""What stands in a node: coloured cells, and the parameters at the end."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.backends.graphviz import palette
from netspec.backends.graphviz.catalogue import Catalogue
from netspec.backends.graphviz.fold import Leaf
from netspec.backends.graphviz.labels import extent, operation, quantities, settled
from netspec.backends.graphviz.markup import bold, cell, escaped, font, row, table
from netspec.backends.graphviz.strips import Strip, is_block
from netspec.ops.base import Op
from netspec.program import Argument, Call, Instance
from netspec.tensor import Tensor

SMALL = 8


def strip_label(strip: Strip, catalogue: Catalogue) -> str:
    cells = [each for leaf in strip.leaves for each in _cells(leaf, catalogue)]
    cells += _times(strip.times)
    counts = parameters(strip)
    if any(counts):
        cells.append(cell(font(quantities(counts), size=SMALL, colour=palette.FAINT)))
    rows = [row(cells)]
    title = _title(strip)
    if title:
        text = font(escaped(title), size=SMALL, colour=palette.FAINT)
        rows.insert(0, row([cell(text, border=0, align="left", colspan=len(cells), cellpadding=1)]))
    return table(rows, border=0, cellborder=1, cellspacing=0, cellpadding=4, color=palette.LINE)


def times_badge(times: tuple[int, ...]) -> str:
    return font(bold(f"× {extent(times)}"), colour="#FFFFFF")


def parameters(strip: Strip) -> list[int]:
    """The strip's parameters, all iterations together, in each version of its block."""
    versions = zip(*(leaf.versions for leaf in strip.leaves), strict=True)
    return [sum(_parameters(call) for calls in version for call in calls) for version in versions]


def _parameters(call: Call) -> int:
    return call.count * _weights(call.target, tuple(value.type for value in call.inputs))


def _weights(target: Op | Instance, inputs: tuple[Tensor, ...]) -> int:
    if isinstance(target, Instance):
        return sum(map(_parameters, target.calls))
    weights = target.weights(inputs).values()
    return sum(Tensor(weight.shape).elements for weight in weights if weight.trainable)


def _title(strip: Strip) -> str | None:
    """The level that the strip is, else the place of the one block that it uses."""
    leaf = strip.leaves[0]
    if strip.title or not is_block(leaf) or strip.times:
        return strip.title
    stem = leaf.first.place.stem
    return None if stem.rstrip("0123456789") in ("", leaf.first.target.block) else stem


def _cells(leaf: Leaf, catalogue: Catalogue) -> Iterator[str]:
    if is_block(leaf):
        yield _block(leaf, catalogue)
    elif isinstance(leaf.first.target, Instance):
        for calls in zip(*(call.target.calls for call in leaf.calls), strict=True):
            yield _operation(calls)
    else:
        yield _operation(leaf.calls)
    yield from _times(tuple(call.count for call in leaf.calls))


def _operation(calls: tuple[Call, ...]) -> str:
    return cell(escaped(operation(calls)), bgcolor=palette.colour(calls[0].target.group))


def _block(leaf: Leaf, catalogue: Catalogue) -> str:
    entry = catalogue[leaf.first.target]
    given = [f"{key} {_argument(leaf, key)}" for key in entry.varied]
    name = bold(escaped(entry.name))
    if not given:
        return cell(name, bgcolor=palette.BLOCK)
    return cell(f"{name} {font(escaped(', '.join(given)), size=SMALL)}", bgcolor=palette.BLOCK)


def _argument(leaf: Leaf, key: str) -> str:
    values = [call.target.arguments[key].value for call in leaf.calls]
    written = {call.arguments.get(key, Argument(None)).expression for call in leaf.calls}
    return settled(values, written.pop() if len(written) == 1 else None)


def _times(times: tuple[int, ...]) -> Iterator[str]:
    if any(count != 1 for count in times):
        yield cell(times_badge(times), bgcolor=palette.BADGE)
