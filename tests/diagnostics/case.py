"""Cases of faults: bad specs and scripts with each fault beside its line and the mend below it.

The tests check them and the pages of docs/errors/ show them. `cases/NS302/lost_projection.yaml` is
a spec that has that fault, `cases/NS004/no_torch.py` a script that raises it. Comments in it:

- The first lines: a sentence of what its author did.
- `#! CODE part ... part` at the end of a line: a fault is reported there whose text has these parts
  in this order. All faults are so listed; those of no line beside the call (`#$`), or beside the
  line of the script that raised them.
- `#> text` below a line: the mend. These lines together replace that line, a bare `#>` deletes it.
- `#$ check --input 3x350x350`: the command, where it is not plain `check`. The spec goes behind its
  first word, or where the word SPEC is; a case of comments alone is a call without a spec.

A folder of the case's name holds the files that it uses. Python in it can be imported, also by
entry points, and stands before what is installed: a `torch.py` that raises is a torch that is not
there. Cases with Python run in a process of their own.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from netspec.cli import main

CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).parents[2]
CALL = "the call"
"""Where faults stand that point into no file: the command, if it is not a line of a script."""

EXPECTED = re.compile(r"\s*#! (NS\d{3})((?:(?!\s*#! NS).)*)")
MEND = re.compile(r"(\s*)#>(?: (.*))?")
FAULT = re.compile(
    r"^(?:\S+SpecError: )?(?P<fault>(?:(?P<file>\S.*?)(?::(?P<line>\d+):\d+)?: )?"
    r"error\[(?P<code>NS\d{3})\]: )",
    re.MULTILINE,
)
PROGRESS = re.compile(r"^ *\d+ s: .*\n", re.MULTILINE)
EXCERPT = re.compile(r"^ *\d* \| .*\n?", re.MULTILINE)


@dataclass
class Line:
    """An ordinary line of a case without its comments; `mend` is None where it stays as it is."""

    text: str
    faults: list[tuple[str, list[str]]]
    mend: list[str] | None = None

    @property
    def mended(self) -> list[str]:
        return [self.text] if self.mend is None else self.mend


@dataclass(frozen=True)
class Expected:
    """A fault as a case lists it: `line` counts the lines without comments, 0 is the call's."""

    file: str
    line: int
    code: str
    parts: list[str] = field(compare=False)


@dataclass(frozen=True)
class Found:
    """A fault as a command printed it."""

    file: str
    line: int
    code: str
    text: str = field(compare=False)

    def has(self, parts: list[str]) -> bool:
        """Whether the parts stand in its text in this order; the excerpt, which is the spec's own
        text, does not count."""
        pattern = ".*".join(map(re.escape, parts))
        return re.search(pattern, EXCERPT.sub("", self.text), re.DOTALL) is not None


@dataclass(frozen=True)
class Case:
    """A case as read: the lines of its files by their names, the first is the case's own."""

    path: Path
    title: str
    call: Line
    files: dict[str, list[Line]]

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def code(self) -> str:
        return self.path.parent.name

    @property
    def lines(self) -> list[Line]:
        return [self.call, *(line for lines in self.files.values() for line in lines)]

    @property
    def has_mend(self) -> bool:
        return any(line.mend is not None for line in self.lines)

    @property
    def bad(self) -> dict[str, str]:
        """The texts of its files."""
        return {name: _text([x.text for x in lines]) for name, lines in self.files.items()}

    @property
    def mended(self) -> dict[str, str]:
        """The texts of its files with the mend in them."""
        return {
            name: _text([text for line in lines for text in line.mended])
            for name, lines in self.files.items()
        }

    @property
    def expected(self) -> list[Expected]:
        """Every fault that it lists, in the order of the text."""
        listed = [Expected(CALL, 0, code, parts) for code, parts in self.call.faults]
        for name, lines in self.files.items():
            for number, line in enumerate(lines, 1):
                listed += [Expected(name, number, code, parts) for code, parts in line.faults]
        return sorted(listed, key=lambda each: (each.file, each.line))

    def faults(self, printed: str) -> list[Found]:
        """The faults that a run of it printed, in the order of the text."""
        starts = [*FAULT.finditer(printed)]
        ends = [*(match.start() for match in starts[1:]), len(printed)]
        raised = re.findall(rf'File ".*/({re.escape(self.path.name)})", line (\d+)', printed)
        nowhere = (*raised[-1:], (CALL, 0))[0]
        found = []
        for match, end in zip(starts, ends, strict=False):
            file, line = nowhere if match["file"] not in self.files else match.group("file", "line")
            text = printed[match.start("fault") : end].split("\n\n")[0]
            found.append(Found(file, int(line), match["code"], text.strip("\n")))
        return sorted(found, key=lambda each: (each.file, each.line))


def cases() -> list[Case]:
    """Every case, by code and name."""
    return [
        _read(path)
        for path in sorted(CASES.glob("NS*/*"))
        if path.is_file() and path.suffix in (".yaml", ".py")
    ]


def _read(path: Path) -> Case:
    lines = list(_lines(path))
    title = []
    while lines and lines[0].text.startswith("# "):
        title.append(lines.pop(0).text.removeprefix("# "))
    calls = [line for line in lines if line.text.startswith("#$ ")]
    files = {path.name: [line for line in lines if line not in calls]}
    for other in sorted((path.parent / path.stem).rglob("*")):
        if other.is_file() and other.suffix != ".pyc":
            files[other.relative_to(path.parent).as_posix()] = list(_lines(other))
    if not files[path.name]:
        del files[path.name]
    return Case(path, " ".join(title), calls[0] if calls else Line("#$ check", []), files)


def _lines(path: Path) -> Iterator[Line]:
    """The ordinary lines, each with what the comments say of it."""
    known: Line | None = None
    for text in path.read_text(errors="surrogateescape").splitlines():
        if (mend := MEND.fullmatch(text)) and known is not None:
            known.mend = (known.mend or []) + ([mend[1] + mend[2]] if mend[2] else [])
            continue
        if known is not None:
            yield known
        faults = [(each[1], _parts(each[2])) for each in EXPECTED.finditer(text)]
        known = Line(EXPECTED.sub("", text) if faults else text, faults)
    if known is not None:
        yield known


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(" ... ")]


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


# ----------------------------------------------------------------------------------- running a case


def run_bad(case: Case) -> tuple[int, str]:
    """The exit code of the case's command, and what it printed to standard error."""
    return _run(case, case.bad, bad_command(case))


def run_mended(case: Case) -> tuple[int, str]:
    """The same of its mend; how far it has come is not said."""
    code, printed = _run(case, case.mended, mended_command(case))
    return code, PROGRESS.sub("", printed)


def bad_command(case: Case) -> list[str]:
    """The words that are typed into the shell."""
    return _command(case, case.call.text)


def mended_command(case: Case) -> list[str]:
    return _command(case, *case.call.mended)


def _command(case: Case, call: str = "#$ check") -> list[str]:
    if case.path.suffix == ".py":
        return ["python", case.path.name]
    words = shlex.split(call.removeprefix("#$ "))
    if "SPEC" not in call and case.path.name in case.files:
        words.insert(1, "SPEC")
    return ["netspec", *(word.replace("SPEC", case.path.name) for word in words)]


def _run(case: Case, files: dict[str, str], words: list[str]) -> tuple[int, str]:
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, text in files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, errors="surrogateescape")
        if any(name.endswith((".py", ".txt")) for name in files):
            return _in_a_process_of_its_own(case, words)
        return _in_this_process(words[1:])


def _in_this_process(arguments: list[str]) -> tuple[int, str]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(printed):
        try:
            code = main(arguments)
        except SystemExit as exit:
            code = int(exit.code or 0)
    return code, printed.getvalue()


def _in_a_process_of_its_own(case: Case, words: list[str]) -> tuple[int, str]:
    """Where the folder of the case's name is searched first for what is imported."""
    program = ["-m", "netspec"] if words[0] == "netspec" else []
    path = os.pathsep.join([str(Path(case.path.stem).absolute()), str(ROOT)])
    ran = subprocess.run(
        [sys.executable, *program, *words[1:]],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stderr
