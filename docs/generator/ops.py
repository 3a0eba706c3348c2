"""docs/ops.md: the op reference, from the registry."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from docs.generator.markdown import code, page, table
from docs.generator.samples import Sample, sample
from netspec.ops.base import Op, find, names
from netspec.ops.fields import MAX_SIZE
from netspec.schema.wording import values
from netspec.tensor import Tensor

GROUPS = (
    "convolution linear normalisation activation pooling merge shape stochastic arithmetic "
    "attention"
).split()
STEERING = ("identity", "nothing")

INTRODUCTION = f"""\
Every op of this version, with its arguments in positional order. Shapes leave the batch out:
`[C, H, W]` is a map, `[C]` a vector, `[T, D]` tokens. A *size per axis* is one number for all axes
or a list with one for each. No size is above {MAX_SIZE:,}.

Each entry ends with an example: what the op makes of an input, its weights with the values that
they start from, and the PyTorch that it becomes (`F` is `torch.nn.functional`)."""


def ops_page() -> str:
    known = {name: _op(name) for name in names()}
    unplaced = {cls.group for cls in known.values()} - set(GROUPS)
    if unplaced:
        raise ValueError(f"groups without a place on the page: {unplaced}")
    parts = []
    for group in GROUPS:
        parts.append(f"## {group.capitalize()} ops")
        parts += ["\n\n".join(_entry(cls)) for cls in known.values() if cls.group == group]
    return page("Ops", INTRODUCTION, _contents(known), *parts)


def _op(name: str) -> type[Op]:
    found = find(name)
    assert found is not None
    return found


def _contents(known: dict[str, type[Op]]) -> str:
    rows = []
    for group in GROUPS:
        links = [f"[`{name}`](#{name})" for name, cls in known.items() if cls.group == group]
        rows.append([f"[{group}](#{group}-ops)", " ".join(links)])
    return table(["group", "ops"], rows)


def _entry(cls: type[Op]) -> Iterator[str]:
    yield f"### {cls.name}"
    yield inspect.cleandoc(cls.__doc__ or "")
    if cls.model_fields:
        rows = [[code(name), *values(cls, name, field)] for name, field in cls.arguments().items()]
        yield table(["argument", "values", "default"], rows)
    if cls.arity != (1, 1):
        yield _inputs(cls)
    if cls.name in STEERING:
        yield "It steers tensors only: neither a module nor a call comes of it."
    else:
        yield "\n".join(f"- {fact}" for fact in _example(sample(cls)))


def _inputs(cls: type[Op]) -> str:
    fewest, most = cls.arity
    takes = f"{fewest} tensors" if fewest == most else "any number of tensors"
    return f"Takes {takes}" + (", and may stand after `merge`." if cls.merges else ".")


def _example(example: Sample) -> Iterator[str]:
    taken = ", ".join(code(x) for x in example.inputs)
    made = ", ".join(code(x) for x in example.outputs)
    macs = f", {example.macs:,} MACs" if example.macs else ""
    yield f"`{example.use}`: {taken} → {made}{macs}"
    for trainable, what in ((True, "weights"), (False, "buffers")):
        held = [
            f"{code(key) if key else 'its name'} {code(Tensor(weight.shape))} from `{weight.init}`"
            for key, weight in example.weights.items()
            if weight.trainable is trainable
        ]
        if held:
            yield f"{what}: {', '.join(held)}"
    yield f"PyTorch: {', '.join(map(code, example.torch))}"
