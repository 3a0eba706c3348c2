"""Faults as SARIF 2.1.0 (OASIS Standard, 2020): what code scanning and editors read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from netspec.diagnostics.codes import CODES
from netspec.diagnostics.data import Diagnostic, Span
from netspec.diagnostics.formats.characters import encodable
from netspec.version import VERSION

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "%SRCROOT%"
"""The base of relative URIs: the working directory."""
RULES = {code: index for index, code in enumerate(CODES)}


def report(faults: Sequence[Diagnostic]) -> str:
    """A log with one run. Faults in files are its results, those of the call are notifications."""
    import json

    others = [each for each in faults if _location(each.span) is None]
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": Path.cwd().as_uri().rstrip("/") + "/"}},
        "invocations": [
            {
                "executionSuccessful": not others,
                "toolExecutionNotifications": [_notification(each) for each in others],
            }
        ],
        "results": [_result(each, place) for each in faults if (place := _location(each.span))],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _driver() -> dict[str, Any]:
    return {"name": "netspec", "semanticVersion": VERSION, "rules": [_rule(code) for code in CODES]}


def _rule(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": CODES[code]},
        "fullDescription": {"text": f"{CODES[code]}."},
        "help": {"text": f"`netspec explain {code}` shows specs with this fault and their mends."},
        "defaultConfiguration": {"level": "error"},
    }


def _result(diagnostic: Diagnostic, place: dict[str, Any]) -> dict[str, Any]:
    result = {
        "ruleId": diagnostic.code,
        "ruleIndex": RULES[diagnostic.code],
        "level": "error",
        "message": {"text": "\n".join(_message(diagnostic, _link))},
        "locations": [place],
    }
    related = [
        {"id": number, **its_place, "message": {"text": _plain(note.message)}}
        for number, (note, _) in enumerate(diagnostic.counted_notes(), 1)
        if (its_place := _location(note.span))
    ]
    return result | ({"relatedLocations": related} if related else {})


def _notification(diagnostic: Diagnostic) -> dict[str, Any]:
    place = f"{_plain(str(diagnostic.span))}: " if diagnostic.span else ""
    return {
        "associatedRule": {"id": diagnostic.code, "index": RULES[diagnostic.code]},
        "level": "error",
        "message": {"text": place + "\n".join(_message(diagnostic, _name))},
    }


Refer = Callable[[Span, int], str]
"""How a message refers to the place of a note, of that number."""


def _link(span: Span, number: int) -> str:
    """A link to a related location of the result (3.11.6)."""
    return f"[line {span.line}]({number})" if span.file else _plain(str(span))


def _name(span: Span, number: int) -> str:
    """Notifications have no related locations."""
    return _plain(str(span))


def _message(diagnostic: Diagnostic, refer: Refer) -> Iterator[str]:
    """The message, the notes with their places, and the hint, a line each."""
    yield _plain(diagnostic.message)
    for number, (note, times) in enumerate(diagnostic.counted_notes(), 1):
        often = f" ({times} times)" if times > 1 else ""
        place = f", {refer(note.span, number)}" if note.span else ""
        yield f"note: {_plain(note.message)}{often}{place}"
    if diagnostic.hint:
        yield f"hint: {_plain(diagnostic.hint)}"


def _plain(text: str) -> str:
    """The text as a part of a message: no placeholder (3.11.5), no link (3.11.6)."""
    return encodable(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _location(span: Span | None) -> dict[str, Any] | None:
    if span is None or span.file is None:
        return None
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"physicalLocation": {"artifactLocation": _artifact(span.file), "region": region}}


def _artifact(file: Path) -> dict[str, str]:
    from urllib.parse import quote_from_bytes

    if file.is_absolute():
        return {"uri": file.as_uri()}
    return {"uri": quote_from_bytes(os.fsencode(file.as_posix())), "uriBaseId": ROOT}
