"""docs/ci.md and the hook: they are what pre-commit and GitHub read, and their commands run."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from netspec.cli import main
from tests.docs.pages import DOCS, ROOT, Fence, fences

FENCES = [fence for fence in fences(DOCS / "ci.md") if fence.language == "yml"]
CONFIGS = [fence for fence in FENCES if "pre-commit" in fence.words]
WORKFLOWS = [fence for fence in FENCES if "workflow" in fence.words]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
GOOD = "netspec: 1\nname: good\ninput: [3]\nbody: [relu]\n"
LISTED = re.compile(r"\$\((git ls-files [^)]*)\)")
BAD = "netspec: 1\nname: bad\ninput: [3]\nbody: [relux]\n"


def read(fence: Fence) -> Any:
    # YAML 1.1 reads the key `on` of a workflow as true, GitHub does not.
    return yaml.safe_load(re.sub(r"^on:", "'on':", fence.text, flags=re.MULTILINE))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/good.yaml").write_text(GOOD)
    return tmp_path


def test_every_block_is_tested() -> None:
    assert len(CONFIGS) + len(WORKFLOWS) == len(FENCES)
    assert CONFIGS
    assert WORKFLOWS


def test_the_hook_takes_specs_and_no_other_yaml() -> None:
    assert HOOK["types"] == ["yaml"]
    for path in ("specs/resnet.yaml", "models/specs/unet.yml", "specs/cifar/wrn.yaml"):
        assert re.search(HOOK["files"], path)
    for path in (".github/workflows/ci.yaml", "docker-compose.yml", "myspecs/a.yaml", "specs.yaml"):
        assert not re.search(HOOK["files"], path)


def test_the_hook_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, *arguments = shlex.split(HOOK["entry"])
    assert (program, HOOK["language"]) == ("netspec", "python")
    (folder / "specs/bad.yaml").write_text(BAD)
    assert main([*arguments, "specs/good.yaml"]) == 0
    assert main([*arguments, "specs/good.yaml", "specs/bad.yaml"]) == 1
    assert "specs/bad.yaml:4:8: error[NS201]" in capsys.readouterr().err


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_configurations_use_the_hook(config: Fence) -> None:
    (repository,) = read(config)["repos"]
    (hook,) = repository["hooks"]
    assert hook["id"] == HOOK["id"]
    assert ("rev" in repository) != (repository["repo"] == "local")
    if repository["repo"] == "local":
        assert {key: hook[key] for key in ("name", "entry", "types")} == {
            key: HOOK[key] for key in ("name", "entry", "types")
        }
    for key in ("files", "exclude"):
        re.compile(hook.get(key, ""))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=str)
def test_workflows_are_read_and_their_checks_run(workflow: Fence, folder: Path) -> None:
    found = read(workflow)
    assert {"name", "on", "permissions", "jobs"} <= set(found)
    (job,) = found["jobs"].values()
    calls = [step["run"] for step in job["steps"] if step.get("run", "").startswith("netspec ")]
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    (call,) = calls
    arguments = shlex.split(LISTED.sub("specs/good.yaml", call.split(" > ")[0]))[1:]
    assert main(arguments) == 0
    (folder / "specs/good.yaml").write_text(BAD)
    assert main(arguments) == 1


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=str)
def test_workflows_check_specs_in_every_folder_but_that_of_blocks(
    workflow: Fence, folder: Path
) -> None:
    for name in ("blocks", "small"):
        (folder / "specs" / name).mkdir()
        (folder / "specs" / name / "a.yaml").write_text(GOOD)
    listed = LISTED.search(workflow.text)
    assert listed is not None
    script = f"git init -q && git add specs && {listed[1]}"
    found = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, text=True, check=True)
    assert found.stdout.split() == ["specs/good.yaml", "specs/small/a.yaml"]


def test_what_is_uploaded_is_what_was_written() -> None:
    (scan,) = (each for each in WORKFLOWS if "upload-sarif" in each.text)
    (job,) = read(scan)["jobs"].values()
    (check, upload) = job["steps"][-2:]
    assert check["run"].split(" > ")[1] == upload["with"]["sarif_file"]
    assert read(scan)["permissions"]["security-events"] == "write"
