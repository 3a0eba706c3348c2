"""Writing files whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from netspec.diagnostics import fault

Content = bytes | Callable[[str], None]
"""What a file holds, or what writes it to a path."""


def write_files(contents: Mapping[Path, Content]) -> None:
    """Write every file, or none where one of them cannot be written: each goes to a temporary file
    beside its place, and only when all are there are they renamed. Links, pipes and devices stay
    what they are. Raises `SpecError` (NS002).
    """
    written: list[tuple[str, Path]] = []
    try:
        for path, content in contents.items():
            if path.is_dir():
                raise IsADirectoryError(0, "it is a folder")
            if path.exists() and not path.is_file():
                _write(str(path), content)
                continue
            place = Path(os.path.realpath(path)) if path.is_symlink() else path
            place.parent.mkdir(parents=True, exist_ok=True)
            written.append((_temporary(place, content), place))
        for temporary, path in written:
            os.replace(temporary, path)
    except OSError as error:
        in_the_way = isinstance(error, FileExistsError | NotADirectoryError)
        name = error.filename if in_the_way else path
        raise fault("NS002", f"cannot write {name}: {_reason(error)}") from None
    finally:
        for temporary, _ in written:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)


def _reason(error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "a file is where a folder should be"
    return error.strerror or str(error)


def _write(path: str, content: Content) -> None:
    if isinstance(content, bytes):
        Path(path).write_bytes(content)
    else:
        content(path)


def _temporary(path: Path, content: Content) -> str:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        _write(name, content)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
    except BaseException:
        os.unlink(name)
        raise
    return name
