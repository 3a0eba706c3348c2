"""Forms of sizes: polynomials of a step that was divided and rounded down."""

from __future__ import annotations

from math import gcd, lcm
from typing import NamedTuple

from netspec.sizes.polynomial import Polynomial, minus, times, value


class Form(NamedTuple):
    """The polynomial `of` of q = (k + shift) // by, a step k; 0 <= shift < by.

    Strides one after the other divide once: ((k + a) // b + c) // d = (k + a + b c) // (b d).
    """

    of: Polynomial
    shift: int = 0
    by: int = 1

    @property
    def is_constant(self) -> bool:
        return len(self.of) == 1

    def divided(self, step: int) -> int:
        """q at that step."""
        return (step + self.shift) // self.by

    def at(self, step: int) -> int:
        return value(self.of, self.divided(step))

    def with_polynomial(self, of: Polynomial) -> Form:
        return Form(of, self.shift, self.by)

    def over(self, divisor: int) -> Form | None:
        """What is left of a division by a positive number, if that is a form."""
        if all(each % divisor == 0 for each in self.of[1:]):
            first, *rest = self.of
            return self.with_polynomial((first // divisor, *(each // divisor for each in rest)))
        if len(self.of) > 2 or divisor % self.of[1]:
            return None
        constant, slope = self.of
        if slope < 0:  # -n // d = -((n + d - 1) // d)
            negated = self.with_polynomial((divisor - 1 - constant, -slope)).over(divisor)
            return negated and negated.with_polynomial(times(negated.of, (-1,)))
        by = self.by * (divisor // slope)
        whole, shift = divmod(self.shift + self.by * (constant // slope), by)
        return Form((whole, 1), shift, by)

    def bounds(self, scale: int) -> tuple[Polynomial, Polynomial]:
        """Lines in k that a linear form, times a multiple of `by`, is never below and above."""
        constant, slope = self.of
        per = scale // self.by * slope
        highest: Polynomial = (scale * constant + per * self.shift, per)
        lowest = minus(highest, (per * (self.by - 1),))
        return (lowest, highest) if slope > 0 else (highest, lowest)


def common(a: Form, b: Form) -> Form | None:
    """That of which both are polynomials."""
    if a.is_constant or b[1:] == a[1:]:
        return b
    return a if b.is_constant else None


def distance(a: Form, b: Form) -> tuple[Form, Form] | None:
    """Linear forms that a - b, times a positive number, is never below and above."""
    if len(a.of) > 2 or len(b.of) > 2:
        return None
    inner = _inner(a, b)
    a, b = _of_inner(a, inner), _of_inner(b, inner)
    scale = lcm(a.by, b.by)
    (lowest, highest), (low, high) = a.bounds(scale), b.bounds(scale)
    return inner.with_polynomial(minus(lowest, high)), inner.with_polynomial(minus(highest, low))


def _inner(a: Form, b: Form) -> Form:
    """The form that both divide further, with the largest divisor."""
    by = gcd(a.by, b.by)
    return Form((0, 1), a.shift % by, by) if (a.shift - b.shift) % by == 0 else Form((0, 1))


def _of_inner(form: Form, inner: Form) -> Form:
    """What divides `inner` as a form of it."""
    return Form(form.of, (form.shift - inner.shift) // inner.by, form.by // inner.by)
