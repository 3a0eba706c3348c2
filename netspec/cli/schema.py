"""`netspec schema`: the JSON Schema of specs, for editors."""

from __future__ import annotations

import argparse
from pathlib import Path

from netspec.cli.output import write_files
from netspec.diagnostics import SpecError
from netspec.ops import installed
from netspec.schema import schema_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="the file to write (default: standard output)"
    )


def run(options: argparse.Namespace) -> int:
    text = schema_text(installed.names())
    if options.output is None:
        print(text, end="")
    else:
        write_files({Path(options.output): text.encode()})
        print(f"wrote {options.output}")
    if faults := installed.faults():
        raise SpecError(faults)
    return 0
