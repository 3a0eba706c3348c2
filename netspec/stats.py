"""Tables of figures: the module tree of one network, or one row per network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netspec.analysis.cost import Cost, Costs
from netspec.analysis.tree import Node, Row, leaves, module_tree, walk
from netspec.program import Program
from netspec.tensor import Tensor

Cells = list[list[str]]
Interface = Mapping[str, Tensor]
"""The inputs or outputs of a network by name."""
TREE_HEADER = ["module", "op", "output", "params", "%", "MACs", "%"]
NETWORK_HEADER = ["network", "input", "output", "params", "buffers", "MACs", "FLOPs", "status"]
RULE = 100
"""The longest line under a header."""
TREE_ALIGNMENT, NETWORK_ALIGNMENT = "lllrrrr", "lllrrrrl"


@dataclass(frozen=True)
class Stats:
    """The figures of a network, for one sample. `rows` add up to the totals; `tree` also has the
    modules above them, with runs of equal ones folded.
    """

    name: str
    inputs: Interface
    outputs: Interface
    total: Cost
    tree: Node

    @property
    def rows(self) -> Iterator[Row]:
        """What stands at the tree's lowest level, an application a row."""
        return leaves(self.tree)

    @classmethod
    def of(cls, program: Program, costs: Costs, depth: int) -> Stats:
        """Down to `depth` levels of the module tree, at least 1."""
        return cls(
            program.name,
            {value.name or "x": value.type for value in program.root.inputs},
            dict(zip(program.root.output_names or ["output"], program.outputs, strict=True)),
            costs.total,
            module_tree(program, costs, depth),
        )

    def to_dict(self) -> dict[str, Any]:
        """Exact integers, as `--format json` prints them."""
        return {
            "name": self.name,
            "input": _interface_dict(self.inputs),
            "output": _interface_dict(self.outputs),
            "params": self.total.params,
            "buffers": self.total.buffers,
            "macs": self.total.macs,
            "flops": self.total.flops,
            "status": self.total.status,
            "rows": [_row_dict(row) for row in self.rows],
        }

    def __str__(self) -> str:
        return f"{summary(self)}\n\n{text_table(TREE_HEADER, tree_cells(self), TREE_ALIGNMENT)}"


def summary(stats: Stats) -> str:
    """The totals in one line."""
    total = stats.total
    unknown = f", partial: no rule for {', '.join(sorted(total.unknown))}" if total.unknown else ""
    return (
        f"{stats.name}: {_interface(stats.inputs)} -> {_interface(stats.outputs)}, "
        f"params {total.params:,}, buffers {total.buffers:,}, "
        f"MACs {total.macs:,}, FLOPs {total.flops:,}{unknown}"
    )


def tree_cells(stats: Stats) -> Cells:
    """A line per node of the tree, indented; a run of equal modules is one line."""
    cells = []
    for level, node in walk(stats.tree):
        total = Cost().plus(node.cost, node.count)
        cells.append(
            [
                "  " * level + _name(node),
                node.op,
                " ".join(map(_shape, node.output)),
                f"{total.params:,}" if total.params else "-",
                _share(total.params, stats.total.params),
                f"{total.macs:,}" if total.macs else "-",
                _share(total.macs, stats.total.macs),
            ]
        )
    return cells


def network_cells(networks: Iterable[Stats]) -> Cells:
    """A line per network."""
    return [
        [
            stats.name,
            _interface(stats.inputs),
            _interface(stats.outputs),
            f"{stats.total.params:,}",
            f"{stats.total.buffers:,}",
            f"{stats.total.macs:,}",
            f"{stats.total.flops:,}",
            stats.total.status,
        ]
        for stats in networks
    ]


def text_table(header: Sequence[str], cells: Cells, alignment: str) -> str:
    """Columns under a header, `l` or `r` aligned."""
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    lines = [
        "  ".join(_pad(*cell) for cell in zip(line, widths, alignment, strict=True)).rstrip()
        for line in [list(header), *cells]
    ]
    return "\n".join([lines[0], "-" * min(max(map(len, lines)), RULE), *lines[1:]])


def markdown_table(header: Sequence[str], cells: Cells, alignment: str) -> str:
    """The same as a GitHub table."""
    rule = ["---:" if side == "r" else "---" for side in alignment]
    lines = [[cell.replace("  ", "&emsp;") for cell in line] for line in cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in [list(header), rule, *lines])


def _interface(tensors: Interface) -> str:
    """The shape of a network's one input or output, or of each by name."""
    if len(tensors) == 1:
        return "".join(_shape(tensor) for tensor in tensors.values())
    return ", ".join(f"{name} {_shape(tensor)}" for name, tensor in tensors.items())


def _interface_dict(tensors: Interface) -> list[int] | dict[str, list[int]]:
    shapes = {name: list(tensor.shape) for name, tensor in tensors.items()}
    return shapes if len(shapes) > 1 else next(iter(shapes.values()))


def _row_dict(row: Row) -> dict[str, Any]:
    return {
        "path": ".".join(row.path),
        "op": row.op,
        "output": list(row.output[0].shape) if len(row.output) == 1 else [],
        "params": row.cost.params,
        "macs": row.cost.macs,
        "flops": row.cost.flops,
    }


def _name(node: Node) -> str:
    if node.call is None or node.count == 1:
        return node.name
    if node.call.weighting.again:
        return f"{node.name} (x{node.count})"
    return f"{node.name} .. {node.call.place.path(node.count - 1)[-1]} (x{node.count})"


def _pad(cell: str, width: int, side: str) -> str:
    return cell.rjust(width) if side == "r" else cell.ljust(width)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if part and whole else "-"


def _shape(tensor: Tensor) -> str:
    return _sizes(tensor.shape)


def _sizes(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
