"""The printer wraps as `ruff format` does."""

from __future__ import annotations

from pathlib import Path

import pytest

from netspec.backends.torch.code import (
    Argument,
    Attribute,
    Call,
    Comprehension,
    Entry,
    Infix,
    List,
    Literal,
    Name,
    Node,
    Noted,
    Subscript,
    Text,
)
from netspec.backends.torch.source.layout import lines, text
from tests.torch_backend.checks import assert_formatted

X = Name("x")


def call(function: str, *arguments: Node) -> Call:
    return Call(Name(function), arguments)


def names(*lengths: int) -> tuple[Node, ...]:
    return tuple(Name(letter * length) for letter, length in zip("abcdefgh", lengths, strict=False))


STATEMENTS: dict[str, Node] = {
    "short": call("f", X, Argument(Literal(1), "stride", 1), Argument(Literal(2), "padding", 0)),
    "arguments_on_one_line": call("function", *names(30, 30, 20)),
    "arguments_one_by_one": call("function", *names(30, 30, 30)),
    "inner_breaks": call("outer", call("inner", *names(30, 30, 30)), Literal("word")),
    "single_argument": call("outer", call("inner", *names(30, 30, 30))),
    "list": call("torch.cat", List(names(30, 30, 30)), Literal(1)),
    "short_list": call("torch.cat", List(names(20, 20, 20)), Literal(1)),
    "sum": Infix("+", names(30, 30, 30)),
    "sum_of_calls": Infix("+", (call("f", *names(30)), call("g", *names(30, 30)))),
    "sum_of_many_calls": Infix("+", (call("f", *names(30)),) * 3),
    "mean": Infix("/", (Infix("+", names(30, 30, 25)), Literal(3))),
    "scaled": Infix("*", (Name("x" * 40), Subscript(Name("y" * 40), Name(":, :, None, None")))),
    "sum_in_call": call("F.relu", Infix("+", names(30, 30, 30))),
    "precedence": Infix("*", (Infix("+", (X, Literal(1))), Infix("//", (X, Literal(2))))),
    "subtraction": Infix("-", (X, Infix("-", (X, Infix("+", (X, X)))))),
    "power": Infix("**", (Literal(2), X)),
    "power_of_sum": Infix("**", (Infix("+", (X, X)), Literal(2))),
    "generator": call("nn.Sequential", Comprehension(call("Block", X), "_", Literal(3), True)),
    "long_generator": call(
        "nn.Sequential",
        call("First", *names(30)),
        Comprehension(call("Block", *names(30, 30)), "i", Name("count"), True),
    ),
    "only_generator": call(
        "nn.ModuleList", Comprehension(call("Block", *names(30, 20)), "i", X, False)
    ),
    "pairs": call("OrderedDict", List((Entry(Text(("0",)), call("f")),) * 3)),
    "noted": call("f", Noted("why\nand how", X), Noted("fmt: off", Argument(X, "bias", True))),
    "text": call("getattr", X, Text(("conv", Infix("+", (Name("i"), Literal(1)))))),
    "literals": List(tuple(map(Literal, (1e-5, 1e20, True, None, "a", 'a"b', (1,), (2, 3))))),
    "nested_values": call("torch.tensor", Literal((((0.123456789,) * 3,) * 3,))),
    "short_nested_values": call("torch.tensor", Literal((((0.5, 1),),))),
    "attribute": Call(Attribute(Infix("+", (X, X)), "mean"), (Literal((2, 3)),)),
    "index": Subscript(X, Name(":, :, None")),
    "call_of_call": Call(call("getattr", X, Literal("0")), (call("f", *names(30, 30)),)),
}


def test_ruff_would_not_change_a_line(tmp_path: Path) -> None:
    for name, node in STATEMENTS.items():
        plain = "\n".join(lines("value = ", node))
        inside = "\n".join(lines("return ", node, "  # [64, 112, 112]", depth=2))
        signature = "class A:\n    def method(self):"
        (tmp_path / f"{name}.py").write_text(f"{plain}\n\n\n{signature}\n{inside}\n")
    assert_formatted(tmp_path)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (STATEMENTS["short"], "f(x, padding=2)"),
        (STATEMENTS["precedence"], "(x + 1) * (x // 2)"),
        (STATEMENTS["subtraction"], "x - (x - (x + x))"),
        (STATEMENTS["text"], 'getattr(x, f"conv{i + 1}")'),
        (STATEMENTS["power"], "2**x"),
        (STATEMENTS["index"], "x[:, :, None]"),
        (Literal(1e-5), "1e-5"),
        (Literal(float("inf")), 'float("inf")'),
    ],
)
def test_an_expression(node: Node, expected: str) -> None:
    assert text(node) == expected
