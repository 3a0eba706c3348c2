"""An emitted file read as Python: its classes, their uses, where modules are made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property


class Emitted:
    """The text of an emitted file; raises SyntaxError where it is no Python."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The classes of modules, in the order of the file: callees first, the network last."""
        return {
            node.name: node
            for node in self.tree.body
            if isinstance(node, ast.ClassDef)
            and any(isinstance(base, ast.Attribute) for base in node.bases)
        }

    @property
    def arguments(self) -> list[str]:
        """What the function at the end takes, which makes the network."""
        functions = [node for node in self.tree.body if isinstance(node, ast.FunctionDef)]
        return [argument.arg for argument in functions[-1].args.args]

    def class_at(self, line: int) -> str | None:
        """The class that a line stands in."""
        for name, node in self.classes.items():
            if node.lineno <= line <= (node.end_lineno or node.lineno):
                return name
        return None

    def statement_at(self, line: int) -> int:
        """The line on which the innermost statement begins that a line belongs to."""
        starts = [
            node.lineno
            for node in ast.walk(self.tree)
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
        ]
        return max(starts, default=line)

    def uses(self, name: str) -> list[int]:
        """The lines of other classes that make a module of a class."""
        return sorted(
            {
                call.lineno
                for other, node in self.classes.items()
                if other != name
                for call in ast.walk(node)
                if isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == name
            }
        )

    def made(self, cls: str, path: Sequence[str], kind: str) -> int | None:
        """The line on which the constructor of a class makes what then stands at a path in it, a
        module of that kind.
        """
        constructor = next(
            (
                node
                for node in self.classes[cls].body
                if isinstance(node, ast.FunctionDef) and node.name == "__init__"
            ),
            None,
        )
        if constructor is None or not path:
            return None
        for name, value in _registered(constructor):
            rest = path if name is None else path[1:]
            if name is None or re.fullmatch(name, path[0]):
                found = _inside(value, rest)
                listed = _listed(constructor, found, kind) if isinstance(found, ast.Name) else None
                return listed or found.lineno
        return None


def _registered(constructor: ast.FunctionDef) -> Iterator[tuple[str | None, ast.expr]]:
    """What is registered, with a pattern of its name; None is for all children of a sequence."""
    for node in ast.walk(constructor):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            yield re.escape(node.targets[0].attr), node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "add_module":
                yield _pattern(node.args[0]), node.args[1]
            elif node.func.attr == "__init__" and (node.args or node.keywords):
                yield None, node


def _listed(constructor: ast.FunctionDef, layers: ast.Name, kind: str) -> int | None:
    """The one line that adds modules of a kind to a list of layers, before that is used."""
    assigned = [n for n in ast.walk(constructor) if isinstance(n, ast.Assign | ast.AnnAssign)]
    starts = [
        node.lineno
        for node in assigned
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == layers.id and node.lineno < layers.lineno
    ]
    found = {
        call.lineno
        for call in ast.walk(constructor)
        if isinstance(call, ast.Call)
        and max(starts, default=0) <= call.lineno < layers.lineno
        and ast.unparse(call.func).rpartition(".")[2] == kind
    }
    return found.pop() if len(found) == 1 else None


def _pattern(name: ast.expr) -> str:
    """What matches the names that an expression gives."""
    if isinstance(name, ast.Constant):
        return re.escape(str(name.value))
    parts = name.values if isinstance(name, ast.JoinedStr) else []
    return "".join(_pattern(p) if isinstance(p, ast.Constant) else r"\d+" for p in parts)


def _inside(value: ast.expr, path: Sequence[str]) -> ast.expr:
    """The expression for what stands at a path in a container, as far as it can be told."""
    for name in path:
        found = _child(value, name)
        if found is None:
            break
        value = found
    return value


def _child(value: ast.expr, name: str) -> ast.expr | None:
    """The expression for one child of a container."""
    if not isinstance(value, ast.Call):
        return None
    for keyword in value.keywords:
        if keyword.arg == name:
            return keyword.value
    items = value.args
    if len(items) == 1 and isinstance(items[0], ast.Call) and _is_container(items[0]):
        return _child(items[0], name)
    if len(items) == 1 and isinstance(items[0], ast.List | ast.ListComp | ast.GeneratorExp):
        items = items[0].elts if isinstance(items[0], ast.List) else [items[0]]
    for position, item in enumerate(items):
        if (found := _entry(item, name)) is not None:
            return found
        if name.isdecimal() and (int(name) == position or _is_several(item)):
            return _element(item)
    return None


def _is_container(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "OrderedDict"


def _is_several(item: ast.expr) -> bool:
    return isinstance(item, ast.Starred | ast.GeneratorExp | ast.ListComp)


def _element(item: ast.expr) -> ast.expr:
    """The expression for each of what a generator makes."""
    while isinstance(item, ast.Starred | ast.GeneratorExp | ast.ListComp):
        item = item.value if isinstance(item, ast.Starred) else item.elt
    return item


def _entry(item: ast.expr, name: str) -> ast.expr | None:
    """The module of a pair with that name."""
    pair = _element(item)
    if isinstance(pair, ast.Tuple) and re.fullmatch(_pattern(pair.elts[0]), name):
        return pair.elts[1]
    return None
