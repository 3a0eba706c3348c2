"""What a network, or a block, takes and gives: `inputs` and `outputs`."""

from __future__ import annotations

import re
from dataclasses import replace

from netspec.diagnostics import Report, fault, nearest
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, as_mapping, describe
from netspec.syntax.parse_expressions import read_expression
from netspec.syntax.parse_words import names, one_of, reject_name
from netspec.syntax.spec import Input, Output

DTYPES = ("float32", "int64")
"""Element types of inputs: values, and indices (into the rows of an `embedding`)."""


def require_inputs(node: Node) -> Mapping:
    """Inputs by name, one or more; raises `SpecError` (NS205)."""
    if isinstance(node, Sequence):
        sizes = ", ".join(item.text for item in node.items if isinstance(item, Scalar))
        hint = f"an only input needs no name: `input: [{sizes}]`"
        raise fault("NS205", "`inputs` is a mapping, not a list", node.span, hint=hint)
    named = as_mapping(node, "`inputs`")
    if not named.items:
        raise fault("NS205", "`inputs` is empty", node.span)
    return named


def read_named_input(key: Scalar, node: Node) -> Input:
    """One of several inputs; raises `SpecError` (NS204, NS205, NS208)."""
    reject_name(key, "an input")
    return replace(read_input(key.text, node), span=key.span)


def read_input(name: str | None, node: Node) -> Input:
    """A list of sizes, or a mapping with `shape` and `dtype`."""
    shape, dtype = node, "float32"
    if isinstance(node, Mapping):
        for key, _ in node:
            _require_key(key)
        shape, given = node.get("shape") or node, node.get("dtype")
        if given is not None:
            dtype = one_of(given, DTYPES, "`dtype`")
    if not isinstance(shape, Sequence) or not shape.items:
        message = f"an input is a list of sizes, not {describe(shape)}"
        raise fault("NS204", message, shape.span, hint=_as_list(shape))
    return Input(name, shape, node.span, dtype)


def _as_list(shape: Node) -> str:
    """The sizes as they should be written."""
    sizes = re.findall(r"\w+", shape.text) if isinstance(shape, Scalar) else []
    if len(sizes) == 1 and "x" in sizes[0]:
        sizes = sizes[0].split("x")
    return f"`[{', '.join(sizes)}]`" if sizes else "[3, 224, 224], or {shape: [26], ...}"


def _require_key(key: Scalar) -> None:
    if key.text not in ("shape", "dtype"):
        hint = nearest(key.text, ("shape", "dtype"))
        raise fault("NS205", f"unknown key `{key.text}` in an input", key.span, hint=hint)


def read_block_outputs(node: Node, report: Report) -> tuple[Output, ...]:
    """The outputs of a block, which has them in evaluation too."""
    if isinstance(node, Mapping) and node.get("train_only") is not None:
        raise fault("NS205", "`train_only` goes with the outputs of a network", node.span)
    return read_outputs(node, report)


def read_outputs(node: Node, report: Report) -> tuple[Output, ...]:
    """A list of names, or a mapping of names to tensors, some in training only; raises `SpecError`
    (NS205, NS207, NS208).
    """
    if not isinstance(node, Mapping):
        listed = names(node, "`outputs`")
        return tuple(Output(name.text, read_expression(name), False) for name in listed)
    if not node.items:
        raise fault("NS205", "`outputs` is empty", node.span)
    late = _train_only(node, report)
    outputs = []
    for key, value in node:
        if key.text != "train_only":
            reject_name(key, "an output")
            outputs.append(Output(key.text, read_expression(value), key.text in late))
    if all(output.train_only for output in outputs):
        raise fault("NS205", "evaluation needs an output that is not `train_only`", node.span)
    return tuple(outputs)


def _train_only(node: Mapping, report: Report) -> frozenset[str]:
    given = node.get("train_only")
    listed = () if given is None else names(given, "`train_only`")
    known = [key.text for key, _ in node if key.text != "train_only"]
    for name in listed:
        if name.text not in known:
            message = f"`{name.text}` is not one of the outputs"
            report.add(fault("NS207", message, name.span, hint=nearest(name.text, known)))
    return frozenset(name.text for name in listed)
