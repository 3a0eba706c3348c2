"""The files of one spec: what it uses and extends, never from outside its folder."""

from __future__ import annotations

from pathlib import Path

from netspec.diagnostics import Report, fault, nearest
from netspec.syntax.nodes import Mapping, Node, Scalar, describe
from netspec.syntax.parse import parse_spec
from netspec.syntax.reader import read_nodes, read_source
from netspec.syntax.spec import SpecFile, heritage, overlay, variant_of, variants

MAX_CHAIN = 30
"""Files that use, or extend, one another in a row."""


class Folder:
    """Reads the files that a spec names, relative to the file that names them."""

    def __init__(self, top: Path, report: Report) -> None:
        self.top, self.report = top.resolve(), report
        self._libraries: dict[Path, SpecFile] = {}
        self._reading: list[Path] = []

    def library(self, name: Scalar) -> SpecFile:
        """The file of blocks that a `use` names, read once. Raises `SpecError` (NS001, NS006,
        NS404, and every fault of its text).
        """
        path = self._locate(name, name.text)
        if path in self._reading:
            raise fault("NS404", f"`{name.text}` uses itself, through other files", name.span)
        if len(self._reading) >= MAX_CHAIN:
            raise fault("NS103", f"more than {MAX_CHAIN} files that use each other", name.span)
        if path not in self._libraries:
            self._reading.append(path)
            try:
                self._libraries[path] = self._read_library(path)
            finally:
                self._reading.pop()
        return self._libraries[path]

    def _read_library(self, path: Path) -> SpecFile:
        report = Report()
        source = read_source(path, _relative(path))
        root = self.extended(read_nodes(source, report), (path,))
        file = parse_spec(root, source, report, self.library)
        report.raise_if_any()
        return file

    def extended(self, root: Node, chain: tuple[Path, ...]) -> Node:
        """The document with what it extends below it; `chain` are the files on the way here.

        Raises `SpecError` (NS001, NS003, NS006, NS404).
        """
        name = root.get("extends") if isinstance(root, Mapping) else None
        if name is None or not isinstance(root, Mapping):
            return root
        if not isinstance(name, Scalar):
            raise fault("NS205", f"`extends` names a file, not {describe(name)}", name.span)
        where, _, variant = name.text.partition("@")
        path = self._locate(name, where)
        if len(chain) > MAX_CHAIN:
            raise fault("NS103", f"more than {MAX_CHAIN} files that extend each other", name.span)
        if path in chain:
            raise fault("NS404", f"`{where}` extends itself, through other files", name.span)
        source = read_source(path, _relative(path))
        base = self.extended(read_nodes(source, self.report), (*chain, path))
        own = Mapping([(k, v) for k, v in root if k.text != "extends"], root.span)
        return overlay(_chosen(base, variant, name), own)

    def _locate(self, name: Scalar, where: str) -> Path:
        home = name.span.source.path
        try:
            path = ((home.parent if home else self.top) / where).resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise fault("NS001", f"cannot read {where!r}: {error}", name.span) from None
        if not path.is_relative_to(self.top):
            message = f"`{where}` is outside the folder of the spec, {_relative(self.top)}"
            raise fault("NS006", message, name.span)
        if not path.is_file():
            raise fault("NS001", f"there is no file `{where}` beside this one", name.span)
        return path


def _chosen(base: Node, variant: str, name: Scalar) -> Mapping:
    if not isinstance(base, Mapping):
        raise fault("NS205", f"`{name.text}` is not a spec", name.span)
    if not variant:
        return heritage(base)
    known = variants(base)
    if variant not in known:
        hint = nearest(variant, known)
        raise fault("NS003", f"`{name.text}` has no such variant", name.span, hint=hint)
    return heritage(variant_of(base, variant))


def _relative(path: Path) -> str:
    """The path as messages show it: from here, where it is below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
