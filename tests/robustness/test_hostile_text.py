"""Free text of a spec stays text: in source, diagrams, tables, messages; it steers no terminal."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import netspec
from netspec import Network
from netspec.cli import main

HOSTILE = [
    *(
        '"""',
        "'''",
        "\\",
        '\\" """ \\',
        "a\nimport os",
        "\r",
        "\x85\u2028",
        "\f\v",
        "\0",
        "ends with \\",
    ),
    *("# coding: utf-7", "type: ignore", "{{0}} %s %", "\u202eabc", "\x1b[31m\x1b]0;title\x07"),
    *(
        "</svg><script>alert(1)</script>",
        '"]; evil [label="owned',
        "<!-- -->",
        "x" * 5000,
        "\ufb01 ª",
    ),
]
SPEC = """netspec: 1
name: net
about: {text}
source: {{title: {text}, authors: {text}, year: {text}, arxiv: {text}, doi: {text}, where: {text}}}
input: [3, 8, 8]
blocks:
  unit:
    about: {text}
    source: {{title: {text}}}
    params: {{width: int}}
    body: [{{conv: width, note: {text}}}, bn, relu]
body:
  - {{unit: 8, note: {text}, repeat: 2}}
  - {{conv: 8, note: {text}, name: last}}
claims:
  - {{params: 208, source: {text}}}
  - {{params: 207, source: {text}, disputed: {text}}}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "net.yaml"
    path.write_text(SPEC.format(text=json.dumps(text)))
    return path


def code_of(network: Network) -> str:
    """The emitted code without its docstrings and comments."""
    tree = ast.parse(network.source())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            del node.body[0]
    return ast.dump(tree)


@pytest.mark.parametrize("text", HOSTILE)
def test_emitted_code_is_the_same(text: str, tmp_path: Path) -> None:
    harmless = code_of(netspec.load(written(tmp_path, "words")))
    assert code_of(netspec.load(written(tmp_path, text))) == harmless


@pytest.mark.parametrize("text", HOSTILE)
def test_a_notebook_shows_a_picture_and_nothing_else(text: str, tmp_path: Path) -> None:
    picture = ElementTree.fromstring(netspec.load(written(tmp_path, text))._repr_svg_())
    tags = {element.tag.rpartition("}")[2] for element in picture.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "path", "polyline", "text"}


@pytest.mark.parametrize("text", HOSTILE)
def test_tables_are_tables(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(written(tmp_path, text))
    assert main(["stats", path, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "net"
    main(["verify", path])
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[2:]] == ["net", "net"]
    assert all(line.isprintable() for line in printed)


FAULTY = [
    "asserts: [{{that: in_channels == 4, else: {text}}}]\nbody: [relu]",
    "body: [{text}]",
    "body: [{{{text}: 3}}]",
    "body: [{{conv: {text}}}]",
    "body: [{{relu: , name: {text}}}]",
    "body: [{{relu: , from: {text}}}]",
    "body: [relu]\n{text}: 1",
    "body: [relu]\nparams: {{{text}: 1}}",
    "body: [relu]\nuse: {{a: {text}}}",
    "body: [relu]\nclaims: [{{params: {text}}}]",
    "body: [relu]\nclaims: [{{params: 1, source: {text}}}]",
]


@pytest.mark.parametrize("spec", FAULTY)
@pytest.mark.parametrize("text", ["\x1b[2J\x1b]0;title\x07", "\u202eabc", "a\r\nb", "\x85\u2028"])
@pytest.mark.parametrize("format", ["human", "json", "sarif", "github"])
def test_messages_steer_no_terminal(
    text: str, spec: str, format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.yaml"
    body = spec.format(text=json.dumps(text))
    path.write_text(f"netspec: 1\nname: bad\ninput: [3, 8, 8]\n{body}\n")
    assert main(["check", str(path), "--format", format]) == 1
    captured = capsys.readouterr()
    printed = captured.out + captured.err
    assert printed
    assert all(line.isprintable() for line in printed.split("\n"))
    if format in ("json", "sarif"):
        json.loads(captured.out)


def test_names_of_files_steer_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "\x1b[31m.yaml"
    path.write_text("netspec: 1\ninput: [3]\nbody: [relu, conf]\n")
    for address in (str(path), "\x1b[31m", f"{path}@\x1b[31m"):
        assert main(["check", address]) in (1, 2)
        assert "\x1b" not in capsys.readouterr().err
