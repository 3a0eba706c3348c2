"""Text in groups that are written on one line if they fit, as in Wadler's prettier printer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from netspec.backends.torch.code import Origin, origin_of
from netspec.backends.torch.source.printed import Printed
from netspec.backends.torch.source.prose import WIDTH

INDENT = 4


@dataclass(frozen=True, slots=True)
class Group:
    """Written on one line if that fits, else broken at all of its own lines."""

    content: Any


@dataclass(frozen=True, slots=True)
class Indented:
    """One level deeper after each break."""

    content: Any


@dataclass(frozen=True, slots=True)
class Line:
    """A break in a broken group; `flat` stands for it otherwise."""

    flat: str


@dataclass(frozen=True, slots=True)
class WhenBroken:
    """Text that only a broken group has."""

    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """What comes from some places in the spec."""

    content: Any
    origin: Origin


SOFT, SPACE, TRAILING_COMMA = Line(""), Line(" "), WhenBroken(",")
HARD = Line("\n")
"""A break that no group around it can do without."""


def joined(docs: Iterable[Any], separator: Any) -> tuple[Any, ...]:
    """The docs with the separator between them."""
    result: list[Any] = []
    for doc in docs:
        result += [separator, doc] if result else [doc]
    return tuple(result)


def bracketed(opening: str, content: Any, closing: str) -> Group:
    """The content in brackets, which are on lines of their own if it does not fit."""
    return Group((opening, Indented((SOFT, content)), SOFT, closing))


class _Places:
    """Where the lines of a doc come from: each from the innermost marks on it."""

    def __init__(self) -> None:
        self.of_line: defaultdict[int, list[Origin]] = defaultdict(list)
        self.open: list[tuple[int, Origin, set[int]]] = []

    def begin(self, line: int, origin: Origin) -> None:
        self.open.append((line, origin, set()))

    def end(self, line: int) -> None:
        first, origin, inner = self.open.pop()
        lines = set(range(first, line + 1))
        for own in lines - inner:
            self.of_line[own].append(origin)
        if self.open:
            self.open[-1][2].update(lines)


END = object()
"""Where what is marked ends."""


def rendered(content: Any, indentation: int) -> list[Printed]:
    """The lines of a doc, the first of which starts at that indentation."""
    out: list[str] = []
    places, line = _Places(), 0
    column = 0
    todo: list[tuple[Any, int, bool]] = [(content, indentation, True)]
    while todo:
        doc, margin, broken = todo.pop()
        if isinstance(doc, str):
            out.append(doc)
            column += len(doc)
            line += doc.count("\n")
        elif isinstance(doc, Marked):
            places.begin(line, doc.origin)
            todo += [(END, margin, broken), (doc.content, margin, broken)]
        elif doc is END:
            places.end(line)
        elif isinstance(doc, tuple):
            todo += [(part, margin, broken) for part in reversed(doc)]
        elif isinstance(doc, Group):
            fits = _fits(doc, todo, WIDTH - column)
            todo.append((doc.content, margin, not fits))
        elif isinstance(doc, Indented):
            todo.append((doc.content, margin + INDENT, broken))
        elif isinstance(doc, WhenBroken):
            todo.append((doc.text if broken else "", margin, broken))
        elif broken:
            out.append("\n" + " " * margin)
            column = margin
            line += 1
        else:
            todo.append((doc.flat, margin, broken))
    texts = "".join(out).split("\n")
    return [Printed(text, origin_of(places.of_line[k])) for k, text in enumerate(texts)]


def _fits(group: Group, rest: list[tuple[Any, int, bool]], room: int) -> bool:
    """Whether the group on one line, and what follows it up to the next break, fits."""
    on_one_line = "".join(flat(group))
    if "\n" in on_one_line:
        return False
    room -= len(on_one_line)
    following = [(doc, broken) for doc, _, broken in rest]
    while following and room >= 0:
        doc, broken = following.pop()
        if isinstance(doc, str):
            room -= len(doc)
        elif isinstance(doc, tuple):
            following += [(part, broken) for part in reversed(doc)]
        elif isinstance(doc, Group):
            following.append((doc.content, True))
        elif isinstance(doc, Indented | Marked):
            following.append((doc.content, broken))
        elif doc is END:
            continue
        elif isinstance(doc, WhenBroken):
            room -= len(doc.text) if broken else 0
        elif broken:
            return True
        else:
            room -= len(doc.flat)
    return room >= 0


def flat(doc: Any) -> Iterator[str]:
    """The pieces of the doc on one line."""
    if isinstance(doc, str):
        yield doc
    elif isinstance(doc, tuple):
        for part in doc:
            yield from flat(part)
    elif isinstance(doc, Group | Indented | Marked):
        yield from flat(doc.content)
    elif isinstance(doc, Line):
        yield doc.flat
