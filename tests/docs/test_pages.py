"""The pages are as docs/generate.py would write them, lead to each other and say what holds."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generator.refresh import refreshed
from netspec import Network
from netspec.cli import main
from netspec.elaborate.environment import standard_names
from tests.docs.pages import DOCS, PAGES, ROOT, fences, prose

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
NUMBER = re.compile(r"\b\d{1,3}(?:,\d{3})+\b")
CODE_PAGES = sorted((DOCS / "errors").glob("*.md"))
COMMANDS = (DOCS / "commands.md").read_text()


def test_nothing_is_stale() -> None:
    command = [sys.executable, "docs/generate.py", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


OLD = """\
```console
$ netspec stats lenet5 --format csv
old
```
<!-- limits -->
old
<!-- end -->
"""


def test_console_blocks_and_tables_are_written_anew() -> None:
    new = refreshed(OLD)
    assert "c1,conv,6x28x28,156" in new
    assert "bits of a whole number" in new
    assert "old" not in new
    assert refreshed(new) == new


def anchors(page: Path) -> set[str]:
    """Headings as GitHub links them."""
    words = (re.sub(r"[^\w -]", "", heading.lower()) for heading in HEADING.findall(prose(page)))
    return {heading.replace(" ", "-") for heading in words}


@pytest.mark.parametrize("page", [*PAGES, *CODE_PAGES], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_index_has_every_page() -> None:
    linked = set(LINK.findall((DOCS / "README.md").read_text()))
    assert linked == {page.name for page in DOCS.glob("*.md")} - {"README.md"}


@pytest.mark.parametrize(
    "name", ["README.md", "numbers.md", "commands.md", "architecture.md", "tutorial.md"]
)
def test_figures_in_the_text_are_those_that_a_command_prints(name: str) -> None:
    page = DOCS / name
    printed = "".join(fence.text for fence in fences(page)).replace(",", "")
    for figure in NUMBER.findall(prose(page)):
        assert figure.replace(",", "") in printed, figure


@pytest.mark.parametrize(
    ("code", "command"), re.findall(r"^\| (\d) \|.*\| `netspec (.*)` \|$", COMMANDS, re.MULTILINE)
)
def test_exit_codes(code: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(shlex.split(command)) == int(code)


def test_the_api_has_what_the_table_of_attributes_says() -> None:
    table = COMMANDS[COMMANDS.index("| attribute |") :].split("\n\n")[0]
    words = re.findall(r"`([a-z_]+)[`(]", "".join(row.split("|")[1] for row in table.split("\n")))
    assert "stats" in words
    assert [word for word in words if not hasattr(Network, word)] == []


def test_std_has_every_block() -> None:
    assert standard_names() <= set(HEADING.findall(prose(DOCS / "std.md")))
