"""How a module's weights are made: constants, another start, another module's."""

from __future__ import annotations

from collections.abc import Mapping

from netspec.backends.torch.code import (
    Argument,
    Attribute,
    Call,
    Dict,
    Entry,
    Module,
    Name,
    Node,
    Slot,
    Started,
    Text,
    Tuple,
)
from netspec.backends.torch.source.kinds import Kind, weight
from netspec.backends.torch.source.units import Item
from netspec.backends.torch.tree import rewrite
from netspec.program import Init, Instance
from netspec.program.weights import instance_weights

HELPERS = {
    "fixed": '''def fixed(module: nn.Module) -> nn.Module:
    """The module with buffers in place of its parameters: constants that are not trained."""
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, parameter.detach())
    return module''',
    "initialised": '''def initialised(
    module: nn.Module, weight: str, scheme, *values, **options
) -> nn.Module:
    """The module with one of its weights filled by a function such as `nn.init.zeros_`."""
    scheme(module.state_dict()[weight], *values, **options)
    return module''',
    "without": '''def without(module: nn.Module, *weights: str) -> nn.Module:
    """The module less some weights of its own: it is applied with others in their place."""
    for name in weights:
        module.register_parameter(name, None)
    return module''',
}
"""Functions of emitted source, by their names."""


COPY = Name("torch.Tensor.copy_")


def weighted(module: Node, item: Item) -> Node:
    """The expression for the module with its weights as the spec has them."""
    if item.kind is not Kind.MODULE:
        return _tensor(module, item)
    if item.weighting.ties:
        module = Call(Name("without"), (module, *(Text((key,)) for key in item.weighting.ties)))
    if item.weighting.fixed and _has_parameters(item):
        module = Call(Name("fixed"), (module,))
    for key, init in item.weighting.init.items():
        module = Started(module, key, *_filling(key, init))
    return module


def _has_parameters(item: Item) -> bool:
    call = item.call
    if call is None:
        return True
    if isinstance(call.target, Instance):
        return any(weight.trainable for _, weight in instance_weights(call.target))
    weights = call.target.weights(tuple(value.type for value in call.inputs))
    return any(weight.trainable for weight in weights.values())


def _filling(key: str, init: Init) -> tuple[Name, tuple[Node, ...]]:
    """The function that fills a tensor, and what it takes besides."""
    name = key.replace(".", "_")
    if init.scheme == "values":
        ((_, values),) = init.arguments
        return COPY, (Call(Name("torch.tensor"), (Argument(Slot(values, name)),)),)
    arguments = tuple(
        Argument(Slot(value, f"{name}_{argument}"), argument if argument != "val" else None)
        for argument, value in init.arguments
    )
    return Name(f"nn.init.{init.scheme}_"), arguments


def _tensor(parameter: Node, item: Item) -> Node:
    """A parameter that a module has itself, or the tensor for a buffer."""
    assert isinstance(parameter, Call)
    tensor, *others = parameter.arguments
    for key, init in item.weighting.init.items():
        function, arguments = _filling(key, init)
        tensor = Call(function, (tensor, *arguments))
    return tensor if item.kind is Kind.BUFFER else Call(parameter.function, (tensor, *others))


def within(node: Started) -> Node:
    """A filled module as one expression."""
    return Call(
        Name("initialised"), (node.module, Text((node.weight,)), node.function, *node.arguments)
    )


def afterwards(node: Started, module: Node) -> Node:
    """The statement that fills the weight of a module that has a name."""
    filled = weight(module, tuple(node.weight.split(".")))
    if node.function == COPY:
        return Call(Attribute(Attribute(filled, "data"), "copy_"), node.arguments)
    return Call(node.function, (filled, *node.arguments))


def with_weights(form: Node, weights: Mapping[str, Node]) -> Node:
    """The form, its module applied with these weights in place of its own."""
    entries = tuple(Entry(Text((key,)), other) for key, other in weights.items())

    def replace(node: Node) -> Node | None:
        if not isinstance(node, Call) or node.function != Module():
            return None
        options = tuple(
            Entry(Text((a.keyword,)), a.value)
            for a in node.arguments
            if isinstance(a, Argument) and a.keyword
        )
        given = tuple(a for a in node.arguments if not (isinstance(a, Argument) and a.keyword))
        inputs = given[0] if len(given) == 1 else Tuple(given)
        last = (Dict(options),) if options else ()
        return Call(Name("torch.func.functional_call"), (Module(), Dict(entries), inputs, *last))

    return rewrite(form, replace)
