"""The expression language: a small part of Python's, checked once and compiled (`closures`)."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from netspec.diagnostics import Span, SpecError, fault
from netspec.syntax.arithmetic import FUNCTIONS, WorkLimit, meter
from netspec.syntax.closures import Evaluator, Scope, Unbound, compiled
from netspec.syntax.decisions import noted

MAX_LENGTH = 1_000


class Expression:
    """A checked expression: `text`, the names it mentions, and `evaluate`."""

    __slots__ = ("_run", "names", "span", "text", "tree", "words")

    def __init__(self, text: str, span: Span, tree: ast.expr, run: Evaluator) -> None:
        self.text, self.span, self.tree, self._run = text, span, tree, run
        self.names = frozenset(free_names(tree))
        self.words: frozenset[str] | None = None
        """The words that may stand in its place, where that is known; none in a name."""

    def evaluate(self, scope: Scope) -> Any:
        """The value in `scope`; raises `SpecError` (NS111, NS112, NS206) at the expression."""
        try:
            meter.begin()
            value = self._run(scope)
        except SpecError:
            raise
        except Unbound as error:
            raise self.unbound(str(error), scope) from None
        except WorkLimit as error:
            raise fault("NS112", f"`{self.text}`: {error}", self.span) from None
        except Exception as error:
            from netspec.syntax.expression_faults import failed

            raise failed(self, scope, error) from None
        if noted.by is not None:
            noted.by.note(self.text, self.tree, scope, value)
        return value

    @contextmanager
    def standing_for(self, other: Expression) -> Iterator[None]:
        """Meanwhile it means what another does."""
        own = self._run, self.names
        self._run, self.names = other._run, other.names
        try:
            yield
        finally:
            self._run, self.names = own

    def place_of(self, name: str) -> Span:
        """Where it first mentions a name."""
        from netspec.syntax.expression_faults import place_of_name

        return place_of_name(self, name)

    def unbound(self, name: str, scope: Scope) -> SpecError:
        """The fault (NS206) of a name that the scope does not have."""
        from netspec.syntax.expression_faults import unbound

        return unbound(self, name, scope)


def free_names(tree: ast.expr) -> set[str]:
    """The names that an expression takes from its scope, those of functions left out."""
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
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | str):
        return repr(value) if isinstance(value, str) else str(value)
    return f"<{value}>"


def parse_python(text: str) -> ast.expr:
    """The tree of a Python expression; what Python only warns of (`1or 2`) is a `SyntaxError`."""
    if "#" in text and "#" in re.sub(r"'[^']*'|\"[^\"]*\"", "", text):
        raise SyntaxError("a comment begins with a space, ` #`")
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
        return Expression(text, span, tree, compiled(tree))
    except WorkLimit as error:
        raise fault("NS112", str(error), span) from None
    except (SyntaxError, ValueError) as error:
        from netspec.syntax.expression_faults import refused

        raise refused(text, span, error) from None
    except (RecursionError, MemoryError):
        raise fault("NS112", "an expression nested too deep", span) from None
