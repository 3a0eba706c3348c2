"""The schema has every word of the language and no other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Literal

import pytest
from jsonschema import Draft7Validator
from pydantic import Field, PlainValidator

from netspec.cli import main
from netspec.elaborate.environment import standard_block, standard_names
from netspec.elaborate.initialisation import SCHEMES
from netspec.ops import Op
from netspec.ops.base import find, names
from netspec.schema.types import accepted, words
from netspec.schema.wording import UNGIVEN, VALIDATED
from netspec.syntax.spec import (
    BLOCK_KEYS,
    BUDGETED,
    CITATION_KEYS,
    CLAIM_KEYS,
    FILE_KEYS,
    VARIANT_KEYS,
)
from netspec.syntax.steps import MODIFIERS
from tests.ops.packages import install, run
from tests.schema.validation import schema

OPS = [cls for name in names() if (cls := find(name)) is not None]


def properties(name: str) -> set[str]:
    return set(schema()["definitions"][name].get("properties", {}))


def test_it_is_a_schema_of_draft_7_whose_references_lead_somewhere() -> None:
    Draft7Validator.check_schema(schema())
    assert schema()["$schema"] == "http://json-schema.org/draft-07/schema#"
    referred = set(re.findall(r'"#/definitions/([^"]*)"', json.dumps(schema())))
    assert referred == set(schema()["definitions"])


def test_keys() -> None:
    assert set(schema()["properties"]) == FILE_KEYS
    assert schema()["required"] == ["netspec"]
    assert properties("variant") == VARIANT_KEYS
    assert properties("block") == BLOCK_KEYS
    assert properties("claim") == CLAIM_KEYS
    assert properties("citation") == CITATION_KEYS
    assert properties("init") == SCHEMES.keys()
    assert set(schema()["properties"]["budget"]["properties"]) == set(BUDGETED)


def test_a_step_has_the_modifiers_the_ops_and_the_standard_blocks() -> None:
    assert properties("mapping") == MODIFIERS | set(names()) | standard_names()


@pytest.mark.parametrize("cls", OPS, ids=lambda cls: cls.name)
def test_an_op_has_its_arguments_and_their_documentation(cls: type[Op]) -> None:
    helped = schema()["definitions"][f"op.{cls.name}"]
    taken = schema()["definitions"][f"takes.{cls.name}"]
    assert set(helped.get("properties", {})) == set(taken["properties"]) == set(cls.arguments())
    assert helped["markdownDescription"].startswith((cls.__doc__ or "").split("\n")[0])
    assert all(each["markdownDescription"] for each in helped.get("properties", {}).values())
    required = [name for name, field in cls.arguments().items() if field.is_required()]
    assert schema()["definitions"].get(f"needs.{cls.name}", {}).get("required", []) == required


@pytest.mark.parametrize("name", sorted(standard_names()))
def test_a_standard_block_has_its_parameters(name: str) -> None:
    block = standard_block(name)
    assert block is not None
    helped = schema()["definitions"][f"block.{name}"]
    assert set(helped["properties"]) == set(block.parameters)
    assert helped["markdownDescription"] == block.about


def test_words_of_ops_are_proposed() -> None:
    padding = schema()["definitions"]["op.conv"]["properties"]["padding"]
    assert padding["anyOf"][0] == {"enum": ["same", "causal"]}
    merges = [each["const"] for each in schema()["definitions"]["merge"]["anyOf"] if each]
    assert merges == [cls.name for cls in OPS if cls.merges]


def test_every_argument_of_our_ops_has_words_of_its_own() -> None:
    """What the wording of arguments falls back on is for ops of other packages."""
    for cls in OPS:
        for name, field in cls.arguments().items():
            validators = [each.func.__name__ for each in field.metadata if hasattr(each, "func")]
            assert set(validators) <= VALIDATED.keys()
            assert field.is_required() or field.default is not None or (cls.name, name) in UNGIVEN


def anything(value: object) -> object:
    return value


class Stranger(Op):
    """An op with arguments of every kind."""

    whole: int
    bounded: Annotated[int, Field(ge=2, lt=9)] = 3
    share: Annotated[float, Field(gt=0)] | None = None
    pairs: tuple[tuple[int, float], ...] = ()
    either: int | tuple[int, ...] | Literal["all", "none"] = 1
    flag: bool = False
    free: Annotated[Path, PlainValidator(anything)] = Path()
    mixed: int | Path = 1


def test_types_of_arguments() -> None:
    assert {name: accepted(field) for name, field in Stranger.arguments().items()} == {
        "whole": {"type": ["integer", "string"]},
        "bounded": {"type": ["integer", "string"], "minimum": 2, "exclusiveMaximum": 9},
        "share": {"type": ["number", "string"], "exclusiveMinimum": 0},
        "pairs": {
            "type": ["array", "string"],
            "items": {
                "type": ["array", "string"],
                "items": {"type": ["integer", "string", "number"]},
            },
        },
        "either": {
            "type": ["integer", "string", "array"],
            "items": {"type": ["integer", "string"]},
        },
        "flag": {"type": ["boolean", "string"]},
        "free": {},
        "mixed": {},
    }
    assert words(Stranger.arguments()["either"]) == ["all", "none"]


OP = '''
from pathlib import Path
from netspec.ops import Op, op


@op("stranger", group="activation")
class Stranger(Op):
    """Strange."""

    model_config = {"arbitrary_types_allowed": True}

    kinds: tuple[str, ...] = ()
    where: Path | None = None
'''


def test_ops_of_installed_packages_are_in_it(tmp_path: Path) -> None:
    install(tmp_path, "strange", "strange_ops", OP)
    done = run("-m", "netspec", "schema", folder=tmp_path, site=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)["definitions"]["op.stranger"]
    assert told["markdownDescription"] == "Strange."
    assert told["properties"]["kinds"]["markdownDescription"] == "list; default `()`"
    assert told["properties"]["where"]["markdownDescription"] == "value; default none"


def test_a_package_that_cannot_be_used_does_not_stop_it(tmp_path: Path) -> None:
    install(tmp_path, "broken", "broken_ops", "raise ValueError")
    done = run("-m", "netspec", "schema", folder=tmp_path, site=tmp_path)
    assert json.loads(done.stdout) == schema()
    assert (done.returncode, "NS007" in done.stderr) == (2, True)


def test_it_is_printed_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = capsys.readouterr().out
    path = tmp_path / "netspec.schema.json"
    assert main(["schema", "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    assert path.read_text() == printed
    assert json.loads(printed) == schema()
