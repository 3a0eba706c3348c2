"""What an op does, in the words of a figure: `conv 3×3 / 2, 64`, `depthwise conv 3×3, C`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import shorten
from typing import Any

from netspec.backends.graphviz.fold import Versions
from netspec.backends.graphviz.labels import channels, settled
from netspec.backends.graphviz.symbols import Symbols, Values
from netspec.ops.base import Op
from netspec.program import Call

WINDOWS = {"convolution": ("kernel",), "pooling": ("kernel", "size")}
"""The argument that says how far an op of the family looks."""
PER_AXIS = frozenset({"kernel", "size", "stride", "dilation"})
SELF_EVIDENT = {
    "parameter": "shape",
    "permute": "order",
    "reshape": "shape",
    "select": "at",
}
"""The argument of an op that needs no name."""
UNSAID = frozenset(
    "padding output_padding padding_mode bias affine eps momentum ceil count_pad keep".split()
)
FORMULA_WIDTH = 48


class Phrase:
    """Says what these calls of one op do, and how they differ in it."""

    def __init__(self, versions: Versions, symbols: Symbols) -> None:
        op = versions[0][0].target
        assert isinstance(op, Op)
        self.op, self._versions, self._symbols = op, versions, symbols
        self._fields = type(op).model_fields
        known = WINDOWS.get(op.group, ())
        self._window = next((key for key in known if key in self._fields), None)
        self._depthwise = all(_is_depthwise(call) for calls in versions for call in calls)

    def __str__(self) -> str:
        """Name, window, width, and whatever is not as usual."""
        if self.op.formulas:
            return self._formula()
        head = " ".join([*self._kind(), self.op.name.replace("_", " "), *self._window_words()])
        if "out" in self._fields:
            head += f"{',' if self._window else ''} {channels(self._values('out'), self._symbols)}"
        elif self.op.name in SELF_EVIDENT:
            head += f" {settled(self._values(SELF_EVIDENT[self.op.name]), self._symbols)}"
        return ", ".join([head, *self._others()])

    def _formula(self) -> str:
        """The expressions, with fractions to four digits."""
        texts = (settled(self._values(key), self._symbols) for key in sorted(self.op.formulas))
        rounded = re.sub(r"\d+\.\d{5,}", lambda number: f"{float(number[0]):.4g}", ", ".join(texts))
        return shorten(rounded, FORMULA_WIDTH, placeholder=" …")

    def _kind(self) -> Iterator[str]:
        paddings = self._values("padding") if "padding" in self._fields else []
        if any(padding == "causal" for each in paddings for padding in each):
            yield "causal"
        if self._depthwise:
            yield "depthwise"

    def _window_words(self) -> Iterator[str]:
        if self._window is None:
            return
        text = settled(self._values(self._window), self._symbols)
        axes = len(self._versions[0][0].inputs[0].type.shape) - 1
        yield text if "×" in text else "×".join([text] * axes)
        if "stride" in self._fields and any(
            stride != 1 for each in self._values("stride") for stride in each
        ):
            yield f"/ {settled(self._values('stride'), self._symbols)}"

    def _others(self) -> Iterator[str]:
        told = UNSAID | {"out", "stride", self._window, SELF_EVIDENT.get(self.op.name)}
        told |= {"groups"} if self._depthwise else set()
        for key, field in self._fields.items():
            values = self._values(key)
            if key not in told and any(value != field.default for each in values for value in each):
                yield self._argument(field.alias or key, values)

    def _argument(self, name: str, values: Values) -> str:
        """With its value, unless that is but the same word, or `true`."""
        text = settled(values, self._symbols)
        return name if text in (name, "True") else f"{name} {text}"

    def _values(self, key: str) -> Values:
        return [[_value(call, key) for call in calls] for calls in self._versions]


def _value(call: Call, key: str) -> Any:
    """The argument; a pooling window's stride is its size where nothing else is said."""
    value = getattr(call.target, key)
    if key == "stride" and value is None:
        return _value(call, "kernel")
    return "×".join(map(str, value)) if key in PER_AXIS and isinstance(value, tuple) else value


def _is_depthwise(call: Call) -> bool:
    groups = getattr(call.target, "groups", 1)
    return (
        isinstance(call.target, Op)
        and call.target.group == "convolution"
        and groups > 1
        and call.inputs[0].type.shape[:1] == (groups,)
    )
