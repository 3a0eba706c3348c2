"""The expression language: a small part of Python's, checked once and compiled to closures.

Nothing of Python itself is reachable: no attributes, no calls but the functions below, and the work
and the size of results are bounded.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from netspec.diagnostics import Span, SpecError, fault, nearest
from netspec.syntax.arithmetic import BINARY, FUNCTIONS, UNARY, WorkLimit, bounded, meter, spend

MAX_LENGTH = 1_000

Scope = Mapping[str, Any]
Evaluator = Callable[[Scope], Any]


class Unbound(Exception):
    """A name that the scope does not have."""


class Expression:
    """A checked expression: `text`, the names it mentions, and `evaluate`."""

    __slots__ = ("_run", "names", "span", "text", "tree")

    def __init__(self, text: str, span: Span, tree: ast.expr, run: Evaluator) -> None:
        self.text, self.span, self.tree, self._run = text, span, tree, run
        self.names = frozenset(_free_names(tree))

    def evaluate(self, scope: Scope) -> Any:
        """The value in `scope`; raises `SpecError` (NS111, NS112, NS206) at the expression."""
        try:
            meter.begin()
            return self._run(scope)
        except SpecError:
            raise
        except Unbound as error:
            raise self.unbound(str(error), scope) from None
        except WorkLimit as error:
            raise fault("NS112", f"`{self.text}`: {error}", self.span) from None
        except Exception as error:
            message = f"`{self.text}` fails: {_in_terms_of_the_language(str(error))}"
            raise fault("NS111", message, self.span, hint=self._bindings(scope)) from None

    def unbound(self, name: str, scope: Scope) -> SpecError:
        if name in FUNCTIONS:
            hint: str | None = f"`{name}` is a function: `{name}(...)`"
        elif name in _YAML_1_1:
            hint = "write `true` or `false`: the words of YAML 1.1 are just words"
        else:
            hint = nearest(name, [*scope, *FUNCTIONS])
        if hint is None and self.text == name:
            hint = f"a literal word is quoted twice: \"'{name}'\""
        return fault("NS206", f"unknown name `{name}`", self.span, hint=hint)

    def _bindings(self, scope: Scope) -> str | None:
        known = [f"{name} = {shown(scope[name])}" for name in sorted(self.names) if name in scope]
        return "with " + ", ".join(known) if known else None


_TERMS = {"Reference": "block", "Partial": "block", "Closure": "block", "Value": "tensor"}
_TERMS |= {"tuple": "list", "str": "word", "int": "number", "float": "number"}


def _in_terms_of_the_language(message: str) -> str:
    """Python's names of types are ours."""
    message = re.sub(r"'(\w+)'", lambda match: f"`{_TERMS.get(match[1], match[1])}`", message)
    message = message.replace("tuple index", "list index")
    return message.replace("`tensor` object is not subscriptable", "a single tensor has no entries")


_YAML_1_1 = frozenset({"yes", "no", "on", "off", "Yes", "No", "On", "Off"})


def _free_names(tree: ast.expr) -> set[str]:
    used: set[str] = set()
    bound: set[str] = set(FUNCTIONS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            used.add(ast.unparse(node))
            bound.update(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        elif isinstance(node, ast.Name):
            (bound if isinstance(node.ctx, ast.Store) else used).add(node.id)
    return used - bound


def shown(value: Any) -> str:
    """A value as messages print it: numbers and words as they are, long lists cut."""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(shown, value[:8])) + (", ..." if len(value) > 8 else "") + "]"
    if isinstance(value, int | float | str):
        return repr(value) if isinstance(value, str) else str(value)
    return f"<{value}>"


def _constant(node: ast.Constant) -> Evaluator:
    value = node.value
    if not isinstance(value, int | float | str):
        raise SyntaxError(f"`{ast.unparse(node)}` is not a number, word or list")
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
        raise SyntaxError(f"the operator {type(node).__name__} is not in the language")
    return table[type(node)]


def _binary(node: ast.BinOp) -> Evaluator:
    apply, left, right = _operator(BINARY, node.op), _compile(node.left), _compile(node.right)
    return lambda scope: apply(left(scope), right(scope))


def _unary(node: ast.UnaryOp) -> Evaluator:
    apply, operand = _operator(UNARY, node.op), _compile(node.operand)
    return lambda scope: apply(operand(scope))


def _boolean(node: ast.BoolOp) -> Evaluator:
    parts = [_compile(part) for part in node.values]
    if isinstance(node.op, ast.And):
        return lambda scope: all(part(scope) for part in parts)
    return lambda scope: any(part(scope) for part in parts)


def _compare(node: ast.Compare) -> Evaluator:
    tests = [_operator(BINARY, op) for op in node.ops]
    operands = [_compile(operand) for operand in (node.left, *node.comparators)]

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
    test, then, otherwise = _compile(node.test), _compile(node.body), _compile(node.orelse)
    return lambda scope: then(scope) if test(scope) else otherwise(scope)


def _list(node: ast.List | ast.Tuple) -> Evaluator:
    items = [_compile(item) for item in node.elts]
    return lambda scope: bounded(tuple(item(scope) for item in items))


def _index(node: ast.Subscript) -> Evaluator:
    value = _compile(node.value)
    if not isinstance(node.slice, ast.Slice):
        index = _compile(node.slice)
        return lambda scope: value(scope)[index(scope)]
    bounds = [
        _compile(b) if b else lambda scope: None
        for b in (node.slice.lower, node.slice.upper, node.slice.step)
    ]
    return lambda scope: bounded(value(scope)[slice(*(bound(scope) for bound in bounds))])


def _call(node: ast.Call) -> Evaluator:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        raise SyntaxError(f"`{ast.unparse(node.func)}` is not a function of the language")
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        raise SyntaxError("arguments of functions are given by position")
    function = FUNCTIONS[node.func.id]
    arguments = [_compile(argument) for argument in node.args]
    return lambda scope: bounded(function(*(bounded(argument(scope)) for argument in arguments)))


def _comprehension(node: ast.ListComp | ast.GeneratorExp) -> Evaluator:
    element = _compile(node.elt)
    clauses = [_clause(generator) for generator in node.generators]

    return lambda scope: tuple(element(inner) for inner in _bindings(scope, clauses))


Clause = tuple[str, Evaluator, list[Evaluator]]


def _clause(generator: ast.comprehension) -> Clause:
    if not isinstance(generator.target, ast.Name) or generator.is_async:
        raise SyntaxError("a comprehension binds one name")
    if generator.target.id in FUNCTIONS:
        raise SyntaxError(f"`{generator.target.id}` is a function of the language")
    tests = [_compile(test) for test in generator.ifs]
    return generator.target.id, _compile(generator.iter), tests


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


def _compile(node: ast.AST) -> Evaluator:
    compiler = _COMPILERS.get(type(node))
    if compiler is None:
        raise SyntaxError(f"`{ast.unparse(node)}` is not in the expression language")
    return compiler(node)


def parse_python(text: str) -> ast.expr:
    """The tree of a Python expression; what Python only warns of (`1or 2`) is a `SyntaxError`."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return ast.parse(text.strip(), mode="eval").body
        except Warning as warning:
            raise SyntaxError(str(warning)) from None


def parse_expression(text: str, span: Span) -> Expression:
    """Check and compile one expression; raises `SpecError` (NS110, NS112) at `span`."""
    if len(text) > MAX_LENGTH:
        raise fault("NS112", f"an expression of more than {MAX_LENGTH} characters", span)
    if "\\" in text:
        raise fault("NS110", "a backslash has no place in an expression", span)
    try:
        tree = parse_python(text)
        return Expression(text, span, tree, _compile(tree))
    except WorkLimit as error:
        raise fault("NS112", str(error), span) from None
    except (SyntaxError, ValueError) as error:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        raise fault("NS110", f"`{text}` is not an expression: {message}", span) from None
    except (RecursionError, MemoryError):
        raise fault("NS112", "an expression nested too deep", span) from None
