"""Emitted code without what it says of the spec that it was written from."""

from __future__ import annotations

import ast


def code_of(source: str) -> str:
    """The code of an emitted file; its docstrings and comments name the spec."""
    tree = ast.parse(source)
    assert ast.get_docstring(tree) is not None
    del tree.body[0]
    factory = tree.body[-1]
    if isinstance(factory, ast.FunctionDef):
        assert ast.get_docstring(factory) is not None
        del factory.body[0]
    return ast.unparse(tree)
