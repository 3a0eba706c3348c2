"""What stands in a node: coloured cells, and the parameters at the end."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.backends.graphviz import palette
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.fold import Leaf, Versions
from netspec.backends.graphviz.labels import extent, operation, quantity, settled
from netspec.backends.graphviz.markup import bold, cell, escaped, font, row, table
from netspec.backends.graphviz.strips import Strip, is_block
from netspec.ops.base import Op
from netspec.program import Call, Instance
from netspec.tensor import Tensor

SMALL = 8


def strip_label(strip: Strip, entry: Entry, catalogue: Catalogue) -> str:
    cells = [each for leaf in strip.leaves for each in _cells(leaf, entry, catalogue)]
    cells += _times(strip.times)
    counts = set(parameters(strip))
    if len(counts) == 1 and any(counts):
        cells.append(cell(_faint(quantity(*counts))))
    rows = [row(cells)]
    title = _title(strip)
    if title:
        given = {"border": 0, "align": "left", "colspan": len(cells), "cellpadding": 1}
        rows.insert(0, row([cell(_faint(escaped(title)), **given)]))
    return table(rows, border=0, cellborder=1, cellspacing=0, cellpadding=4, color=palette.LINE)


def _faint(markup: str) -> str:
    return font(markup, size=SMALL, colour=palette.FAINT)


def times_badge(times: tuple[int, ...]) -> str:
    return font(bold(f"× {extent(times)}"), size=9, colour="#FFFFFF")


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
    if strip.title or not is_block(leaf) or len({call.place for call in leaf.calls}) > 1:
        return strip.title
    stem = leaf.first.place.stem
    return None if stem.rstrip("0123456789") in ("", leaf.first.target.block) else stem


def _cells(leaf: Leaf, entry: Entry, catalogue: Catalogue) -> Iterator[str]:
    if is_block(leaf):
        yield _block(leaf, entry, catalogue)
    elif isinstance(leaf.first.target, Instance):
        for at in range(len(leaf.first.target.calls)):
            inner = tuple(
                tuple(call.target.calls[at] for call in calls) for calls in leaf.versions
            )
            yield _operation(inner, entry)
    else:
        yield _operation(leaf.versions, entry)
    yield from _times(tuple(call.count for call in leaf.calls))


def _operation(versions: Versions, entry: Entry) -> str:
    family = versions[0][0].target.group
    return cell(escaped(operation(versions, entry.symbols)), bgcolor=palette.colour(family))


def _block(leaf: Leaf, entry: Entry, catalogue: Catalogue) -> str:
    used = catalogue[leaf.first.target]
    given = [f"{key} {_argument(leaf, key, entry)}" for key in used.varied]
    lines = [row([cell(bold(escaped(used.name)))])]
    lines += [row([cell(_faint(escaped(text)))]) for text in given[:1] and [", ".join(given)]]
    return cell(table(lines, border=0, cellborder=0, cellspacing=0), bgcolor=palette.BLOCK, cellpadding=3)


def _argument(leaf: Leaf, key: str, entry: Entry) -> str:
    values = [[call.target.arguments[key].value for call in calls] for calls in leaf.versions]
    return settled(values, entry.symbols)


def _times(times: tuple[int, ...]) -> Iterator[str]:
    if any(count != 1 for count in times):
        yield cell(times_badge(times), bgcolor=palette.BADGE)
