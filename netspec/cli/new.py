"""`netspec new`: a spec to start from."""

from __future__ import annotations

import argparse
from pathlib import Path

from netspec.arguments import argument_node
from netspec.cli.output import write_files
from netspec.diagnostics import fault
from netspec.syntax.nodes import Scalar, core_value
from netspec.syntax.parse_words import network_name

STARTER = Path(__file__).parent / "starter.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="NAME", help="what the network is called; NAME.yaml, or a path, is written"
    )


def run(options: argparse.Namespace) -> int:
    path = Path(options.name)
    if path.suffix not in (".yaml", ".yml"):
        path = Path(f"{path}.yaml")
    name = network_name(Scalar(path.stem, argument_node(options.name, "NAME").span, plain=False))
    if path.exists():
        raise fault("NS002", f"{path} is there already", hint="give another name, or remove it")
    write_files({path: _starter(name).encode()})
    print(f"wrote {path}")
    return 0


def _starter(name: str) -> str:
    """The starter under another name; `null` needs quotes."""
    written = name if core_value(name) == name else f'"{name}"'
    text = STARTER.read_text().replace("name: starter", f"name: {written}")
    return text.replace("starter.yaml", f"{name}.yaml")
