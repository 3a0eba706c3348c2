"""Steps: every form that one may have, its modifiers, and the arguments of what it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netspec.elaborate.initialisation import SCHEMES, WORDS
from netspec.schema.ops import Ops, callables, summary
from netspec.schema.parts import (
    FLAG,
    NAME,
    TEXT,
    Schema,
    beside,
    closed,
    described,
    open_words,
    ref,
    refused,
)
from netspec.syntax.parse_modifiers import UNFIT
from netspec.syntax.parse_steps import BODIES
from netspec.syntax.steps import MODIFIERS

EXPRESSION: Schema = {"type": ["string", "number", "boolean"]}
COUNT: Schema = {"type": ["integer", "string"]}
WIRES: Schema = {"type": ["string", "number", "array"]}
LOOP: list[Schema] = [{"required": ["repeat"]}, {"required": ["for"]}]


def step_keys() -> Schema:
    """Every word that may stand in a step beside ops and blocks, with what it holds."""
    return {
        "do": described(
            "Steps in a row, where modifiers stand beside them.",
            ref("step"),
            type=["array", "object", "string"],
        ),
        "branches": described(
            "Paths that all take the value so far: a list, a mapping that names them, or a loop "
            "that makes them. `merge` takes their outputs.",
            ref("branches"),
            type=["array", "object"],
        ),
        "again": described(
            "In place of an op: the step of this name, before it in the same body, once more with "
            "the same weights.",
            NAME,
        ),
        "merge": described(
            "The op or block that takes the outputs of the branches, in order.",
            ref("merge"),
            type=["string", "object"],
        ),
        "name": described(
            "Names the step: its place in the module tree, its output for `from`. Braces hold "
            "expressions: `layer{i + 1}`.",
            type=["string", "boolean"],
            minLength=1,
        ),
        "from": described(
            "What the step is applied to, instead of the value so far (`_`): outputs of named "
            "steps, several with a comma. A mapping gives them names.",
            type=["string", "array", "object"],
            minItems=1,
            additionalProperties=WIRES,
        ),
        "repeat": described(
            "How often the step is applied in a row, each time with weights of its own. Inside, "
            "`i` counts from 0, `first` and `last` are booleans.",
            COUNT,
        ),
        "for": described(
            "Once per tuple of these lists, which have one length: `for: {n: layers}`.",
            type="object",
            minProperties=1,
            additionalProperties={"type": ["array", "string"], "items": ref("value")},
        ),
        "index": described("Another name for `i`, to be read in an inner loop.", NAME),
        "when": described("If false, the step is left out: its input passes through.", EXPRESSION),
        "share": described("In a loop: all iterations use the weights of the first.", FLAG),
        "fixed": described("The weights are constants: buffers that are not trained.", FLAG),
        "init": described(
            "How weights start, by their names: a number, nested lists of numbers or a scheme of "
            "`torch.nn.init`.",
            type="object",
            additionalProperties=ref("init"),
        ),
        "tie": described(
            "The weight is that of a step before it, by its path: `{weight: encoder.weight}`.",
            type="object",
            additionalProperties=TEXT,
        ),
        "note": described("Shown in the diagram and as a comment in the source.", TEXT),
    }


def definitions(ops: Ops) -> Schema:
    """The definitions that steps are made of. They refuse no argument of an op."""
    return {
        "step": described(
            "A step: an op or block by its name, with arguments and modifiers, or steps in a row.",
            ref("mapping"),
            type=["string", "array", "object"],
            items=beside(ref("step")),
        ),
        "value": {
            "allOf": [ref("mapping")],
            "type": ["string", "number", "boolean", "array", "object"],
            "items": beside(ref("value")),
        },
        "arguments": {"items": ref("value"), "additionalProperties": ref("value")},
        "mapping": _mapping(ops),
        "name": _names((name, text) for name, text, _ in callables(ops)),
        "branches": _branches(),
        "merge": _merge(ops),
        "init": _init(),
    }


def _mapping(ops: Ops) -> Schema:
    """What holds for a step, or a block given as an argument, that is a mapping or a name."""
    known = callables(ops)
    heads = [*BODIES, *(name for name, _, _ in known)]
    return {
        "properties": {**step_keys(), **{name: helped for name, _, helped in known}},
        "additionalProperties": ref("arguments"),
        "dependencies": _companions(),
        "if": {"type": "object"},
        "then": _one_head(heads),
        "else": {"if": {"type": "string"}, "then": ref("name")},
    }


def _names(told: Iterable[tuple[str, str]]) -> Schema:
    """Names that an editor proposes, each with a sentence; others are as good."""
    known = [{"const": name, "markdownDescription": text} for name, text in told]
    return {"anyOf": [*known, {}]}


def _one_head(heads: list[str]) -> Schema:
    """Beside a known op or block stand modifiers; without one there is a block of the file."""
    beside = dict.fromkeys(sorted({*heads, *MODIFIERS}), True)
    return {
        "if": {"not": {"propertyNames": {"not": {"enum": heads}}}},
        "then": {
            "properties": beside,
            "additionalProperties": False,
            "allOf": list(_at_most_one(heads)),
        },
        "else": {
            "if": {"propertyNames": {"enum": sorted(MODIFIERS)}},
            "then": refused("a step needs an op, a block, `do` or `branches`"),
        },
    }


def _at_most_one(heads: list[str]) -> Iterator[Schema]:
    """Two of them differ in a digit of their numbers in base two: no two with another digit there
    stand beside each other.
    """
    for digit in range(len(heads).bit_length()):
        ones = [head for k, head in enumerate(heads) if k >> digit & 1]
        halves = ones, [head for head in heads if head not in ones]
        yield {
            "anyOf": [{"propertyNames": {"not": {"enum": half}}} for half in halves if half],
            "errorMessage": "a step has one op or block",
        }


def _companions() -> Schema:
    """What modifiers need beside them, and what they cannot stand beside."""
    unfit = {head: {"properties": dict.fromkeys(words, False)} for head, words in UNFIT.items()}
    return {
        **unfit,
        "merge": ["branches"],
        "repeat": {"properties": {"for": False}},
        "index": {"anyOf": LOOP},
    }


def _branches() -> Schema:
    named = {
        "propertyNames": {"not": {"enum": sorted(MODIFIERS)}},
        "additionalProperties": ref("step"),
    }
    return {"type": ["array", "object"], "items": ref("step"), **looped_or("step", named)}


def looped_or(step: str, named: Schema) -> Schema:
    """Branches in a mapping: those that a loop makes are one step, others are `named`."""
    return {
        "if": {"type": "object", "anyOf": LOOP},
        "then": ref(step),
        "else": {"if": {"type": "object"}, "then": named},
    }


def _merge(ops: Ops) -> Schema:
    merging = [cls for cls in ops if cls.merges]
    return {
        "type": ["string", "object"],
        "properties": {cls.name: ref(f"op.{cls.name}") for cls in merging},
        "additionalProperties": ref("arguments"),
        "minProperties": 1,
        "maxProperties": 1,
        **_names((cls.name, summary(cls)) for cls in merging),
    }


def _init() -> Schema:
    schemes = {
        name: closed({key: _scheme_argument(key) for key in scheme.arguments})
        for name, scheme in SCHEMES.items()
    }
    return {
        "type": ["string", "number", "array", "object"],
        **open_words(SCHEMES),
        "properties": schemes,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _scheme_argument(name: str) -> Schema:
    return {"enum": list(WORDS[name])} if name in WORDS else EXPRESSION
