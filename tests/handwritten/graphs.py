"""What PyTorch runs of a module: its aten graph, backward included, as AOT autograd traces it.

Nodes become numbers, so that graphs are equal if the numbers of their outputs are: neither names
nor the order of independent nodes counts. What means the same is made the same: the order of the
operands of a sum, views by what they lead to, a mean that keeps its axes and loses them in a view,
copies, and how sizes that need no rounding are rounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

import torch
from torch import Tensor, nn
from torch._functorch.aot_autograd import aot_export_module
from torch.fx import GraphModule, Node
from torch.nn.functional import cross_entropy

VIEWS = {"aten.view.default", "aten.unsqueeze.default", "aten.squeeze.dims"}


class Outputs(nn.Module):
    """The outputs as a plain tuple."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        given = self.module(images)
        return (given,) if isinstance(given, Tensor) else tuple(given)


class Loss(Outputs):
    """The cross-entropy of all outputs, the sum of it."""

    def forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor]:  # type: ignore[override]
        losses = [cross_entropy(output, labels) for output in super().forward(images)]
        return (torch.stack(losses).sum(),)


def training_graph(module: nn.Module, images: Tensor, labels: Tensor) -> Any:
    """From images and labels to the loss, the new statistics and all gradients."""
    loss = Loss(module.train())
    return aot_export_module(loss, (images, labels), trace_joint=True, output_loss_index=0)[0]


def evaluation_graph(module: nn.Module, images: Tensor) -> Any:
    with torch.no_grad():
        return aot_export_module(Outputs(module.eval()), (images,), trace_joint=False)[0]


def operations(graph: GraphModule) -> Counter[str]:
    return Counter(str(node.target) for node in graph.graph.nodes if node.op == "call_function")


class Numbers:
    """The numbers of nodes, the same for all graphs that are asked of."""

    def __init__(self) -> None:
        self.known: dict[Hashable, str] = {}
        self.viewed: dict[str, str] = {}

    def of_outputs(self, graph: GraphModule) -> Any:
        """The numbers of what the graph gives, in its order."""
        numbers: dict[Node, str] = {}
        for place, node in enumerate(graph.graph.nodes):
            if node.op == "placeholder":
                numbers[node] = self._number("input", place)
            elif node.op == "call_function":
                numbers[node] = self._of_call(node, numbers)
        (output,) = graph.graph.find_nodes(op="output")
        return _plain(output.args[0], numbers)

    def _of_call(self, node: Node, numbers: dict[Node, str]) -> str:
        name, given = str(node.target), _arguments(node, numbers)
        shape = _shapes(node.meta.get("val"))
        if name == "aten.clone.default":
            return str(given["self"])
        if name in VIEWS:
            return self._view(given["self"], shape)
        if name == "aten.mean.dim":
            axes = sorted(axis % node.all_input_nodes[0].meta["val"].dim() for axis in given["dim"])
            return self._view(self._number(name, given["self"], *axes), shape)
        if name == "aten.add.Tensor":
            return self._number(name, *sorted(map(str, given.values())))
        if given.get("stride") in ((), given.get("kernel_size")):
            given.pop("stride", None)
        given.pop("ceil_mode", None)
        return self._number(name, *given.items(), shape)

    def _view(self, of: str, shape: Hashable) -> str:
        """A view of a view is one of the first."""
        origin = self.viewed.get(of, of)
        number = self._number("view", origin, shape)
        self.viewed[number] = origin
        return number

    def _number(self, *key: Hashable) -> str:
        return self.known.setdefault(key, f"%{len(self.known)}")


def _arguments(node: Node, numbers: dict[Node, str]) -> dict[str, Any]:
    """What is given to the op and is not the default, by name."""
    if not isinstance(node.target, torch._ops.OpOverload):
        return {str(place): _plain(given, numbers) for place, given in enumerate(node.args)}
    named, arguments = {}, node.target._schema.arguments
    for argument, given in zip(arguments, [*node.args, *[None] * len(arguments)], strict=False):
        value = _plain(node.kwargs.get(argument.name, given), numbers)
        default = _plain(argument.default_value, numbers)
        if value not in (None, default) and value != (default,) * 2:
            named[argument.name] = value
    return named


def _plain(given: Any, numbers: dict[Node, str]) -> Any:
    """Arguments as values, nodes as their numbers."""
    match given:
        case Node():
            return numbers[given]
        case bool() | int() | float() | None:
            return given
        case list() | tuple():
            return tuple(_plain(x, numbers) for x in given)
        case _:
            return str(given)


def _shapes(value: Any) -> Any:
    if value is None:
        return None
    return tuple(value.shape if isinstance(value, Tensor) else map(_shapes, value))
