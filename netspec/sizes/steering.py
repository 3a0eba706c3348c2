"""Params that steer an elaboration: a comparison reads them, so that other values of them may make
a network of another structure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netspec.diagnostics import SpecError
from netspec.sizes.search import LARGEST
from netspec.sizes.size import Path, size

Try = Callable[[int | float], object]
"""Elaborates a spec with that value of a param; raises `SpecError` where the spec refuses it."""


def steers(value: int | float, elaborated_with: Try) -> bool:
    """Whether a comparison on the way comes out otherwise for some values that the param may have:
    from 1 to a million, of a fraction any.
    """
    if isinstance(value, float):
        compared: list[bool] = []
        elaborated_with(_watched(value, compared))
        return bool(compared)
    way = _Comparisons(value, LARGEST, 1)
    try:
        elaborated_with(size((0, 1), way))
    except SpecError:
        return True
    return way.first > 1 or way.last < LARGEST


class _Comparisons(Path):
    """The stretch of values for which every comparison comes out the same, whatever else reads
    them.
    """

    def hold(self) -> None:
        """What an op's argument or a loop's count reads shows in the program."""


class _Watched(float):
    """A number that notes when it is compared with others, and what is computed of it too.

    Instances that are looked up by it compare it with itself.
    """

    compared: list[bool]


def _watched(value: float, compared: list[bool]) -> _Watched:
    made = _Watched(value)
    made.compared = compared
    return made


def _noting(name: str) -> Any:
    def method(self: _Watched, *others: Any) -> Any:
        if not any(isinstance(other, _Watched) for other in others):
            self.compared.append(True)
        return getattr(float, name)(self, *others)

    return method


def _arithmetic(name: str) -> Any:
    def method(self: _Watched, *others: Any) -> Any:
        result = getattr(float, name)(self, *others)
        return _watched(result, self.compared) if type(result) is float else result

    return method


for _name in "lt le gt ge eq ne bool".split():
    setattr(_Watched, f"__{_name}__", _noting(f"__{_name}__"))
for _name in (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow neg pos abs"
).split():
    setattr(_Watched, f"__{_name}__", _arithmetic(f"__{_name}__"))
_Watched.__hash__ = float.__hash__  # type: ignore[method-assign]
