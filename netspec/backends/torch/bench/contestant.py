"""Who is measured: the modules of specs, and modules that a function of the user makes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from sysconfig import get_paths
from traceback import extract_tb

import torch
from torch import nn

from netspec.backends.torch.module import instance
from netspec.backends.torch.placement import Placement
from netspec.diagnostics import Note, Span, SpecError, fault, nearest
from netspec.syntax.reader import read_source

FORM = "a package's module and a function in it, as in `torchvision.models:resnet50`"
LIBRARIES = [
    *(Path(folder) for folder in get_paths().values()),
    Path(torch.__path__[0]),
    Path(__file__).parents[3],
]
"""Where the files of Python, of installed packages, and of netspec are."""
NO_MEMORY = "can't allocate memory", "not enough memory", "overflow"
"""What torch says of a tensor that no memory holds, outside the class that it has for that."""


@dataclass(frozen=True)
class Contestant:
    """A name and what makes its module; it can be sent to another process."""

    name: str
    make: Callable[[Placement], nn.Module]


def of_source(name: str, source: str) -> Contestant:
    """The network of an emitted file."""
    return Contestant(name, partial(instance, name, source))


def of_function(address: str) -> Contestant:
    """What a function returns that is called without arguments: `package.module:function`."""
    return Contestant(address, partial(_called, address))


def _called(address: str, placement: Placement) -> nn.Module:
    """Raises `SpecError` (NS009) where there is no such function, or it makes no module."""
    function = _imported(address)
    try:
        module = function()
    except Exception as error:
        raise _refused(address, f"fails: {_said(error)}", error=error) from error
    if not isinstance(module, nn.Module):
        raise _refused(address, f"returns no `nn.Module`, but {type(module).__name__}")
    placement.settle(module)
    return module


def _imported(address: str) -> Callable[[], object]:
    path, _, name = address.partition(":")
    if path.endswith(".py"):
        module = path.removeprefix("./").removesuffix(".py").replace("/", ".")
        raise _refused(address, "names a file", hint=f"`--against {module}:{name or 'function'}`")
    if os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.insert(0, os.getcwd())  # as `python -m` does
    found: object = None
    try:
        found = importlib.import_module(path)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:
        hint = nearest(name, dir(found)) if found else None
        reason = f"cannot be imported: {_said(error)}"
        raise _refused(address, reason, error=error, hint=hint) from error
    if not callable(found):
        raise _refused(address, "is no function")
    return found


def _refused(
    address: str, reason: str, *, error: Exception | None = None, hint: str | None = None
) -> SpecError:
    form = f"`--against` takes a spec, or {FORM}"
    notes = [*_raised_at(error)] if error else []
    return fault(
        "NS009", f"`{address}` {reason}", hint=hint or (None if notes else form), notes=notes
    )


# ---------------------------------------------------------------------------------- what goes wrong


def failed(name: str, error: Exception) -> SpecError:
    """What went wrong in a module, as a fault (NS801, NS802)."""
    if isinstance(error, SpecError):
        return error
    large = isinstance(error, MemoryError | torch.OutOfMemoryError)
    if large or any(words in str(error).lower() for words in NO_MEMORY):
        return out_of_memory(name, _said(error))
    notes = [*(Note(text) for text in getattr(error, "__notes__", ())), *_raised_at(error)]
    return fault("NS801", f"{name} cannot be run: {_said(error)}", notes=notes)


def out_of_memory(name: str, reason: str) -> SpecError:
    hint = "a smaller --batch or --input, or --dtype bfloat16"
    return fault("NS802", f"{name} needs more memory than there is: {reason}", hint=hint)


def _raised_at(error: Exception) -> Iterator[Note]:
    """The last line of the user's own files that an error went through."""
    frames = extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.lineno and _is_own(Path(frame.filename))]
    for frame in own[-1:]:
        path = Path(frame.filename)
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        with suppress(SpecError):
            source = read_source(path, str(shown))
            yield Note("raised here", Span.of_line(source, frame.lineno or 1))


def _is_own(path: Path) -> bool:
    """Whether a file is there, and neither Python's nor installed."""
    return path.is_file() and not any(path.is_relative_to(folder) for folder in LIBRARIES)


def _said(error: Exception) -> str:
    """The first line of the error, with its type."""
    text = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
