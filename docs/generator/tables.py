"""Tables inside pages that people write."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Iterator
from functools import partial

from docs.generator.markdown import code, table
from docs.generator.modules import modules
from netspec.analysis.tree import MAX_NODES
from netspec.cli import COMMANDS
from netspec.diagnostics.errors import MAX_FAULTS
from netspec.elaborate.limits import INSTANCE_STEPS, MAX_DEPTH, MAX_STEPS, RECURSION_STEPS
from netspec.elaborate.loops import MAX_ITERATIONS
from netspec.ops.fields import MAX_SIZE
from netspec.syntax import arithmetic, expression, reader
from netspec.syntax.checkpoints import MAX_CHECKPOINTS, MAX_RENAMES
from netspec.syntax.parse import MAX_CLAIMS
from netspec.syntax.spec import MAX_VARIANTS
from netspec.tensor import MAX_ELEMENTS

STEPS = (
    f"calls, iterations, {INSTANCE_STEPS} for each distinct block and {RECURSION_STEPS} for each "
    "inside itself"
)


def options(command: str) -> str:
    """The arguments of a command, from its parser."""
    parser = argparse.ArgumentParser(add_help=False)
    importlib.import_module(f"netspec.cli.{command}").add_arguments(parser)
    return table(["argument", "meaning"], [list(_argument(a)) for a in parser._actions])


def _argument(action: argparse.Action) -> Iterator[str]:
    value = action.metavar or "|".join(map(str, action.choices or []))
    repeated = " ..." if action.nargs == "+" or isinstance(action, argparse._AppendAction) else ""
    names = [f"{name} {value}" for name in action.option_strings] or [str(value)]
    yield ", ".join(code(name + repeated) for name in names)
    yield action.help or ""


def limits() -> str:
    """What bounds a spec, and the code of the fault that says so."""
    rows = [
        ("bytes of a file", reader.MAX_BYTES, "NS103"),
        ("levels of YAML", reader.MAX_DEPTH, "NS103"),
        ("YAML nodes, aliases expanded", reader.MAX_NODES, "NS103"),
        ("characters of an expression", expression.MAX_LENGTH, "NS112"),
        ("list entries that one expression makes and reads", arithmetic.MAX_WORK, "NS112"),
        ("bits of a whole number", arithmetic.MAX_BITS, "NS112"),
        ("nested blocks", MAX_DEPTH, "NS401"),
        ("iterations of a loop", MAX_ITERATIONS, "NS402"),
        (STEPS, MAX_STEPS, "NS402"),
        ("modules of a tree, rows of a table", MAX_NODES, "NS402"),
        ("a size or channel count", MAX_SIZE, "NS204"),
        ("elements of a tensor, an input or a weight", MAX_ELEMENTS, "NS402"),
        ("variants of a file", MAX_VARIANTS, "NS103"),
        ("claims of a network", MAX_CLAIMS, "NS103"),
        ("checkpoints of a network", MAX_CHECKPOINTS, "NS103"),
        ("renames of a checkpoint", MAX_RENAMES, "NS103"),
        ("faults that are reported", MAX_FAULTS, "NS103"),
    ]
    return table(
        ["at most", "of", "code"], [[f"{limit:,}", what, code(c)] for what, limit, c in rows], "rll"
    )


TABLES: dict[str, Callable[[], str]] = {
    "limits": limits,
    "modules": modules,
    **{f"options of {name}": partial(options, name) for name in COMMANDS},
}
"""By the words of the comment that stands before them."""
