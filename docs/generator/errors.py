"""docs/errors.md, the index of codes, and docs/errors/: a page per code, from the tests' cases."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from docs.generator.markdown import code, fenced, page, table
from netspec.diagnostics import CODES, GROUPS
from tests.diagnostics.case import CASES, Case, bad_command, cases, mended_command, run_bad

FOLDER = "errors"
SIMULATED = ("sitecustomize.py", "torch.py")
"""Files of a case that make the machine as it is: its author wrote none of them."""
LANGUAGES = {".yaml": "yaml", ".py": "python", ".txt": "text"}
INTRODUCTION = """\
A fault is reported with its code, its place, the line with the offending part marked, the shapes
and lines that led there, and a hint where there is one. Independent faults are reported together.
Codes are stable: they keep their meaning from version to version.

Each code has a page with specs that have the fault, what netspec says of them, and their mends;
`netspec explain NS302` prints it.

Codes that begin with NS0 are faults of the call, and the command exits with 2, unless they point
into a file; the others are faults of the spec, and it exits with 1.
"""


def errors_page() -> str:
    parts = []
    for title, codes in GROUPS.items():
        rows = [[f"[{c}]({FOLDER}/{c}.md)", meaning] for c, meaning in codes.items()]
        parts += [f"## {title}", table(["code", "meaning"], rows)]
    return page("Errors", INTRODUCTION, *parts)


def code_pages() -> Iterator[tuple[str, str]]:
    """The page of each code, with its name below docs/."""
    known = cases()
    for each, meaning in CODES.items():
        about = (CASES / each / "about.md").read_text().strip()
        entries = ["\n\n".join(_entry(case)) for case in known if case.code == each]
        yield f"{FOLDER}/{each}.md", page(f"{each}: {meaning}", about, *entries)


def _entry(case: Case) -> Iterator[str]:
    """What the author did, the files, the call and what it printed, the mend."""
    yield f"## {case.title.rstrip('.')}"
    shown = _shown(case)
    for name in shown:
        if shown != [case.path.name]:
            yield f"{code(name)}:"
        yield fenced(LANGUAGES[Path(name).suffix], _printable(case.bad[name]))
    printed = "\n\n".join(each.text for each in case.faults(run_bad(case)[1]))
    yield fenced("text", f"$ {shlex.join(bad_command(case))}\n{printed}")
    if mend := list(_mend(case)):
        yield "Mended:"
        yield fenced("diff", "\n".join(mend))


def _mend(case: Case) -> Iterator[str]:
    """What changes, in the call and in the files."""
    before, after = shlex.join(bad_command(case)), shlex.join(mended_command(case))
    if before != after:
        yield from (f"-$ {before}", f"+$ {after}")
    shown = _shown(case)
    for name in shown:
        bad, mended = (texts[name].splitlines() for texts in (case.bad, case.mended))
        changes = [*unified_diff(bad, mended, name, name, n=2, lineterm="")]
        yield from map(_printable, changes if len(shown) > 1 else changes[3:])


def _shown(case: Case) -> list[str]:
    """The files that its author wrote."""
    paths = map(Path, case.files)
    return [str(p) for p in paths if p.suffix in LANGUAGES and p.name not in SIMULATED]


def _printable(text: str) -> str:
    """The text with what is not UTF-8 shown as such."""
    return text.encode(errors="surrogateescape").decode(errors="replace")
