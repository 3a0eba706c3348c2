"""Sizes that are followed: whole numbers that know how they depend on the input's size."""

from __future__ import annotations

from math import gcd, lcm
from typing import Any

from netspec.sizes.form import Form, common, distance
from netspec.sizes.polynomial import Polynomial, minus, plus, quotient, same_sign, times, value


class Indivisible(BaseException):
    """A size is divided, or asked for a remainder, by what does not divide its step: steps must be
    `factor` times as long. No error of what runs, so nothing on the way may catch it.
    """

    def __init__(self, factor: int) -> None:
        super().__init__(factor)
        self.factor = factor


class Unaffordable(BaseException):
    """The spec becomes so much larger at a size that what it does there is not looked at."""


class Path:
    """One way through a computation with sizes: the stretch of steps around `step` for which every
    comparison comes out as it does at `step`.
    """

    def __init__(self, step: int, last: int, longest: int) -> None:
        self.step, self.first, self.last = step, 0, last
        self.longest = longest
        """The largest factor by which steps may grow; beyond it the step is held."""

    def sign(self, form: Form) -> int:
        """-1, 0 or 1, the same on the whole stretch."""
        at = form.divided(self.step)
        now = value(form.of, at)
        if not form.is_constant:
            ends = form.divided(self.first), form.divided(self.last)
            first, last = same_sign(form.of, at, *ends)
            self.first = max(self.first, first * form.by - form.shift)
            self.last = min(self.last, (last + 1) * form.by - form.shift - 1)
        return (now > 0) - (now < 0)

    def compare(self, a: Form, b: Form) -> int:
        """The sign of a - b."""
        if (shared := common(a, b)) is not None:
            return self.sign(shared.with_polynomial(minus(a.of, b.of)))
        if (bounds := distance(a, b)) is not None:
            lowest, highest = bounds
            if lowest.at(self.step) > 0:
                return self.sign(lowest)
            if highest.at(self.step) < 0:
                return self.sign(highest)
        self.refine(lcm(a.by, b.by))
        self.hold()
        return (a.at(self.step) > b.at(self.step)) - (a.at(self.step) < b.at(self.step))

    def is_below(self, a: Form, b: Form) -> bool:
        """Whether a < b: by the sign of 2 (a - b) + 1, never zero: a = b is no third case."""
        below = Form(plus(times(a.of, (2,)), (1,)), a.shift, a.by)
        return self.compare(below, b.with_polynomial(times(b.of, (2,)))) < 0

    def hold(self) -> None:
        """From here on only this step is spoken of."""
        self.first = self.last = self.step

    def refine(self, factor: int) -> None:
        """Ask for steps so many times as long, if they may be; raises `Indivisible`."""
        if factor <= self.longest:
            raise Indivisible(factor)


class Size(int):
    """A whole number that is `form` of the step of its path. Arithmetic with whole numbers gives
    sizes again, comparisons narrow the path; whatever else reads it as a number holds the path.

    `range`, indices and pydantic read a whole number behind its back: they are given `int(size)`,
    and so are names. As text it is that of its step, which is for messages.
    """

    form: Form
    path: Path

    def __int__(self) -> int:
        self.path.hold()
        return _number(self)

    def __hash__(self) -> int:
        return hash(self.form)

    def __bool__(self) -> bool:
        return self.path.sign(self.form) != 0

    def __neg__(self) -> int:
        return _size(_negative(self.form), self.path)

    def __pos__(self) -> int:
        return self

    def __abs__(self) -> int:
        return -self if self < 0 else self

    def __floor__(self) -> int:
        return self

    def __ceil__(self) -> int:
        return self

    def __trunc__(self) -> int:
        return self

    def __floordiv__(self, other: Any) -> Any:
        by = _constant(other)
        if isinstance(other, Size) and (whole := self._over(other)) is not None:
            return _size(whole, self.path)
        if not by:
            return int(self) // other
        whole = self.form.over(by) if by > 0 else _negative(self.form).over(-by)
        if whole is not None:
            return _size(whole, self.path)
        self._refine(by)
        return int(self) // other

    def __mod__(self, other: Any) -> Any:
        by = _constant(other)
        if isinstance(other, Size) and self._over(other) is not None:
            return 0
        if by and all(each % by == 0 for each in self.form.of[1:]):
            return self.form.of[0] % by
        if by:
            self._refine(by)
        return int(self) % other

    def _over(self, other: Size) -> Form | None:
        """What gives this size when multiplied with the other one."""
        if not self.path.sign(other.form) or not (shared := _common(self.form, other)):
            return None
        whole = quotient(self.form.of, other.form.of)
        return None if whole is None else shared.with_polynomial(whole)

    def _refine(self, by: int) -> None:
        """Ask for steps that make this size jump by multiples of a number."""
        self.path.refine(self.form.by * abs(by) // gcd(by, *self.form.of[1:]))


def size(of: Polynomial, path: Path) -> int:
    """The whole number that is a polynomial of the path's step."""
    return _size(Form(of), path)


def _size(form: Form, path: Path) -> int:
    if form.is_constant:
        return form.of[0]
    made = Size(form.at(path.step))
    made.form, made.path = form, path
    return made


def followed(number: object) -> bool:
    """Whether it depends on the step."""
    return isinstance(number, Size)


def _number(of: int) -> int:
    """The size as Python's own whole number."""
    return int.__add__(of, 0)


def _constant(number: object) -> int | None:
    return number if type(number) is int else None


def _form(number: object) -> Form | None:
    if isinstance(number, Size):
        return number.form
    return Form((int(number),)) if isinstance(number, int) else None


def _negative(form: Form) -> Form:
    return form.with_polynomial(times(form.of, (-1,)))


def _common(form: Form, other: Size) -> Form | None:
    """That of which both are polynomials; asks for longer steps where there is nothing."""
    shared = common(form, other.form)
    if shared is None:
        other.path.refine(lcm(form.by, other.form.by))
    return shared


def _arithmetic(name: str, combine: Any) -> Any:
    def method(self: Size, other: Any) -> Any:
        form = _form(other)
        if form is None:
            return getattr(int(self), name)(other)
        shared = _common(form, self)
        if shared is None:
            return getattr(int(self), name)(int(other))
        return _size(shared.with_polynomial(combine(self.form.of, form.of)), self.path)

    return method


def _comparison(name: str, holds: Any) -> Any:
    def method(self: Size, other: Any) -> Any:
        form = _form(other)
        if form is not None:
            return holds(self.path, self.form, form)
        return getattr(int(self), name)(other) if isinstance(other, float) else NotImplemented

    return method


def _holding(name: str) -> Any:
    def method(self: Size, *others: Any) -> Any:
        return getattr(int(self), name)(*others)

    return method


_ARITHMETIC = {
    "__add__": plus,
    "__radd__": plus,
    "__sub__": minus,
    "__rsub__": lambda p, q: minus(q, p),
    "__mul__": times,
    "__rmul__": times,
}
_COMPARISONS = {
    "__eq__": lambda path, a, b: path.compare(a, b) == 0,
    "__ne__": lambda path, a, b: path.compare(a, b) != 0,
    "__lt__": lambda path, a, b: path.is_below(a, b),
    "__ge__": lambda path, a, b: not path.is_below(a, b),
    "__gt__": lambda path, a, b: path.is_below(b, a),
    "__le__": lambda path, a, b: not path.is_below(b, a),
}
_OTHERS = (
    "truediv rtruediv rfloordiv rmod divmod rdivmod pow rpow lshift rshift rlshift rrshift and "
    "rand or ror xor rxor invert float index round"
)
for _name, _combine in _ARITHMETIC.items():
    setattr(Size, _name, _arithmetic(_name, _combine))
for _name, _holds in _COMPARISONS.items():
    setattr(Size, _name, _comparison(_name, _holds))
for _name in _OTHERS.split():
    setattr(Size, f"__{_name}__", _holding(f"__{_name}__"))
