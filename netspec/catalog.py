"""The networks that a user can name: spec files, their variants, those that ship with netspec."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from netspec.diagnostics import Report, Source, fault, nearest
from netspec.syntax.folder import Folder, near_file
from netspec.syntax.nodes import Mapping, Node
from netspec.syntax.reader import read_nodes, read_source
from netspec.syntax.spec import variant_of, variants

_PACKAGE = Path(__file__).parent
SHIPPED = next(p for p in (_PACKAGE / "specs", _PACKAGE.parent / "specs", _PACKAGE) if p.is_dir())


@dataclass(frozen=True)
class Document:
    """One network as written: a file, or a variant of it, with the folder of the files it names."""

    address: str
    source: Source
    root: Node
    folder: Folder
    variant: str | None = None


def documents(address: str) -> list[Document]:
    """The networks that `address` names: `PATH` (every variant of that file, if it has some) or
    `PATH@VARIANT`; for the path also the bare name of a shipped file, and for both that of a
    shipped variant. Raises `SpecError` (NS001, NS003, and what stops the text from being read).
    """
    where, variant = _split(_spelled_out(address))
    path = _path(where)
    report = Report()
    source = read_source(path)
    folder = Folder(path.parent, report)
    root = folder.extended(read_nodes(source, report), path)
    known = variants(root) if isinstance(root, Mapping) else {}
    if variant and variant not in known:
        hint = nearest(variant, known) or (f"it has {', '.join(known)}" if known else None)
        raise fault("NS003", f"{where} has no variant `{variant}`", hint=hint)
    if not isinstance(root, Mapping) or not known:
        return [Document(where, source, root, folder)]
    for key, _ in root:
        if key.text in ("claims", "budget"):
            message = "a file with variants is no network of its own: "
            message += f"`{key.text}` goes to the variants"
            report.add(fault("NS503", message, key.span))
    return [
        Document(f"{where}@{name}", source, variant_of(root, name), folder, name)
        for name in ([variant] if variant else known)
    ]


def document(address: str) -> Document:
    """The one network that `address` names: of a file with variants the one that is called like
    the file. Raises `SpecError` (NS003) if none is.
    """
    found = documents(address)
    own = [each for each in found if each.address == f"{address}@{Path(address).stem}"]
    if len(found) > 1 and not own:
        names = ", ".join(each.address for each in found)
        raise fault("NS003", f"{address} has several variants", hint=f"name one: {names}")
    return (own or found)[0]


@cache
def shipped() -> dict[str, list[str]]:
    """The spec files that ship with netspec, by name, each with its variants."""
    listing: dict[str, list[str]] = {}
    for name, path in shipped_files().items():
        root = read_nodes(read_source(path), Report())
        listing[name] = list(variants(root)) if isinstance(root, Mapping) else []
    return listing


@cache
def shipped_files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def _split(address: str) -> tuple[str, str]:
    """The path and the variant; an `@` may also stand in the path."""
    where, at, variant = address.rpartition("@")
    if not at or "/" in variant or os.path.isfile(address):
        return address, ""
    return where, variant


def _spelled_out(address: str) -> str:
    """A bare variant name as `FILE@VARIANT`; other addresses as they are."""
    if "@" in address or _is_path(address) or address in shipped_files():
        return address
    homes = [name for name, names in shipped().items() if address in names]
    return f"{homes[0]}@{address}" if homes else address


def _is_path(where: str) -> bool:
    return "/" in where or where.endswith((".yaml", ".yml")) or os.path.isfile(where)


def _path(where: str) -> Path:
    if _is_path(where):
        if not os.path.exists(where):
            raise fault("NS001", f"there is no file `{where}`", hint=_near_file(Path(where)))
        return Path(where)
    if where in shipped_files():
        return shipped_files()[where]
    if os.path.exists(where):
        return Path(where)
    hint = nearest(where, _shipped_names()) or "`netspec list` shows the shipped ones"
    if os.path.isfile(f"{where}.yaml"):
        hint = f"did you mean `{where}.yaml`?"
    raise fault("NS003", f"there is no spec `{where}`: no file and no shipped spec", hint=hint)


def _near_file(path: Path) -> str | None:
    if path.name == f"{path.stem}.yaml" and path.stem in _shipped_names():
        return f"a shipped spec goes by its name alone: `{path.stem}`"
    return near_file(str(path), path)


def _shipped_names() -> list[str]:
    return [*shipped(), *(name for names in shipped().values() for name in names)]
