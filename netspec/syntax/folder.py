"""The files of one spec: what it uses and extends, never from outside its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from netspec.diagnostics import Note, Report, Source, SpecError, fault, nearest
from netspec.syntax.nodes import Mapping as MappingNode
from netspec.syntax.nodes import Node, Scalar, describe
from netspec.syntax.parse import parse_spec
from netspec.syntax.parse_keys import require_version
from netspec.syntax.reader import read_nodes, read_source
from netspec.syntax.spec import SpecFile, heritage, overlay, variant_of, variants

MAX_CHAIN = 30
"""Files that use, or extend, one another in a row."""
MAX_FILES = 1000
"""Files of a folder among which a misspelt name is looked for."""


class Folder:
    """Reads the files that a spec names, relative to the file that names them."""

    def __init__(self, top: Path, report: Report) -> None:
        self.top, self.report = top.resolve(), report
        self._libraries: dict[Path, SpecFile] = {}
        self._reading: dict[Path, Note] = {}

    def library(self, name: Scalar) -> SpecFile:
        """The file of blocks that a `use` names, read once. Raises `SpecError` (NS001, NS006,
        NS404, and every fault of its text).
        """
        path = self._locate(name, name.text)
        if path in self._reading:
            raise _circle("uses", name, path, self._reading)
        if len(self._reading) >= MAX_CHAIN:
            raise fault("NS103", f"more than {MAX_CHAIN} files that use each other", name.span)
        if path not in self._libraries:
            self._reading[path] = Note(f"`{name.text}` is used here", name.span)
            try:
                self._libraries[path] = self._read_library(path, name)
            finally:
                del self._reading[path]
        return self._libraries[path]

    def _read_library(self, path: Path, name: Scalar) -> SpecFile:
        report = Report()
        source = _read(path, name)
        root = self.extended(read_nodes(source, report), path)
        file = parse_spec(root, source, report, self.library)
        report.raise_if_any()
        return file

    def extended(self, root: Node, path: Path) -> Node:
        """The document of the file at `path` with what it extends below it. Raises `SpecError`
        (NS001, NS003, NS006, NS404).
        """
        return self._extended(root, {path.resolve(): None})

    def _extended(self, root: Node, chain: dict[Path, Note | None]) -> Node:
        """`chain` are the files on the way here, each with the place that leads to it."""
        if not isinstance(root, MappingNode):
            return root
        with self.report.collecting():
            require_version(root)
        if (name := root.get("extends")) is None:
            return root
        if not isinstance(name, Scalar):
            raise fault("NS205", f"`extends` names a file, not {describe(name)}", name.span)
        where, _, variant = name.text.partition("@")
        path = self._locate(name, where)
        if len(chain) > MAX_CHAIN:
            raise fault("NS103", f"more than {MAX_CHAIN} files that extend each other", name.span)
        if path in chain:
            raise _circle("extends", name, path, chain)
        source = _read(path, name)
        here = Note(f"`{name.text}` is extended here", name.span)
        base = self._extended(read_nodes(source, self.report), {**chain, path: here})
        own = MappingNode([(k, v) for k, v in root if k.text != "extends"], root.span)
        return overlay(_chosen(base, variant, name), own)

    def _locate(self, name: Scalar, where: str) -> Path:
        home = name.span.source.path
        try:
            path = ((home.parent if home else self.top) / where).resolve()
            is_file = path.is_file()
        except (OSError, ValueError, RuntimeError) as error:
            raise fault("NS001", f"cannot read {where!r}: {error}", name.span) from None
        if not path.is_relative_to(self.top):
            message = f"`{where}` is outside the folder of the spec"
            hint = "a spec reads files of its own folder and of folders in it"
            raise fault("NS006", message, name.span, hint=hint)
        if not is_file:
            hint = (
                near_file(where, path) or "paths start at the folder of the file that they are in"
            )
            raise fault("NS001", f"there is no file `{where}`", name.span, hint=hint)
        return path


def _read(path: Path, name: Scalar) -> Source:
    """The text of the file that `name` names, where it stands that it cannot be read."""
    try:
        return read_source(path, _relative(path))
    except SpecError as error:
        raise SpecError(replace(each, span=name.span) for each in error.diagnostics) from None


def near_file(where: str, path: Path) -> str | None:
    """A hint with the file of its folder that `where` may be a slip of; `path` is its place."""
    try:
        files = [each for each in islice(path.parent.iterdir(), MAX_FILES) if each.exists()]
    except OSError:
        return None
    names = [each.name for each in files if nearest(path.stem, [each.stem])]
    return nearest(where, [where.removesuffix(path.name) + name for name in names])


def _circle(verb: str, name: Scalar, path: Path, chain: Mapping[Path, Note | None]) -> SpecError:
    """NS404 at a name that leads back to `path`, with the places that led from there to here."""
    way = list(chain.values())[list(chain).index(path) + 1 :]
    through = ", through other files" if way else ""
    message = f"`{name.text}` {verb} itself{through}"
    return fault("NS404", message, name.span, notes=[note for note in way if note])


def _chosen(base: Node, variant: str, name: Scalar) -> MappingNode:
    if not isinstance(base, MappingNode):
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
