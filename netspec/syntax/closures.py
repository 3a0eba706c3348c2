"""Trees of expressions compiled to closures: the part of Python that is the language.

Nothing of Python itself is reachable: no attributes, no calls but the functions of the language;
the work and the size of results are bounded.
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from netspec.syntax.arithmetic import BINARY, FUNCTIONS, UNARY, bounded, position, spend

Scope = Mapping[str, Any]
Evaluator = Callable[[Scope], Any]


class Refused(SyntaxError):
    """A part of Python that is none of the language."""

    def __init__(self, reason: str, node: ast.AST) -> None:
        super().__init__(reason)
        self.node = node


class Unbound(Exception):
    """A name that the scope does not have."""


def _constant(node: ast.Constant) -> Evaluator:
    value = node.value
    if not isinstance(value, int | float | str):
        raise Refused(f"`{ast.unparse(node)}` is not a number, word or list", node)
    bounded(value)
    return lambda scope: value


WORDS = {"true": True, "false": False}


def _dotted(node: ast.Attribute) -> Evaluator:
    """A block of another file: `prefix.block`."""
    if isinstance(node.value, ast.Subscript):
        indexed, at = ast.unparse(node.value.value), ast.unparse(node.value.slice)
        raise SyntaxError(f"write `{indexed}.{node.attr}[{at}]`")
    if not isinstance(node.value, ast.Name):
        raise SyntaxError(f"`{ast.unparse(node)}` is not in the expression language")
    return _look_up(ast.unparse(node))


def _name(node: ast.Name) -> Evaluator:
    return _look_up(node.id)


def _look_up(name: str) -> Evaluator:
    def lookup(scope: Scope) -> Any:
        try:
            return scope[name]
        except KeyError:
            if name in WORDS:
                return WORDS[name]
            raise Unbound(name) from None

    return lookup


def _operator(table: Mapping[type[ast.AST], Any], node: ast.AST) -> Any:
    if type(node) not in table:
        raise Refused("", node)
    return table[type(node)]


def _binary(node: ast.BinOp) -> Evaluator:
    apply, left, right = _operator(BINARY, node.op), compiled(node.left), compiled(node.right)
    return lambda scope: apply(left(scope), right(scope))


def _unary(node: ast.UnaryOp) -> Evaluator:
    apply, operand = _operator(UNARY, node.op), compiled(node.operand)
    return lambda scope: apply(operand(scope))


def _boolean(node: ast.BoolOp) -> Evaluator:
    parts = [compiled(part) for part in node.values]
    if isinstance(node.op, ast.And):
        return lambda scope: all(part(scope) for part in parts)
    return lambda scope: any(part(scope) for part in parts)


def _compare(node: ast.Compare) -> Evaluator:
    tests = [_operator(BINARY, op) for op in node.ops]
    operands = [compiled(operand) for operand in (node.left, *node.comparators)]

    def run(scope: Scope) -> bool:
        left = operands[0](scope)
        for test, operand in zip(tests, operands[1:], strict=True):
            right = operand(scope)
            if not test(left, right):
                return False
            left = right
        return True

    return run


def _conditional(node: ast.IfExp) -> Evaluator:
    test, then, otherwise = compiled(node.test), compiled(node.body), compiled(node.orelse)
    return lambda scope: then(scope) if test(scope) else otherwise(scope)


def _list(node: ast.List | ast.Tuple) -> Evaluator:
    items = [compiled(item) for item in node.elts]
    return lambda scope: bounded(tuple(item(scope) for item in items))


def _index(node: ast.Subscript) -> Evaluator:
    value = compiled(node.value)
    if not isinstance(node.slice, ast.Slice):
        index = compiled(node.slice)
        return lambda scope: value(scope)[position(index(scope))]
    bounds = [
        compiled(b) if b else lambda scope: None
        for b in (node.slice.lower, node.slice.upper, node.slice.step)
    ]
    return lambda scope: bounded(value(scope)[slice(*(position(bound(scope)) for bound in bounds))])


def _call(node: ast.Call) -> Evaluator:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        raise Refused(f"`{ast.unparse(node.func)}` is not a function of the language", node)
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        raise SyntaxError("arguments of functions are given by position")
    function = FUNCTIONS[node.func.id]
    arguments = [compiled(argument) for argument in node.args]
    return lambda scope: bounded(function(*(bounded(argument(scope)) for argument in arguments)))


def _comprehension(node: ast.ListComp | ast.GeneratorExp) -> Evaluator:
    element = compiled(node.elt)
    clauses = [_clause(generator) for generator in node.generators]

    return lambda scope: tuple(element(inner) for inner in _bindings(scope, clauses))


Clause = tuple[str, Evaluator, list[Evaluator]]


def _clause(generator: ast.comprehension) -> Clause:
    if not isinstance(generator.target, ast.Name) or generator.is_async:
        raise SyntaxError("a comprehension binds one name")
    if generator.target.id in FUNCTIONS:
        raise SyntaxError(f"`{generator.target.id}` is a function of the language")
    tests = [compiled(test) for test in generator.ifs]
    return generator.target.id, compiled(generator.iter), tests


def _bindings(scope: Scope, clauses: list[Clause]) -> Iterator[Scope]:
    if not clauses:
        yield scope
        return
    name, values, tests = clauses[0]
    for value in values(scope):
        spend(1)
        inner = ChainMap({name: value}, scope)  # type: ignore[arg-type]
        if all(test(inner) for test in tests):
            yield from _bindings(inner, clauses[1:])


_COMPILERS: dict[type[ast.AST], Callable[[Any], Evaluator]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _dotted,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Subscript: _index,
    ast.Call: _call,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
}


def compiled(node: ast.AST) -> Evaluator:
    """The part of an expression as a function of a scope; raises `SyntaxError`."""
    compiler = _COMPILERS.get(type(node))
    if compiler is None:
        raise Refused(f"`{ast.unparse(node)}` is not in the expression language", node)
    return compiler(node)
