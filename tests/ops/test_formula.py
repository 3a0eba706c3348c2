"""Formulas: what they say, what they cost, what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from netspec.diagnostics import Source, Span, SpecError
from netspec.ops.base import ShapeError, find
from netspec.ops.formula import ACTIVATIONS as CLASSES
from netspec.ops.formula import Formula
from netspec.syntax.formula import ACTIVATIONS, Term, resolve_formula
from netspec.tensor import Tensor
from tests.ops.torch_agreement import types


def term(text: str, *names: str, **scope: Any) -> Term:
    span = Span(Source("net.yaml", text), 1, 1, 1, len(text) + 1)
    return resolve_formula(text, span, names or ("x",), scope)


@pytest.mark.parametrize(
    "text",
    [
        "1.7159 * tanh(2 / 3 * x)",
        "-x ** 2 + (-x) ** -2",
        "(x ** 2) ** x + x ** (x ** 2 + 1)",
        "-(x + 1) * -(x / 2)",
        "x - (2 - x) - 1 / (2 / x)",
        "max(x, 0, sin(x)) - min(x, 1)",
    ],
)
def test_a_formula_is_printed_as_a_person_writes_it(text: str) -> None:
    assert str(term(text)) == text


@pytest.mark.parametrize(
    ("text", "scope", "printed"),
    [
        ("s * x", {"s": 0.5}, "0.5 * x"),
        ("s ** x - s", {"s": -2}, "(-2) ** x - -2"),
        ("widths[1] * x", {"widths": (3, 4)}, "4 * x"),
        ("x * sqrt(n) / max(n, 2)", {"n": 16}, "x * 4.0 / 16"),
        ("x * (1 if n > 2 else 0)", {"n": 16}, "x * 1"),
        ("+x - --x", {}, "x - x"),
        ("x + x", {"x": 3}, "x + x"),
    ],
)
def test_what_is_no_input_is_a_number_of_the_scope(
    text: str, scope: dict[str, Any], printed: str
) -> None:
    assert str(term(text, **scope)) == printed


@pytest.mark.parametrize(
    ("text", "flops"),
    [
        ("1.7159 * tanh(2 / 3 * x)", 3),
        ("x * x - x / x", 3),
        ("-x ** 2", 2),
        ("max(x, 0, 1)", 2),
        ("min(x, 1) + abs(x)", 3),
        ("sigmoid(x) * x", 5),
        ("gelu(x + 1)", 6),
    ],
)
def test_flops(text: str, flops: int) -> None:
    inputs = types((4, 3, 3))
    op = Formula(expr=term(text))
    assert op.extra_flops(inputs, op.infer(inputs)) == flops * 36


def test_activations_cost_what_the_ops_do() -> None:
    assert list(CLASSES) == ACTIVATIONS
    assert [find(name) for name in CLASSES] == list(CLASSES.values())


def test_inputs_have_names() -> None:
    op = Formula(expr=term("a * b + a", "b", "a"))
    (output,) = op.infer(types((4,), (4, 3, 3)))
    assert output == Tensor((4, 3, 3))
    assert op.window(types((4,), (4, 3, 3))) == ((1, 1, 0),) * 2
    with pytest.raises(ShapeError) as caught:
        op.infer(types((4, 3, 3)))
    assert (caught.value.code, "takes 2 tensors (b, a), not 1" in caught.value.message) == (
        "NS306",
        True,
    )


@pytest.mark.parametrize(
    ("inputs", "code"),
    [(types((4, 3), (5, 3)), "NS302"), ((Tensor((4,), "int64"),) * 2, "NS301")],
)
def test_refuses_what_a_sum_refuses(inputs: tuple[Tensor, ...], code: str) -> None:
    with pytest.raises(ShapeError) as caught:
        Formula(expr=term("a * b", "a", "b")).infer(inputs)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("2 * 3", "NS204", "does not use its input `x`"),
        ("y * x", "NS206", "`y`"),
        ("foo(x)", "NS110", "`foo` is not a function of formulas"),
        ("tanh(x, 2)", "NS110", "takes 1 argument, not 2"),
        ("max(x)", "NS110", "takes 2 or more arguments, not 1"),
        ("max(x, key=x)", "NS110", "no place in a formula"),
        ("x.mean()", "NS110", "no place in a formula"),
        ("x if x else 1", "NS110", "no place in a formula"),
        ("x @ x", "NS110", "no place in a formula"),
        ("x +", "NS110", "is not a formula"),
        ("x \\", "NS110", "backslash"),
        ("'a' * x", "NS204", "not a number"),
        ("true * x", "NS204", "not a number"),
        ("1e999 * x", "NS204", "not a number"),
        ("1 / 0 * x", "NS111", "division by zero"),
        ("10 ** 10 ** 10 * x", "NS112", "bits"),
        ("x" + " + x" * 400, "NS112", "more than 1000 characters"),
        ("x" + "+x" * 400, "NS112", "nested deeper"),
        ("-" * 900 + "x", "NS112", "nested deeper"),
        ("-" * 900 + "1 * x", "NS112", "nested"),
    ],
)
def test_faults(text: str, code: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        term(text)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert words in diagnostic.message
    assert diagnostic.span is not None
