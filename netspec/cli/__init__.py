"""The command line: one module per command. The only part of netspec that prints.

Exit codes: 0 good, 1 a fault in a spec, 2 wrong usage (an unknown option, spec or parameter, a file
that cannot be read or written).
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from netspec.cli.faults import print_faults
from netspec.diagnostics import SpecError, fault

COMMANDS = {
    "build": "check a spec and write its table, source file and diagram",
    "stats": "print shapes, parameters, MACs and FLOPs",
    "check": "report faults; silent when there are none",
    "verify": "check every claim and print it beside what is computed",
    "draw": "draw the diagram into a file",
    "weights": "say how a file of weights fits a spec, or carry it from one spec to another",
    "list": "list the specs that ship with netspec, or the ops",
    "schema": "print the JSON Schema of specs, for editors",
    "new": "write a spec to start from",
    "expand": "print the spec that is meant in the end, with where each value came from",
    "bench": "measure throughput, latency and peak memory, alone or beside another network",
    "where": "say which lines of a spec a line of an emitted file comes from",
    "explain": "say what a code of a fault means and how to mend it",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        options = _parse(sys.argv[1:] if arguments is None else arguments)
        code: int = options.run(options)
        print(end="", flush=True)
        return code
    except SpecError as error:
        return print_faults(error.diagnostics)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return 1
        return print_faults(fault("NS002", f"cannot write: {error.strerror}").diagnostics)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="netspec", description="Compile neural-network architectures written in YAML."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, purpose in COMMANDS.items():
        if len(arguments) and arguments[0] in COMMANDS and arguments[0] != name:
            continue  # only the command that runs is imported
        command = commands.add_parser(
            name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}."
        )
        module = importlib.import_module(f"netspec.cli.{name}")
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser.parse_args(arguments)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from netspec.version import VERSION

        parser.exit(message=f"netspec {VERSION}\n")
