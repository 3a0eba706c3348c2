"""What is wrong with an expression, and what would mend it; imported only when something is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from netspec.diagnostics import Span, SpecError, fault, nearest
from netspec.syntax.arithmetic import BINARY, FUNCTIONS, SIGNS, WorkLimit
from netspec.syntax.closures import Refused, Unbound, compiled
from netspec.syntax.expression import Expression, shown

_FOREIGN_OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.BitXor: ("^", "a power is `**`: `2 ** n`"),
    ast.LShift: ("<<", "doubled n times is `* 2 ** n`"),
    ast.RShift: (">>", "halved n times is `// 2 ** n`"),
    ast.BitAnd: ("&", "both conditions: `and`"),
    ast.BitOr: ("|", "one of two conditions: `or`"),
    ast.Invert: ("~", "the opposite of a condition: `not`"),
    ast.MatMult: ("@", "tensors are multiplied by the op `matmul`"),
    ast.Is: ("is", "equality is `==`"),
    ast.IsNot: ("is not", "inequality is `!=`"),
}
_FOREIGN_FUNCTIONS = {
    "int": "`floor`, `round` or `//` make whole numbers",
    "float": "a number is one as it is",
    "str": "words are not made of numbers",
    "log": "the logarithm is `log2`",
    "pow": "a power is `**`: `2 ** n`",
    "enumerate": "a loop counts in `i`",
    "zip": "`for` takes several lists: `for: {a: first, b: second}`",
    "reversed": "a list backwards is `list[::-1]`",
    "sorted": "write the list in its order",
    "any": "`sum([...]) > 0`, or `or`",
    "all": "`and`",
    "mean": "`sum(values) / len(values)`",
    "make_divisible": "here it is called `divisible`",
    "_make_divisible": "here it is called `divisible`",
}
_SLIPS = (
    (r"&&", "both conditions: `and`"),
    (r"\|\|", "one of two conditions: `or`"),
    (r"!(?!=)", "the opposite of a condition: `not`"),
    (r"\?", "a choice is `a if condition else b`"),
    (r"\$\{?\w+", "a parameter is written by its name alone"),
    (r"^(\d+)x(\d+)$", r"sizes per axis are a list: `[\1, \2]`"),
    (r"^([\d.]+) ?%$", "a fraction: `0.25` for 25 %"),
    (r"^(\w+) ?= ?([^=]+)$", r"equality is `==`, an argument by name `{\1: \2}`"),
    (r"(?<![=<>!])=(?!=)", "equality is `==`"),
    (r"^(\d+)\.\.(\d+)$", r"the numbers from \1 to \2 are `range(\1, \2 + 1)`"),
    (r"\bfor \w+ in\b", 'a list made of another is quoted as a whole: "[.. for .. in ..]"'),
    (r"^(\w+):[\d.]*[a-z]?$", r"a number is written as it is: `{\1}`"),
    (r"^lambda\b", "there are no functions of one's own: a block, or the expression itself"),
    (r"\b(\w+) (\w+)\b", r"a comma or an operator is missing: `\1, \2`"),
)


def refused(text: str, span: Span, error: Exception) -> SpecError:
    """The fault (NS110) of a text that is no expression."""
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    if isinstance(error, Refused):
        reason, hint = _refused_node(error.node, reason)
        span = place(text, span, error.node)
    elif "expected 'else'" in reason:
        hint = f"say what it is otherwise: `{text} else ..`"
    else:
        hint = _slip(text)
    message = (
        f"`{text}` is not an expression: {reason.replace('. Perhaps you forgot a comma?', '')}"
    )
    return fault("NS110", message, span, hint=hint)


def _slip(text: str) -> str | None:
    for pattern, hint in _SLIPS:
        if found := re.search(pattern, text):
            return found.expand(hint)
    return None


def _refused_node(node: ast.AST, reason: str) -> tuple[str, str | None]:
    """Why a part of the language of Python has no place here, and what to write."""
    foreign = _FOREIGN_OPERATORS.get(type(node))
    if foreign is not None:
        return f"`{foreign[0]}` is no operator of the language", foreign[1]
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        last = name.rpartition(".")[2]
        hint = f"`{last}({', '.join(map(ast.unparse, node.args))})`" if last in FUNCTIONS else None
        hint = hint or _FOREIGN_FUNCTIONS.get(last) or nearest(last, FUNCTIONS)
        return reason, hint or f"its functions are {', '.join(FUNCTIONS)}"
    if isinstance(node, ast.Constant) and node.value is None:
        return reason, "what is left out has its default: leave the key out"
    if isinstance(node, ast.Starred):
        return reason, "a list stands for all of its entries, without `*`"
    if isinstance(node, ast.Dict | ast.Set):
        return reason, "braces are YAML's, a list is `[...]`"
    return reason, None


def place(text: str, span: Span, node: ast.AST) -> Span:
    """Where a part of an expression stands; the whole where that cannot be told."""
    if span.line != span.end_line or not text.isascii() or getattr(node, "lineno", 1) != 1:
        return span
    lines = span.source.lines
    written = lines[span.line - 1][span.column - 1 : span.end_column - 1] if lines else ""
    offset, end = getattr(node, "col_offset", None), getattr(node, "end_col_offset", None)
    if offset is None or end is None or written.count(text) != 1:
        return span
    first = span.column + written.index(text)
    return Span(span.source, span.line, first + offset, span.line, first + end)


def unbound(expression: Expression, name: str, scope: Mapping[str, Any]) -> SpecError:
    """The fault (NS206) of a name that the scope does not have."""
    span, hint = place_of_name(expression, name), _meant(expression, name, scope)
    return fault("NS206", f"unknown name `{name}`", span, hint=hint)


def place_of_name(expression: Expression, name: str) -> Span:
    """Where an expression first mentions a name."""
    mentions = (node for node in ast.walk(expression.tree) if _is_named(node, name))
    node = next(mentions, expression.tree)
    return place(expression.text, expression.span, node)


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == name


_YAML_1_1 = frozenset({"yes", "no", "on", "off", "Yes", "No", "On", "Off", "YES", "NO"})
_OF_THE_INPUT = {
    "shape": "in_shape",
    "size": "in_shape",
    "channels": "in_channels",
    "in_ch": "in_channels",
    "cin": "in_channels",
    "input_channels": "in_channels",
    "num_features": "in_features",
    "height": "in_height",
    "width": "in_width",
}


def _meant(expression: Expression, name: str, scope: Mapping[str, Any]) -> str | None:
    _, dot, last = name.rpartition(".")
    if expression.words:
        return _meant_word(name, expression.words)
    if name in FUNCTIONS:
        return f"`{name}` is a function: `{name}(...)`"
    if name in _YAML_1_1:
        return "write `true` or `false`: the words of YAML 1.1 are just words"
    if name in _OF_THE_INPUT.values():
        return "sizes of an input are known in steps alone: write it where it is used"
    if dot and last in scope:
        return f"by its name alone: `{last}`"
    near = nearest(name, scope)
    ours = _OF_THE_INPUT.get(last.lower())
    if ours is not None and (dot or near is None or ours in near):
        return f"of the input it is `{ours}`"
    if near is not None or expression.words is not None:
        return near
    if expression.text.strip() == name:
        return f"a literal word is quoted twice: \"'{name}'\""
    return None if dot else f"a literal word is quoted: '{name}'"


def _meant_word(name: str, words: frozenset[str]) -> str:
    if name.lower() == "valid":
        return "no padding is `0`"
    listed = ", ".join(f"`{word}`" for word in sorted(words))
    return nearest(name, words) or f"the words that can stand here: {listed}"


def failed(expression: Expression, scope: Mapping[str, Any], error: Exception) -> SpecError:
    """The fault (NS111) of an expression that cannot be evaluated."""
    from netspec.syntax.parse_expressions import run_on

    text, span = expression.text, expression.span
    if (slip := run_on(span)) is not None:
        return slip
    node = _culprit(expression, scope)
    if node is None:
        return fault("NS111", f"`{text}` fails: {error}", span, hint=_bindings(expression, scope))
    try:
        reason, hint = _failure(node, scope, error)
    except Exception:  # a part that was not reached would fail, too: `1 in 9 in -x`
        reason, hint = str(error), None
    hints = [each for each in (hint, _bindings(expression, scope)) if each]
    at = place(text, span, node)
    return fault("NS111", f"`{text}` fails: {reason}", at, hint="; ".join(hints) or None)


def _bindings(expression: Expression, scope: Mapping[str, Any]) -> str | None:
    found = ((name, scope[name]) for name in sorted(expression.names) if name in scope)
    known = [f"{name} = {shown(value)}" for name, value in found if _is_plain(value)]
    return "with " + ", ".join(known) if known else None


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, int | float | str)


def _culprit(expression: Expression, scope: Mapping[str, Any]) -> ast.expr | None:
    """The innermost part that fails, the first of several."""
    for node in _inner_first(expression.tree):
        try:
            _value(node, scope)
        except (Unbound, SyntaxError, SpecError, WorkLimit):
            continue
        except Exception:
            return node
    return None


def _inner_first(node: ast.AST) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(node):
        yield from _inner_first(child)
    if isinstance(node, ast.expr) and not isinstance(node, ast.Slice):
        yield node


def _value(node: ast.AST, scope: Mapping[str, Any]) -> Any:
    return compiled(node)(scope)


def _failure(node: ast.expr, scope: Mapping[str, Any], error: Exception) -> tuple[str, str | None]:
    """Why a part fails, and what would mend it."""
    if isinstance(error, ZeroDivisionError):
        return "division by zero", None
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        return _index_failure(node, scope, str(error))
    if isinstance(error, TypeError):
        if isinstance(node, ast.BinOp):
            return _operands_failure(node.op, [node.left, node.right], scope), None
        if isinstance(node, ast.Compare) and type(node.ops[0]) in BINARY:
            return _operands_failure(node.ops[0], [node.left, *node.comparators], scope), None
        if isinstance(node, ast.UnaryOp):
            return f"`-` does not go with {kind(_value(node.operand, scope))}", None
        if isinstance(node, ast.Call) and "argument" not in str(error):
            kinds = " and ".join(kind(_value(each, scope)) for each in node.args)
            return f"`{ast.unparse(node.func)}` does not take {kinds}", None
    return str(error), None


def _index_failure(
    node: ast.Subscript, scope: Mapping[str, Any], reason: str
) -> tuple[str, str | None]:
    name, value, at = ast.unparse(node.value), _value(node.value, scope), _value(node.slice, scope)
    if not isinstance(value, tuple | str):
        return f"`{name}` is {kind(value)} and has no entries", f"write `{name}`"
    if not isinstance(at, int):
        return f"an index is a whole number, not {kind(at)}", None
    if not value:
        return f"`{name}` is empty", None
    entries = "1 entry" if len(value) == 1 else f"{len(value)} entries"
    reason = f"`{name}` has {entries}, so there is no `{name}[{at}]`"
    if at < 0:
        return reason, f"the first is `{name}[0]`, or `{name}[{-len(value)}]`"
    return reason, f"they count from 0: the last is `{name}[{len(value) - 1}]`"


def _operands_failure(operator: ast.AST, operands: list[ast.expr], scope: Mapping[str, Any]) -> str:
    kinds = " and ".join(kind(_value(each, scope)) for each in operands)
    return f"`{SIGNS[type(operator)]}` does not go with {kinds}"


def kind(value: Any) -> str:
    """What a value is, in terms of the language."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return f"the word '{value}'"
    if isinstance(value, tuple):
        return "a list"
    return "a tensor" if type(value).__name__ == "Value" else "a block"
