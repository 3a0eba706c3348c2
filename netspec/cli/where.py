"""`netspec where`: the lines of a spec that a line of an emitted file comes from."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from netspec.backends.torch.provenance import Place, Provenance, within
from netspec.catalog import shipped_files
from netspec.cli.options import one_network
from netspec.diagnostics import SpecError, fault
from netspec.network import Network
from netspec.where import MOST_USES, Answer, File

MOST_DIGITS = 9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("line", metavar="FILE.py:LINE", help="a line of a file that was emitted")
    parser.add_argument(
        "--spec",
        metavar="PATH",
        help="the spec (default: the one of that name beside the file, here, or shipped)",
    )


def run(options: argparse.Namespace) -> int:
    name, _, number = options.line.rpartition(":")
    if not name or not number.isdecimal():
        raise fault("NS003", f"`{options.line}` is not of the form FILE.py:LINE")
    path = Path(name)
    file = File(path)
    if len(number) > MOST_DIGITS:
        raise fault("NS902", f"{path} has no line of a number of {len(number)} digits")
    line = int(number)
    file.text(line)
    spec = _spec(file.known, path, options.spec)
    answer = Answer(file, line, spec, _network(file.known, spec))
    print("\n".join(_lines(answer, f"{path}:{line}")))
    return 0


def _spec(known: Provenance, path: Path, given: str | None) -> Path | None:
    """The path of the spec. Raises `SpecError` (NS001) if it was given and is not there."""
    if given is not None:
        if not Path(given).is_file():
            raise fault("NS001", f"there is no file `{given}`")
        return Path(given)
    if Path(known.file).name != known.file:
        return None
    shipped = [each.parent for each in shipped_files().values() if each.name == known.file]
    near = [within(folder, known.file) for folder in (path.parent, Path(), *shipped)]
    return next(filter(None, near), None)


def _network(known: Provenance, spec: Path | None) -> Network | None:
    """The network of the spec as it is now; None if it is none."""
    if spec is None:
        return None
    _, at, variant = known.spec.partition("@")
    names, values = known.given[::2], known.given[1::2]
    if len(names) != len(values) or not {*names} <= {"--set", "--input"}:
        return None
    given = list(zip(names, values, strict=True))
    overrides = [value for name, value in given if name == "--set"]
    sizes = [value for name, value in given if name == "--input"]
    address = f"{spec}{at}{variant}"
    try:
        return one_network(argparse.Namespace(spec=address, overrides=overrides, sizes=sizes))
    except SpecError:
        return None


def _lines(answer: Answer, place: str) -> Iterator[str]:
    yield f"{place}: {answer.text}"
    if answer.unknown:
        yield f"cannot be told: {answer.unknown}"
    else:
        yield from _told(answer)
    if answer.spec is None:
        yield f"  hint: {answer.known.file} is not beside it; `--spec PATH` shows its lines"


def _told(answer: Answer) -> Iterator[str]:
    for each in answer.places:
        yield f"{answer.shown(each)}:{each.lines}"
        yield from _excerpt(answer, each)
    if not answer.places:
        yield f"comes from no step of {answer.known.file}"
    yield from _way(answer)
    for remark in answer.remarks:
        yield f"  note: {remark}"


def _way(answer: Answer) -> Iterator[str]:
    steps = [step for step in answer.way() if step.place not in answer.places]
    for step in steps[:MOST_USES]:
        yield f"  note: {answer.shown(step.place)}:{step.place.lines}: {step.what}"
        yield from list(_excerpt(answer, step.place))[:1]
    if len(steps) > MOST_USES:
        yield f"  note: {len(steps) - MOST_USES} more"


def _excerpt(answer: Answer, place: Place) -> Iterator[str]:
    source = answer.source(place)
    if source is None:
        return
    for first, last in place.stretches:
        for number in range(first, min(last, len(source.lines)) + 1):
            yield f"{number:>5} | {source.lines[number - 1]}"
