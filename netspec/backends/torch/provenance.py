"""Where the lines of an emitted file come from: a comment at its end, written and read.

    # netspec where 3f2a91c05d18 resnet.yaml@resnet50 16:41 24:46 25:47 36-38:56-57
    # std/residual.yaml 52:9

It starts with a hash of the text above it and the spec by its name. Lines of the file stand before
the colon, those of the spec behind it; other files are named before theirs.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

MARK = "# netspec where"
WIDTH = 88
DIGITS = 12
NEAR = 5
"""Lines of a spec that are so near each other are told as one stretch."""
MOST = 1_000_000
"""A comment that says more, in lines and places, is not read."""
_ENTRY = re.compile(r"([0-9-]+):([0-9,-]+)")
_STRETCH = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_SAFE = "/@=[]{},.:'\" "

Stretch = tuple[int, int]
"""The first and the last line of a part of a file."""


@dataclass(frozen=True)
class Place:
    """Lines of a file that a network is written in, its path from the folder of the spec."""

    file: str
    stretches: tuple[Stretch, ...]

    @property
    def line(self) -> int:
        return self.stretches[0][0]

    @property
    def lines(self) -> str:
        return _stretches(self.stretches)


@dataclass(frozen=True)
class Provenance:
    """Where the lines of an emitted file come from: `places` by their numbers, from 1.

    `spec` is the name of the spec, with its variant; `given` are the values from outside as words
    of the command line.
    """

    spec: str
    given: tuple[str, ...]
    places: Mapping[int, Sequence[Place]]
    hash: str = ""
    length: int = field(default=0, compare=False)
    """How many lines the file has above the comment."""

    @property
    def file(self) -> str:
        return self.spec.partition("@")[0]


# -------------------------------------------------------------------------------------------- write


def places_of(lines: Iterable[tuple[str, int]]) -> tuple[Place, ...]:
    """The places of these lines of files."""
    return together(Place(file, ((line, line),)) for file, line in lines)


def together(places: Iterable[Place]) -> tuple[Place, ...]:
    """The places, those of a file as one."""
    by_file: defaultdict[str, set[Stretch]] = defaultdict(set)
    for place in places:
        by_file[place.file].update(place.stretches)
    return tuple(Place(file, tuple(_near(sorted(found)))) for file, found in by_file.items())


def _near(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    first, last = stretches[0]
    for start, end in stretches[1:]:
        if start - last > NEAR:
            yield first, last
            first = start
        last = max(last, end)
    yield first, last


def comment(text: str, known: Provenance) -> str:
    """The comment for a file whose text so far is given."""
    by_file: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for line, places in sorted(known.places.items()):
        for place in places:
            by_file[place.file].append((line, place.lines))
    own = [quote(word, safe=_SAFE).replace(" ", "%20") for word in (known.spec, *known.given)]
    words = [MARK, digest(text), *own, *_entries(by_file.pop(known.file, []))]
    rows = [words, *([_quoted(file), *_entries(e)] for file, e in sorted(by_file.items()))]
    return "".join(f"{line}\n" for row in rows for line in _wrapped(row))


def _quoted(word: str) -> str:
    return quote(word, safe=_SAFE).replace(" ", "%20")


def _entries(lines: Iterable[tuple[int, str]]) -> Iterator[str]:
    for (_, found), run in groupby(enumerate(lines), lambda e: (e[1][0] - e[0], e[1][1])):
        numbers = [line for _, (line, _) in run]
        yield f"{_stretch((numbers[0], numbers[-1]))}:{found}"


def _wrapped(words: Sequence[str]) -> list[str]:
    first = words[0] if words[0] == MARK else f"# {words[0]}"
    return textwrap.wrap(
        " ".join((first, *words[1:])),
        WIDTH,
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _stretches(stretches: Iterable[Stretch]) -> str:
    return ",".join(map(_stretch, stretches))


def _stretch(stretch: Stretch) -> str:
    first, last = stretch
    return str(first) if first == last else f"{first}-{last}"


def digest(text: str) -> str:
    """A hash of a text, the same for all line endings and empty lines at its end."""
    plain = text.replace("\r\n", "\n").rstrip("\n")
    return hashlib.sha256(plain.encode()).hexdigest()[:DIGITS]


# --------------------------------------------------------------------------------------------- read


def read(text: str) -> Provenance | None:
    """What the comment at the end of a file says; None if there is none that can be read."""
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [k for k, line in enumerate(lines) if line.startswith(f"{MARK} ")]
    if not starts:
        return None
    comments = [
        line.removeprefix(MARK).lstrip("# ") for line in lines[starts[-1] :] if line[:1] == "#"
    ]
    words = " ".join(comments).split()
    if len(words) < 2 or not re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", words[0]):
        return None
    return _read(words, starts[-1])


def _read(words: Sequence[str], length: int) -> Provenance | None:
    hash, spec = words[0], unquote(words[1])
    file = spec.partition("@")[0]
    given: list[str] = []
    found: defaultdict[int, list[Place]] = defaultdict(list)
    said = 0
    for word in words[2:]:
        if entry := _ENTRY.fullmatch(word):
            lines, stretches = _read_stretches(entry[1]), _read_stretches(entry[2])
            if len(lines) != 1 or not stretches or not is_path(file):
                return None
            ((first, last),) = lines
            numbers = range(first, min(last, length) + 1)
            said += len(numbers) * len(stretches)
            if said > MOST:
                return None
            for line in numbers:
                found[line].append(Place(file, stretches))
        elif not found and (word.startswith("--") or (given and given[-1].startswith("--"))):
            given.append(unquote(word))
        else:
            file = unquote(word)
    return Provenance(spec, tuple(given), found, hash, length)


def _read_stretches(text: str) -> tuple[Stretch, ...]:
    """Stretches from 1 on, each after the one before it; none where they are anything else."""
    parts = [_STRETCH.fullmatch(part) for part in text.split(",")]
    found = tuple((int(part[1]), int(part[2] or part[1])) for part in parts if part)
    ends = [0, *(number for stretch in found for number in stretch)]
    rising = all(first <= last for first, last in found)
    apart = all(a < b for a, b in zip(ends[::2], ends[1::2], strict=False))
    return found if len(found) == len(parts) and rising and apart else ()


def is_path(file: str) -> bool:
    """Whether it is the path of a file in a folder or below it, as netspec writes it."""
    path = PurePosixPath(file)
    inside = not path.is_absolute() and ".." not in path.parts
    return file.isprintable() and inside and path.name != "" and str(path) == file


def within(folder: Path, file: str) -> Path | None:
    """The file at that path from a folder; None if it is none, or stands outside of the folder."""
    try:
        path = folder / file
        inside = path.resolve().is_relative_to(folder.resolve())
        return path if inside and path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def is_edited(text: str, known: Provenance) -> bool:
    """Whether the text above the comment is not the one that was emitted."""
    lines = text.replace("\r\n", "\n").split("\n")
    return digest("\n".join(lines[: known.length])) != known.hash
