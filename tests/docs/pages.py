"""The pages of docs/ and the examples in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Fence:
    """A block of code on a page; `words` follow the language in its first line."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def file(self) -> str | None:
        """The name of the file that it is, if it has one."""
        return next((word for word in self.words if "." in word), None)

    @property
    def codes(self) -> list[str]:
        """The faults that the example has."""
        return [word for word in self.words if re.fullmatch(r"NS\d{3}", word)]

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def fences(page: Path) -> Iterator[Fence]:
    """The blocks of code of a page, in order."""
    text = page.read_text()
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Fence(page, line, match[1], tuple(match[2].split()), match[3])


def write_files(page: Path, folder: Path) -> None:
    """Write the examples of a page that are files."""
    for fence in fences(page):
        if fence.file is not None:
            (folder / fence.file).write_text(fence.text)


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", page.read_text())
