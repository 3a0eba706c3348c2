"""`netspec weights`: a file of weights against a spec, or carried from one spec to another."""

from __future__ import annotations

import argparse
from pathlib import Path

from netspec.catalog import document
from netspec.cli.options import SPEC_HELP
from netspec.cli.output import write_files
from netspec.diagnostics import fault
from netspec.network import Network
from netspec.syntax.checkpoints import Rename

ENDINGS = (".safetensors", ".pth", ".pt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help=SPEC_HELP)
    parser.add_argument("new", metavar="NEW", nargs="?", help="what the spec became, if it changed")
    parser.add_argument("file", metavar="FILE", help="weights of OLD: safetensors or torch")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=f"where the weights of NEW go; ends in {', '.join(ENDINGS)}",
    )
    parser.add_argument(
        "--rename",
        metavar="OLD=NEW",
        action="append",
        default=[],
        dest="renames",
        help="what a layer or block, with all in it, is called in NEW: layer{n}.conv=stage{n}.conv",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="for the weights that NEW has anew (default: 0)"
    )
    parser.add_argument("--all", action="store_true", help="print every line, not just the first")


def run(options: argparse.Namespace) -> int:
    old = _network(options.old)
    if options.new is None:
        return _check(old, Path(options.file), options)
    return _carry(old, _network(options.new), Path(options.file), options)


def _network(address: str) -> Network:
    return Network(document(address), {}, {})


def _check(network: Network, path: Path, options: argparse.Namespace) -> int:
    """Print how the file fits; raises `SpecError` where it does not."""
    from netspec.weights.files import fit_of
    from netspec.weights.report import SHOWN

    if options.output is not None or options.renames:
        given = "-o" if options.output is not None else "--rename"
        raise fault("NS003", f"`{given}` is for two specs: `netspec weights OLD NEW FILE -o FILE`")
    report = fit_of(path, network.program, network.checkpoints)
    most = None if options.all else SHOWN
    report.require(most)
    print(report.in_words(most))
    return 0


def _carry(old: Network, new: Network, path: Path, options: argparse.Namespace) -> int:
    from netspec.backends.torch.checkpoint import writer
    from netspec.weights.files import transfer
    from netspec.weights.words import SHOWN, carried_in_words

    output = _output(options.output, path)
    carried, weights = transfer(
        path,
        old.program,
        new.program,
        checkpoints=old.checkpoints,
        renames=[_rename(text) for text in options.renames],
        build=lambda dtype: new.module(dtype=dtype),
        seed=options.seed,
    )
    write_files({output: writer(weights, output.suffix)})
    print(carried_in_words(carried, None if options.all else SHOWN))
    print()
    print(f"wrote {output}")
    return 0


def _output(given: str | None, path: Path) -> Path:
    if given is None:
        raise fault("NS003", "`-o FILE` says where the weights of NEW go")
    output = Path(given)
    if output.suffix not in ENDINGS:
        raise fault("NS003", f"`-o {given}` ends in none of {', '.join(ENDINGS)}")
    if output.exists() and path.exists() and output.samefile(path):
        message = f"`-o {given}` is the file that is read, and would lose what NEW drops"
        raise fault("NS003", message, hint="another name")
    return output


def _rename(text: str) -> Rename:
    old, equals, new = text.partition("=")
    if not equals:
        raise fault("NS003", f"`--rename {text}` is not of the form OLD=NEW")
    return Rename.of(old, new)
