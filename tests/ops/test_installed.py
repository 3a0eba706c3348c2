"""Ops of other installed packages, by the command line in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ops.packages import install, run

SPEC = """netspec: 1
name: net
input: [8]
body:
  - linear: 4
  - {op}
"""
FACTS = '''
from netspec.backends.torch import lowers, stateless
from netspec.ops import Op, op


@op("{name}", group="activation")
class Softsign(Op):
    """`x / (1 + |x|)`, elementwise. FLOPs: 3 per element.

    More of it.
    """

    def infer(self, inputs):
        return inputs

    def extra_flops(self, inputs, outputs):
        return 3 * outputs[0].elements
'''
LOWERING = """

@lowers(Softsign)
def softsign(op, inputs):
    return stateless("F.softsign", "nn.Softsign")
"""
SOFTSIGN = FACTS.format(name="softsign") + LOWERING


class Machine:
    """A folder with a spec, and one with installed packages."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.site = folder / "work", folder / "site"
        self.folder.mkdir()
        self.site.mkdir()

    def install(self, package: str, module: str, source: str | None = None) -> None:
        install(self.site, package, module, source)

    def netspec(self, *arguments: str, op: str = "softsign") -> tuple[int, str, str]:
        """Exit code, output and errors of a command; `net.yaml` ends with the op."""
        (self.folder / "net.yaml").write_text(SPEC.replace("{op}", op))
        done = run("-m", "netspec", *arguments, folder=self.folder, site=self.site)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_spec_uses_the_op_of_an_installed_package(machine: Machine) -> None:
    machine.install("some-ops", "some_ops", SOFTSIGN)
    code, output, errors = machine.netspec("build", "net.yaml", "-o", "built")
    assert (code, errors) == (0, "")
    assert "params, buffers, state-dict keys, output shape and MACs agree" in output
    assert "params 36, buffers 0, MACs 32, FLOPs 80" in output
    assert "F.softsign(" in (machine.folder / "built" / "net.py").read_text()
    assert "softsign" in (machine.folder / "built" / "net.dot").read_text()


def test_the_list_of_ops_has_it_and_where_it_comes_from(machine: Machine) -> None:
    machine.install("some-ops", "some_ops", SOFTSIGN)
    code, output, _ = machine.netspec("list", "--ops")
    listed = dict(line.split(maxsplit=1) for line in output.splitlines())
    assert code == 0
    assert listed["softsign"] == "`x / (1 + |x|)`, elementwise. FLOPs: 3 per element. (some_ops)"
    assert listed["relu"] == "`max(x, 0)`, elementwise. FLOPs: 1 per element."


def test_a_hint_may_be_the_op_of_a_package(machine: Machine) -> None:
    machine.install("some-ops", "some_ops", SOFTSIGN)
    code, _, errors = machine.netspec("check", "net.yaml", op="sotfsign")
    assert code == 1
    assert "hint: did you mean `softsign`?" in errors


def test_an_import_path_in_a_spec_is_unknown(machine: Machine) -> None:
    (machine.site / "some_ops.py").write_text("raise SystemExit('imported')")
    code, _, errors = machine.netspec("check", "net.yaml", op="some_ops.Softsign")
    assert (code, "NS201" in errors, "imported" in errors) == (1, True, False)


LOADED = "import sys, netspec; netspec.load('net.yaml').source(); print('some_ops' in sys.modules)"


@pytest.mark.parametrize(("op", "loaded"), [("relu", "False\n"), ("softsign", "True\n")])
def test_packages_are_imported_only_in_search_of_a_name(
    op: str, loaded: str, machine: Machine
) -> None:
    machine.install("some-ops", "some_ops", SOFTSIGN)
    machine.netspec("check", "net.yaml", op=op)
    assert run("-c", LOADED, folder=machine.folder, site=machine.site).stdout == loaded


ASKED = """
import netspec
from netspec.catalog import documents, shipped
from netspec.ops import installed
asked = []
installed.find = asked.append
for name in shipped():
    first, *others = [netspec.load(document.address) for document in documents(name)]
    first.source()
print(asked)
"""


def test_no_shipped_spec_asks_for_ops_of_packages(machine: Machine) -> None:
    done = run("-c", ASKED, folder=machine.folder, site=machine.site)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (None, "ModuleNotFoundError: No module named 'broken'"),
        ("def", "SyntaxError: invalid syntax"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit('no licence')", "SystemExit: no licence"),
        (
            FACTS.format(name="relu"),
            "no op can be called 'relu': already registered by netspec.ops.activation.ReLU",
        ),
        (FACTS.format(name="dense"), "the standard library has a block of that name"),
        (FACTS.format(name="repeat"), "not a name that specs can use"),
        (FACTS.format(name="soft-sign"), "not a name that specs can use"),
    ],
)
def test_a_package_that_cannot_be_used(source: str | None, reason: str, machine: Machine) -> None:
    machine.install("broken-ops", "broken", source)
    assert machine.netspec("check", "net.yaml", op="relu") == (0, "", "")
    code, _, errors = machine.netspec("check", "net.yaml")
    assert code == 1
    assert "error[NS007]: the ops of the package `broken-ops` cannot be used: " in errors
    assert reason in errors
    assert "error[NS201]: unknown op or block `softsign`" in errors
    code, output, errors = machine.netspec("list", "--ops")
    assert (code, "NS007" in errors, "relu6" in output) == (2, True, True)


def test_another_package_may_be_broken(machine: Machine) -> None:
    machine.install("broken-ops", "broken", "1 / 0")
    machine.install("some-ops", "some_ops", SOFTSIGN)
    assert machine.netspec("check", "net.yaml") == (0, "", "")


def test_of_a_package_that_fails_no_op_is_known(machine: Machine) -> None:
    machine.install("broken-ops", "broken", SOFTSIGN + "1 / 0")
    code, _, errors = machine.netspec("check", "net.yaml")
    assert (code, "NS201" in errors, "NS007" in errors) == (1, True, True)


def test_an_op_that_two_packages_have_is_a_fault_where_it_is_used(machine: Machine) -> None:
    machine.install("a-ops", "a_ops", SOFTSIGN)
    machine.install("b-ops", "b_ops", SOFTSIGN + FACTS.format(name="hardsign"))
    code, _, errors = machine.netspec("check", "net.yaml")
    assert code == 2
    assert "`b-ops` cannot be used: NameTaken: no op can be called 'softsign'" in errors
    assert "already registered by a_ops.Softsign" in errors
    assert machine.netspec("check", "net.yaml", op="tanh") == (0, "", "")


def test_without_a_lowering_only_the_source_is_missing(machine: Machine) -> None:
    machine.install("some-ops", "some_ops", FACTS.format(name="softsign"))
    assert machine.netspec("stats", "net.yaml")[0] == 0
    assert machine.netspec("draw", "net.yaml", "-o", "net.dot")[0] == 0
    code, _, errors = machine.netspec("build", "net.yaml", "--target", "torch")
    assert code == 1
    assert "net.yaml:6:5: error[NS602]: the op `softsign` has no lowering to torch" in errors
