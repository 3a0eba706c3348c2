"""Which lines of a spec a line of an emitted file comes from, and the way to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from netspec.backends.torch import provenance
from netspec.backends.torch.emitted import Emitted
from netspec.backends.torch.provenance import Place, Provenance, within
from netspec.catalog import SHIPPED
from netspec.diagnostics import Source, Span, SpecError, fault
from netspec.network import Network
from netspec.ops.base import STD
from netspec.syntax.reader import read_source

MOST_USES = 6
"""So many uses of a block are shown."""


@dataclass(frozen=True)
class Step:
    """A place on the way from the network to a line: what it is, and where."""

    what: str
    place: Place


class File:
    """An emitted file as it stands. Raises `SpecError` (NS001 where it cannot be read, NS901 where
    it does not say what it comes from).
    """

    def __init__(self, path: Path) -> None:
        self.source = read_source(path)
        known = provenance.read(self.source.text)
        if known is None:
            message = "nothing in this file says where it comes from"
            hint = "`netspec build` ends a file with a comment for that; build it again"
            raise fault("NS901", message, self.span(1), hint=hint)
        self.known: Provenance = known
        self.edited = provenance.is_edited(self.source.text, known)

    def span(self, line: int) -> Span:
        return Span.of_line(self.source, line)

    def text(self, line: int) -> str:
        """A line that has something on it; raises `SpecError` (NS902) for any other."""
        lines = self.source.lines
        if not 1 <= line <= len(lines):
            end = len(lines) - (not lines[-1])
            raise fault("NS902", f"{self.source.name} has {end} lines, and no line {line}")
        if not lines[line - 1].strip():
            hint = "name a line that something stands on"
            raise fault("NS902", f"line {line} is empty", self.span(line), hint=hint)
        return lines[line - 1].strip()

    @property
    def written(self) -> str | None:
        """The hash of the spec that the file was emitted from."""
        found = re.search(r"sha256:\s*([0-9a-f]+)", self.source.text)
        return found[1] if found else None


class Answer:
    """Where a line of a file comes from. `network` is that of the spec as it is now, if that can be
    read, and `spec` the spec's path.
    """

    def __init__(self, file: File, line: int, spec: Path | None, network: Network | None) -> None:
        self.file, self.line, self.spec = file, line, spec
        self.text = file.text(line)
        self.remarks: list[str] = []
        self.around: Sequence[Place] | None = None
        """The places around a line that was written since."""
        self.emitted, self.known = file.source.text, file.known
        self.unknown: str | None = None
        """Why it cannot be told."""
        self.is_past = False
        """Whether the places are those of the spec as it was."""
        is_current = network is not None and network.written.digest == file.written
        if network is not None and (file.edited or not is_current):
            self._match(network, is_current)
        elif file.edited:
            here = "cannot be read" if spec else "is not here"
            self.unknown = f"this file was edited since, and {self.known.file} {here}"
        elif spec is not None and network is None:
            self._tell_past("cannot be read")

    def _match(self, network: Network, is_current: bool) -> None:
        """Find the line in what netspec would emit now."""
        source = network.source()
        known = provenance.read(source)
        assert known is not None
        own, emitted = self.file.source.lines, source.split("\n")
        line, name = _counterpart(own, emitted, self.line), self.known.file
        if line is None and not is_current:
            why = f"{name} was edited since, and makes no such line now"
            if self.file.edited:
                self.unknown = why
            else:
                self._tell_past("was edited since, and makes no such line now")
            return
        self.emitted, self.known = source, known
        if line is None:
            self._tell_around(_around(own, emitted, self.line))
        elif is_current:
            self.line, self.remarks = line, ["the file was edited since"]
        else:
            self.line = line
            self.remarks = [f"{name} was edited since: told is what makes this line now"]

    def _tell_past(self, why: str) -> None:
        self.is_past = True
        self.remarks.append(f"{self.known.file} {why}: told are its lines as they were")

    def _tell_around(self, lines: range) -> None:
        """Tell of a line that was written since where those around it come from."""
        self.line = lines[0]
        self.around = provenance.together(
            place for line in lines for place in self.known.places.get(line, ())
        )
        told = "; what is told is of those around it" if self.around else ""
        self.remarks.append(f"this line was written since{told}")

    @cached_property
    def code(self) -> Emitted | None:
        try:
            return Emitted(self.emitted)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def cls(self) -> str | None:
        """The class that the line is in."""
        return self.code.class_at(self.line) if self.code else None

    @property
    def places(self) -> Sequence[Place]:
        """The places of the line; of one that opens others theirs, of any other of a block's class
        that of the block.
        """
        if self.around is not None:
            return self.around
        own = self.known.places.get(self.line) or self._opened()
        return own or self._statement() or self._block(self.cls)

    def _statement(self) -> Sequence[Place]:
        """The places of the statement that a closing bracket ends."""
        if self.text.strip(" )]},") or self.code is None:
            return ()
        return self.known.places.get(self.code.statement_at(self.line), ())

    def _opened(self) -> Sequence[Place]:
        """The places of the lines that stand deeper below one that ends with a colon."""
        lines = self.emitted.split("\n")
        opening = lines[self.line - 1]
        if not re.match(r" +(for|if|else)\b", opening):
            return ()
        depth = len(opening) - len(opening.lstrip())
        found: list[Place] = []
        for number in range(self.line + 1, len(lines) + 1):
            text = lines[number - 1]
            if text.strip() and len(text) - len(text.lstrip()) <= depth:
                break
            found += self.known.places.get(number, ())
        return provenance.together(found)

    def _block(self, cls: str | None) -> Sequence[Place]:
        """The places of the block of a class; none of that of the network."""
        if cls is None or self.code is None or cls == next(reversed(self.code.classes)):
            return ()
        return self.known.places.get(self.code.classes[cls].lineno, ())

    def way(self) -> Iterator[Step]:
        """The blocks around the line, and their uses, up to the network."""
        code = self.code
        if code is None or self.cls is None:
            return
        seen, level = set(), [self.cls]
        while level:
            seen.update(level)
            following: list[str] = []
            for cls in level:
                block = self._block(cls)
                yield from (Step(f"in this block, `{cls}`", place) for place in block)
                lines = code.uses(cls)
                uses = [place for line in lines for place in self.known.places.get(line, ())]
                yield from (Step("used here", place) for place in dict.fromkeys(uses))
                following += filter(None, map(code.class_at, lines))
            level = [cls for cls in dict.fromkeys(following) if cls not in seen]

    def source(self, place: Place) -> Source | None:
        """The file of a place, if it is there as it was."""
        path = None if self.is_past else self.path(place)
        try:
            return read_source(path, self.shown(place)) if path else None
        except SpecError:
            return None

    def path(self, place: Place) -> Path | None:
        """Where the file of a place is, if it is there: the spec, or in the spec's folder."""
        if place.file.startswith("std/"):
            return within(STD, place.file.removeprefix("std/"))
        if self.spec is None or place.file == self.known.file:
            return self.spec
        return within(self.spec.parent, place.file)

    def shown(self, place: Place) -> str:
        """The path of a place as messages show it."""
        path = self.path(place)
        ships = path is None or path.parent in (SHIPPED, STD)
        return place.file if ships else str(path)


def _counterpart(lines: Sequence[str], emitted: Sequence[str], line: int) -> int | None:
    """The line of the emitted text that a line of the file is."""
    text = lines[line - 1]
    if lines.count(text) == emitted.count(text) == 1:
        return emitted.index(text) + 1
    for a, b, size in SequenceMatcher(None, lines, emitted, autojunk=False).get_matching_blocks():
        if a < line <= a + size:
            return b + line - a
    return None


def _around(lines: Sequence[str], emitted: Sequence[str], line: int) -> range:
    """The lines of the emitted text from the last one before it that both have to the next one."""
    blocks = SequenceMatcher(None, lines, emitted, autojunk=False).get_matching_blocks()
    before = [b + size for a, b, size in blocks if size and a + size < line]
    after = [b + 1 for a, b, size in blocks if a >= line]
    return range(max(before, default=1), min(*after, len(emitted)) + 1)
