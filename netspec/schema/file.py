"""The file: its keys, and under which conditions ops mean what netspec's registry says."""

from __future__ import annotations

from collections.abc import Iterable

from netspec.ops.base import Op
from netspec.schema import exact
from netspec.schema.ops import Ops, callables, helped, summary
from netspec.schema.parts import (
    FLAG,
    LIST_OF_NAMES,
    NAME,
    TEXT,
    Schema,
    closed,
    described,
    open_words,
    ref,
)
from netspec.schema.steps import COUNT, WIRES, definitions
from netspec.syntax.parse_interface import DTYPES
from netspec.syntax.spec import BUDGETED, TYPES, VARIANT_KEYS

DRAFT = "http://json-schema.org/draft-07/schema#"


def json_schema(ops: Iterable[type[Op]]) -> Schema:
    """The schema (draft 7) of specs that may use these ops."""
    known = tuple(ops)
    file = closed(
        file_keys(),
        required=["netspec"],
        dependencies={"input": {"properties": {"inputs": False}}},
    )
    return {
        "$schema": DRAFT,
        **file,
        "if": exact.ops_mean_themselves(known),
        "then": ref("exact.file"),
        "definitions": {
            "variant": closed({key: file_keys()[key] for key in sorted(VARIANT_KEYS)}),
            "block": closed(block_keys(), required=["body"]),
            "claim": _claim(),
            "citation": closed(citation_keys()),
            "checkpoint": closed(checkpoint_keys(), required=["source"]),
            "asserts": _asserts(),
            "defaults": _defaults(known),
            "inits": _inits(known),
            "sizes": {"type": "array", "items": COUNT, "minItems": 1},
            "input": _input(),
            "params": {"type": "object", "additionalProperties": ref("parameter")},
            "parameter": {"allOf": [ref("value")], **open_words(sorted(TYPES))},
            **definitions(known),
            **helped(known),
            **exact.definitions(known),
        },
    }


def file_keys() -> Schema:
    """Every key of a file, with what it holds."""
    return {
        "netspec": described("The version of the language.", {"const": 1}),
        "name": described("Letters, digits, `-` and `_`; the file's name without it.", NAME),
        "about": described(
            "A sentence: the docstring of the emitted file, the line in `netspec list`.", TEXT
        ),
        "source": described("Where the network comes from.", ref("citation"), type="object"),
        "params": described(
            "Values that blocks and body use, each with a default or a type; `--set` overrides "
            "them.",
            ref("params"),
            type="object",
        ),
        "input": described(
            "The shape of one sample, as `[C, H, W]`.", ref("input"), type=["array", "object"]
        ),
        "inputs": described(
            "Several inputs, by name.",
            type="object",
            minProperties=1,
            additionalProperties=ref("input"),
        ),
        "outputs": described(
            "What the network gives: a list of steps, or names with a tensor each. Those under "
            "`train_only` are there in training mode only.",
            _outputs(LIST_OF_NAMES),
        ),
        "defaults": described(
            "Arguments by op or block: they hold for the steps written in this file.",
            ref("defaults"),
            type="object",
        ),
        "init": described(
            "How the weights of the network start, by op and weight, where a step does not say: "
            "numbers or schemes of `torch.nn.init`.",
            ref("inits"),
            type="object",
        ),
        "blocks": described(
            "Blocks by name.",
            type="object",
            propertyNames={"pattern": r"^\S+$"},
            additionalProperties=ref("block"),
        ),
        "body": described(
            "The steps of the network.", ref("step"), type=["array", "object", "string"]
        ),
        "use": described(
            "Files whose blocks are known here under a prefix: `use: {parts: blocks/parts.yaml}`, "
            "then `parts.unit`.",
            type="object",
            additionalProperties=NAME,
        ),
        "extends": described("Another spec that this one starts from.", NAME),
        "asserts": described(
            "Conditions on the params and the input.", ref("asserts"), type="array"
        ),
        "claims": described(
            "Figures that someone printed, which the network must have.",
            type="array",
            items=ref("claim"),
        ),
        "budget": described("Limits, as `<8M` or `<=0.5M`.", closed(dict.fromkeys(BUDGETED, TEXT))),
        "checkpoints": described(
            "Published weights of the network: other names of their keys, and their input.",
            type="array",
            items=ref("checkpoint"),
        ),
        "variants": described(
            "Several networks in one file: what each has in place of the file's.",
            type="object",
            additionalProperties=ref("variant"),
        ),
    }


def block_keys() -> Schema:
    """Every key of a block, with what it holds."""
    return {
        "about": described("A sentence: the docstring of the block's class.", TEXT),
        "source": described("Where the block comes from.", ref("citation"), type="object"),
        "params": described(
            "Parameters: a type (then it must be given) or a default, which sees the parameters "
            "before it and the shape of the block's input.",
            ref("params"),
            type="object",
        ),
        "inputs": described("The names of the tensors that it takes.", LIST_OF_NAMES),
        "outputs": described("What it gives: steps or inputs, by their names.", _outputs(False)),
        "asserts": described(
            "Conditions, checked where the block is used.", ref("asserts"), type="array"
        ),
        "body": described(
            "The steps of the block.", ref("step"), type=["array", "object", "string"]
        ),
        "inline": described("A use without a name adds no level to the module tree.", FLAG),
        "children": described(
            "`numbered`: unnamed children are 0, 1, 2, as in `nn.Sequential`.",
            {"enum": ["numbered"]},
        ),
    }


def citation_keys() -> Schema:
    """Every key of a `source`."""
    return {
        "title": described("The title of the paper.", TEXT),
        "authors": described("Who wrote it.", TEXT),
        "year": described("When.", TEXT),
        "arxiv": described('Its number on arXiv, quoted: `"1512.03385"`.', TEXT),
        "doi": described("Its DOI.", TEXT),
        "url": described("An address.", TEXT),
        "where": described("The section, figure or table.", TEXT),
    }


def claim_keys() -> Schema:
    """Every key of a claim, with what it holds."""
    figure = {"type": ["number", "string"]}
    return {
        "params": described('Trained parameters, as printed: `25.6M`, `"11,689,512"`.', figure),
        "macs": described("Multiply-accumulates of one sample, as printed: `4.1G`.", figure),
        "shape": described(
            "The output's shape without the batch; of several outputs a list.",
            {"type": ["array", "string"]},
        ),
        "at": described("Of this module or step alone, instead of the network.", TEXT),
        "with": described(
            "Of the network with these params.", type="object", additionalProperties=ref("value")
        ),
        "source": described("Who printed it.", TEXT),
        "disputed": described("Why the claim is wrong: it is a fault if it ever holds.", TEXT),
    }


def checkpoint_keys() -> Schema:
    """Every key of a checkpoint, with what it holds."""
    number = {"type": "number"}
    numbers = {"type": ["number", "array"], "items": number, "minItems": 1}
    normalisation = {
        "mean": described("Of all channels, or of each.", numbers),
        "std": described("Of all channels, or of each.", numbers),
    }
    return {
        "source": described("Whose weights they are.", TEXT),
        "rename": described(
            "Paths in the file and what they are called here: `norm.{n}: norm{n}`.",
            type="object",
            additionalProperties=NAME,
        ),
        "input": described(
            "How values in 0..1 are normalised before they go in.",
            closed(normalisation, required=normalisation),
        ),
    }


def _claim() -> Schema:
    figures = [{"required": [name]} for name in ("params", "macs", "shape")]
    return closed(claim_keys(), anyOf=figures)


def _asserts() -> Schema:
    keys = {
        "that": described("The condition.", {"type": ["string", "boolean"]}),
        "else": described("The message, with expressions in braces.", TEXT),
    }
    return {"type": "array", "items": closed(keys, required=keys)}


def _input() -> Schema:
    keys = {
        "shape": described("The sizes, without the batch.", ref("sizes")),
        "dtype": described("Values, or indices (of an `embedding`).", {"enum": list(DTYPES)}),
    }
    sizes = {"type": ["array", "object"], "items": COUNT, "minItems": 1}
    return {**closed(keys, dependencies={"dtype": ["shape"]}), **sizes}


def _outputs(train_only: Schema | bool) -> Schema:
    """A list of names, or a mapping of names to tensors."""
    return {
        "type": ["array", "object"],
        "items": NAME,
        "minItems": 1,
        "properties": {"train_only": train_only},
        "additionalProperties": WIRES,
        "minProperties": 1,
    }


def _inits(ops: Ops) -> Schema:
    weights = {"type": "object", "additionalProperties": ref("init")}
    told = {cls.name: described(summary(cls), weights) for cls in ops}
    return {"type": "object", "properties": told, "additionalProperties": weights}


def _defaults(ops: Ops) -> Schema:
    return {
        "type": "object",
        "properties": {name: helped for name, _, helped in callables(ops)},
        "allOf": [{"additionalProperties": {"type": "object"}}],
    }
