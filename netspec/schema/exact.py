"""What the arguments of ops must be, said of the structure of a file a second time.

It holds where the names of ops mean the ops all over the file. Where a file gives such a name to a
block of its own, or a required argument by its `defaults`, a schema cannot know what stands there.
"""

from __future__ import annotations

from netspec.elaborate.arguments import first_takes_list
from netspec.ops.base import Op
from netspec.schema.ops import VALUE_TYPES, Ops
from netspec.schema.parts import Schema, ref
from netspec.schema.steps import looped_or
from netspec.schema.types import BOUNDS, accepted
from netspec.syntax.spec import TYPES
from netspec.syntax.steps import MODIFIERS

NO_BLOCK: Schema = {
    "anyOf": [{"type": ["number", "boolean", "array"]}, {"enum": sorted(TYPES - {"block"})}]
}
"""The value of a parameter that surely is no block."""


def quiet(schema: Schema) -> Schema:
    """A schema of a key that the YAML language server proposes already, with its documentation."""
    return {"doNotSuggest": True, **schema}


def ops_mean_themselves(ops: Ops) -> Schema:
    """Whether every name of an op is that of the op, and its required arguments are given where
    it is used.
    """
    names = [cls.name for cls in ops]
    params = {"properties": dict.fromkeys(names, NO_BLOCK)}
    blocks = {
        "propertyNames": {"not": {"enum": names}},
        "additionalProperties": {"properties": {"params": params}},
    }
    given = {cls.name: required(cls) for cls in ops}
    lacking = {name: {"properties": dict.fromkeys(words, False)} for name, words in given.items()}
    form = {"params": params, "blocks": blocks, "defaults": {"properties": lacking}}
    variants = {"additionalProperties": {"properties": form}}
    return {"properties": {**form, "variants": variants, "extends": False}}


def definitions(ops: Ops) -> Schema:
    """The definitions that `exact.file` is made of."""
    return {
        "exact.file": _file(ops),
        "exact.step": _unless_looped(ops, {**_complete_step(ops), "items": ref("exact.step")}),
        "exact.value": _unless_looped(ops, {**_partial_step(ops), "items": ref("exact.value")}),
        "exact.arguments": {
            "items": ref("exact.value"),
            "additionalProperties": ref("exact.value"),
        },
        "exact.body": quiet({"allOf": [ref("exact.step")]}),
        "exact.branches": quiet(
            {
                "items": ref("exact.step"),
                **looped_or("exact.step", {"additionalProperties": ref("exact.step")}),
            }
        ),
        "exact.merge": quiet(
            {"properties": _complete(ops), "additionalProperties": ref("exact.arguments")}
        ),
        "exact.lists": quiet({"additionalProperties": {"items": ref("exact.value")}}),
        **{f"takes.{cls.name}": quiet(takes(cls)) for cls in ops},
        **{f"needs.{cls.name}": quiet(needs(cls)) for cls in ops if required(cls)},
    }


def _unless_looped(ops: Ops, step: Schema) -> Schema:
    """What holds of a step whose loop gives no name of an op to a variable."""
    names = [cls.name for cls in ops]
    own = {"properties": {"for": {"propertyNames": {"not": {"enum": names}}}}}
    return {"if": own, "then": step}


def _file(ops: Ops) -> Schema:
    values = quiet({"additionalProperties": ref("exact.value")})
    block = {"properties": {"params": values, "body": ref("exact.body")}}
    return {
        "properties": {
            "params": values,
            "defaults": quiet({"properties": _partial(ops)}),
            "blocks": quiet({"additionalProperties": block}),
            "body": ref("exact.body"),
            "variants": quiet({"additionalProperties": ref("exact.file")}),
        }
    }


def _complete_step(ops: Ops) -> Schema:
    """A step that is done: what an op needs is there."""
    needy = "|".join(cls.name for cls in ops if required(cls))
    return {
        **_mapping(_complete(ops)),
        "pattern": f"^(?!({needy})$)",
        "errorMessage": "this op needs arguments",
    }


def _partial_step(ops: Ops) -> Schema:
    """A block as an argument: the step that applies it may give others."""
    return _mapping(_partial(ops))


def _mapping(ops: Schema) -> Schema:
    structure = {
        "do": ref("exact.body"),
        "branches": ref("exact.branches"),
        "merge": ref("exact.merge"),
        "for": ref("exact.lists"),
    }
    return {
        "properties": dict.fromkeys(sorted(MODIFIERS), True) | structure | ops,
        "additionalProperties": ref("exact.arguments"),
    }


def _partial(ops: Ops) -> Schema:
    return {cls.name: ref(f"takes.{cls.name}") for cls in ops}


def _complete(ops: Ops) -> Schema:
    both = {
        cls.name: quiet({"allOf": [ref(f"takes.{cls.name}"), ref(f"needs.{cls.name}")]})
        for cls in ops
        if required(cls)
    }
    return _partial(ops) | both


def takes(cls: type[Op]) -> Schema:
    """Arguments by name, by position, or a single value that is the first."""
    arguments = {name: quiet(accepted(field)) for name, field in cls.arguments().items()}
    first: Schema = next(iter(arguments.values()), {"type": []})
    types = first.get("type", VALUE_TYPES)
    return {
        "type": [*dict.fromkeys(["object", "array", "null", *types])],
        "properties": arguments,
        "additionalProperties": False,
        **{keyword: limit for keyword, limit in first.items() if keyword in BOUNDS.values()},
        **_positions(cls, arguments),
    }


def _positions(cls: type[Op], arguments: Schema) -> Schema:
    if first_takes_list(cls):
        return {"items": next(iter(arguments.values())).get("items", {})}
    if not arguments:
        return {"maxItems": 0}
    return {"items": [*arguments.values()], "additionalItems": False}


def needs(cls: type[Op]) -> Schema:
    """The required arguments are there."""
    given = required(cls)
    last = max(k for k, name in enumerate(cls.arguments(), 1) if name in given)
    return {
        "type": VALUE_TYPES,
        "required": given,
        **({} if first_takes_list(cls) else {"minItems": last}),
        "errorMessage": f"`{cls.name}` needs {', '.join(f'`{name}`' for name in given)}",
    }


def required(cls: type[Op]) -> list[str]:
    """The names of the arguments without which there is no op."""
    return [name for name, field in cls.arguments().items() if field.is_required()]
