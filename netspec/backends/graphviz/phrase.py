"""What an op does, in the words of a figure: `conv 3×3 / 2, 64`, `depthwise conv 3×3, C`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netspec.backends.graphviz.fold import Versions
from netspec.backends.graphviz.labels import channels, settled
from netspec.backends.graphviz.symbols import Symbols, Values
from netspec.ops.base import Op
from netspec.program import Call

WINDOWS = {"convolution": ("kernel",), "pooling": ("kernel", "size")}
"""The argument that says how far an op of the family looks."""
UNSAID = frozenset(
    {"padding", "padding_mode", "bias", "affine", "eps", "momentum", "ceil", "count_pad", "keep"}
)


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
        words = ["depthwise"] if self._depthwise else []
        words.append(self.op.name.replace("_", " "))
        words += self._window_words()
        head = " ".join(words)
        if "out" in self._fields:
            head += f"{',' if self._window else ''} {channels(self._values('out'), self._symbols)}"
        return ", ".join([head, *self._others()])

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
        told = UNSAID | {"out", "stride", self._window, "groups" if self._depthwise else None}
        for key, field in self._fields.items():
            values = self._values(key)
            if key not in told and any(value != field.default for each in values for value in each):
                said = "" if key in self.op.formulas else f"{field.alias or key} "
                yield said + settled(values, self._symbols)

    def _values(self, key: str) -> Values:
        return [[_value(call, key) for call in calls] for calls in self._versions]


def _value(call: Call, key: str) -> Any:
    """The argument; a pooling window's stride is its size where nothing else is said."""
    value = getattr(call.target, key)
    return _value(call, "kernel") if key == "stride" and value is None else value


def _is_depthwise(call: Call) -> bool:
    groups = getattr(call.target, "groups", 1)
    return (
        isinstance(call.target, Op)
        and call.target.group == "convolution"
        and groups > 1
        and call.inputs[0].type.shape[:1] == (groups,)
    )
