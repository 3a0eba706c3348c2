"""Notes on errors in a module's forward: the line of the spec that it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from netspec.backends.torch import provenance
from netspec.backends.torch.emitted import Emitted
from netspec.backends.torch.provenance import within
from netspec.ops.base import STD


def annotate(error: BaseException, network: Any, source: str, path: str, spec: str) -> None:
    """Add a note to an error that was raised in the forward of a network whose emitted source
    stands under `path`; `spec` is the path of its spec as it was given.
    """
    known = provenance.read(source)
    if known is None:
        return
    line, at = _raised(error, network, source, path) or (_quoted(error, path), "")
    if line not in known.places:  # in a helper's class, which no step has made
        line = _made(Emitted(source), network, at) or line
    if places := known.places.get(line):
        inside = f", in {at}" if at else ""
        error.add_note(
            "; ".join(_shown(p, spec or known.file, known.file) for p in places) + inside
        )


def _raised(error: BaseException, network: Any, source: str, path: str) -> tuple[int, str] | None:
    """The line of the source that is to blame, and the path of the module that raised the error;
    None where it did not come through the source.
    """
    frames = [(frame, line) for frame, line in _frames(error)]
    emitted = [(f, line) for f, line in frames if f.f_code.co_filename == path]
    if not emitted:
        return None
    names = {id(module): name for name, module in network.named_modules()}
    inner, line = emitted[-1]
    owners = [f.f_locals.get("self") for f, _ in frames]
    at = next((names[id(owner)] for owner in reversed(owners) if id(owner) in names), "")
    here = names.get(id(inner.f_locals.get("self")), "")
    if at != here:
        line = _made(Emitted(source), network, at) or line
    return line, at


def _quoted(error: BaseException, path: str) -> int:
    """The line of the source that an error quotes, as those of a compiler do; 0 if it is none."""
    lines = re.findall(rf'File "{re.escape(path)}", line (\d+)', str(error))
    return int(lines[-1]) if lines else 0


def _frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    """The frames that the error went through, the one that raised it last."""
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def _made(file: Emitted, network: Any, at: str) -> int | None:
    """The line that makes the module at a path: in the innermost class of the file around it."""
    names = at.split(".")
    for depth in reversed(range(len(names))):
        owner = type(network.get_submodule(".".join(names[:depth]))).__name__
        if owner in file.classes:
            return file.made(owner, names[depth:], type(network.get_submodule(at)).__name__)
    return None


def _shown(place: provenance.Place, spec: str, own: str) -> str:
    """`specs/densenet121.yaml:58: conv: {out: growth, kernel: 3}`."""
    in_library = place.file.startswith("std/")
    path = Path(spec) if place.file == own else Path(spec).parent / place.file
    shown = place.file if in_library else str(path)
    found = within(STD.parent if in_library else Path(spec).parent, place.file)
    lines = _lines(path if place.file == own else found)
    text = (
        lines[place.line - 1].strip() if "-" not in place.lines and place.line <= len(lines) else ""
    )
    return f"{shown}:{place.lines}: {text.removeprefix('- ')}" if text else f"{shown}:{place.lines}"


def _lines(path: Path | None) -> list[str]:
    """The lines of a spec, if it can still be read."""
    try:
        return path.read_text(encoding="utf-8").split("\n") if path else []
    except (OSError, UnicodeDecodeError):
        return []
