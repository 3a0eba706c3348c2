"""Characters as a terminal shows them: those of a spec must not steer it, nor shift a caret."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with what is not printable written out, as in `\\x1b`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def blanked(text: str) -> str:
    """The text with a space for what is not printable."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def width(text: str) -> int:
    """Columns that the text takes: East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(character: str) -> int:
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1


def encodable(text: str) -> str:
    """The text with `?` for lone surrogates, which no UTF-8 and so no JSON file can have."""
    return text.encode(errors="replace").decode()
