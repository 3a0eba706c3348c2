"""What is written into the pages that people write: outputs of commands, and marked tables.

In a block fenced as `console`, each line `$ netspec ...` is run and what it prints follows it; a
block fenced as `yaml NAME.yaml` before it is the file of that name. Between
`<!-- NAME -->` and `<!-- end -->` stands the table of that name in `TABLES`.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.generator.tables import TABLES
from netspec.cli import main

CONSOLE = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^```yaml (\S+\.yaml)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^<!-- ([a-z ]+) -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL)


def refreshed(page: str) -> str:
    """The page with its console blocks and marked tables as they are now."""
    page = TABLE.sub(lambda match: _table(match[1]), page)
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, text in FILE.findall(page):
            Path(name).write_text(text)
        return CONSOLE.sub(lambda match: _session(match[1]), page)


def _table(name: str) -> str:
    return f"<!-- {name} -->\n\n{TABLES[name]()}\n\n<!-- end -->"


def _session(block: str) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{_output(command)}" for command in commands)


def _output(command: str) -> str:
    """What the command prints, on both streams."""
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "netspec", command
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        main(arguments)
    printed.seek(0)
    return printed.read()
