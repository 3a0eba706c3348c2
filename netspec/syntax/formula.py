"""Formulas: pointwise expressions over tensors, in which all else is a number of the scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from netspec.diagnostics import Span, SpecError, fault, nearest
from netspec.syntax.closures import WORDS
from netspec.syntax.expression import (
    MAX_LENGTH,
    Expression,
    free_names,
    parse_expression,
    parse_python,
    shown,
)
from netspec.tensor import fits

MAX_DEPTH = 40

ACTIVATIONS = (
    "relu relu6 leaky_relu elu selu gelu silu mish sigmoid tanh softplus hard_sigmoid hard_swish"
).split()
ELEMENTARY = "exp log sqrt abs sin cos".split()
OF_SEVERAL = ("min", "max")
FUNCTIONS = (*ACTIVATIONS, *ELEMENTARY, *OF_SEVERAL)

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.USub: "-",
}
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
_SIGN = 3
"""The precedence of a minus in front."""
_ATOM = 5


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: int | float

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Operand:
    """The k-th input, by the name that the formula has for it."""

    index: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of `FUNCTIONS`, or an operator, of one term or more."""

    function: str
    terms: tuple[Term, ...]

    def __str__(self) -> str:
        if self.function not in _PRECEDENCE:
            return f"{self.function}({', '.join(map(str, self.terms))})"
        own = _precedence(self)
        if len(self.terms) == 1:
            return f"-{_within(self.terms[0], own)}"
        left, right = self.terms
        after = own + (self.function in "-/")
        if self.function == "**":
            return f"{_within(left, own + 1)} ** {_within(right, _SIGN)}"
        return f"{_within(left, own)} {self.function} {_within(right, after)}"


Term = Number | Operand | Apply


def _precedence(term: Term) -> int:
    if isinstance(term, Number):
        return _SIGN if term.value < 0 else _ATOM
    if isinstance(term, Operand) or term.function not in _PRECEDENCE:
        return _ATOM
    return _SIGN if len(term.terms) == 1 else _PRECEDENCE[term.function]


def _within(term: Term, least: int) -> str:
    return str(term) if _precedence(term) >= least else f"({term})"


def operands(term: Term) -> Iterator[Operand]:
    """Every mention of an input."""
    if isinstance(term, Operand):
        yield term
    elif isinstance(term, Apply):
        for inner in term.terms:
            yield from operands(inner)


def resolve_formula(text: str, span: Span, names: Sequence[str], scope: Mapping[str, Any]) -> Term:
    """The formula over inputs of those names; what mentions none of them is an expression, and
    becomes the number that it is in `scope`. Raises `SpecError` at `span`.
    """
    return _resolved(_Resolver(text, span, names, scope))


def check_formula(text: str, span: Span, names: Sequence[str], scope: Mapping[str, Any]) -> None:
    """Raise `SpecError` for what is wrong with a formula whatever the numbers in `scope` are."""
    _resolved(_Unvalued(text, span, names, scope))


def _resolved(resolver: _Resolver) -> Term:
    text, span, names = resolver.text, resolver.span, resolver.operands
    try:
        term = resolver.term(parse_formula(text, span), 1)
    except RecursionError:
        raise _too_deep(span) from None
    unused = [name for name in names if name not in {operand.name for operand in operands(term)}]
    if unused:
        raise fault("NS204", f"the formula `{text}` does not use its input `{unused[0]}`", span)
    return term


def parse_formula(text: str, span: Span) -> ast.expr:
    """The tree of a formula; raises `SpecError` (NS110, NS112) at `span`."""
    if len(text) > MAX_LENGTH:
        raise fault("NS112", f"a formula of more than {MAX_LENGTH} characters", span)
    if "\\" in text:
        raise fault("NS110", "a backslash has no place in a formula", span)
    try:
        return parse_python(text)
    except (SyntaxError, ValueError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise fault("NS110", f"`{text}` is not a formula: {reason}", span) from None
    except (RecursionError, MemoryError):
        raise _too_deep(span) from None


def _too_deep(span: Span) -> SpecError:
    return fault("NS112", f"a formula nested deeper than {MAX_DEPTH}", span)


class _Resolver:
    """Terms of the nodes of one formula."""

    def __init__(
        self, text: str, span: Span, names: Sequence[str], scope: Mapping[str, Any]
    ) -> None:
        self.text, self.span, self.scope = text, span, scope
        self.operands = {name: Operand(k, name) for k, name in enumerate(names)}

    def term(self, node: ast.expr, depth: int) -> Term:
        if depth > MAX_DEPTH:
            raise _too_deep(self.span)
        if not self.mentions_operand(node):
            return self.number(node, depth)
        match node:
            case ast.Name(id=name):
                return self.operands[name]
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return self.apply(_OPERATORS[type(operator)], [left, right], depth)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.term(operand, depth + 1)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _negative(self.term(operand, depth + 1))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                self.require_function(name, args)
                return self.apply(name, args, depth)
        raise fault("NS110", f"`{ast.unparse(node)}` has no place in a formula", self.span)

    def apply(self, function: str, nodes: Sequence[ast.expr], depth: int) -> Apply:
        return Apply(function, tuple(self.term(node, depth + 1) for node in nodes))

    def number(self, node: ast.expr, depth: int) -> Term:
        """What mentions no input; `2 / 3` stays as it is written."""
        value = self.expression(node).evaluate(self.scope)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            message = f"`{ast.unparse(node)}` in a formula is {shown(value)}, not a number"
            raise fault("NS204", message, self.span)
        if not fits(value):
            message = f"`{ast.unparse(node)}` has more than 64 bits, which no tensor takes"
            raise fault("NS204", message, self.span)
        match node:
            case ast.BinOp(left=left, op=operator, right=right) if _is_written_out(node):
                return self.apply(_OPERATORS[type(operator)], [left, right], depth)
        return Number(value)

    def expression(self, node: ast.expr) -> Expression:
        """What mentions no input, if it is an expression of names that are known."""
        functions = {each.func for each in ast.walk(node) if isinstance(each, ast.Call)}
        for name in sorted(free_names(node) - {ast.unparse(each) for each in functions}):
            if not self.knows(name):
                raise self.unknown(name, node)
        try:
            return parse_expression(ast.unparse(node), self.span)
        except SpecError as error:
            raise _of_a_number(error, node) from None

    def knows(self, name: str) -> bool:
        if name in WORDS:
            return True
        try:
            self.scope[name]
        except KeyError:
            return False
        except ValueError:  # a size that the input does not have
            return True
        return True

    def unknown(self, name: str, within: ast.expr) -> SpecError:
        """An unknown name is most likely meant as an input."""
        from netspec.syntax.expression_faults import place

        node = next(each for each in ast.walk(within) if _is_named(each, name))
        inputs = f"the inputs are {', '.join(f'`{each}`' for each in self.operands)}"
        named = "" if len(self.operands) > 1 else "; `from: {a: .., b: ..}` names them"
        span = place(self.text, self.span, node)
        return fault("NS206", f"unknown name `{name}`", span, hint=inputs + named)

    def mentions_operand(self, node: ast.expr) -> bool:
        return any(isinstance(n, ast.Name) and n.id in self.operands for n in ast.walk(node))

    def require_function(self, name: str, args: Sequence[ast.expr]) -> None:
        if name not in FUNCTIONS:
            hint = nearest(name, FUNCTIONS)
            raise fault("NS110", f"`{name}` is not a function of formulas", self.span, hint=hint)
        if (len(args) < 2) if name in OF_SEVERAL else (len(args) != 1):
            takes = "2 or more arguments" if name in OF_SEVERAL else "1 argument"
            raise fault("NS110", f"`{name}` takes {takes}, not {len(args)}", self.span)


class _Unvalued(_Resolver):
    """Terms without the numbers in them."""

    def number(self, node: ast.expr, depth: int) -> Term:
        self.expression(node)
        return Number(0)


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == name


def _of_a_number(error: SpecError, node: ast.expr) -> SpecError:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        hint = "functions of formulas are for its inputs: write the number that it is"
        return SpecError(replace(d, hint=hint) for d in error.diagnostics)
    return error


def _negative(term: Term) -> Term:
    if isinstance(term, Apply) and term.function == "-" and len(term.terms) == 1:
        return term.terms[0]
    return Apply("-", (term,))


def _is_written_out(node: ast.expr) -> bool:
    """Whether it is arithmetic on numbers only."""
    plain = (ast.BinOp, ast.UnaryOp, ast.Constant, *_OPERATORS)
    return all(isinstance(part, plain) for part in ast.walk(node))
