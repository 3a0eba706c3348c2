"""Formulas in specs: whose names they see, and where their faults are."""

from __future__ import annotations

import pytest

import netspec
from netspec.ops.formula import Formula
from netspec.program import Instance
from tests.language.programs import Specs


def formulas(network: netspec.Network) -> list[str]:
    calls = [call for instance in network.program.instances() for call in instance.calls]
    return [str(call.target.expr) for call in calls if isinstance(call.target, Formula)]


def test_a_formula_sees_parameters_loops_and_the_input(specs: Specs) -> None:
    network = specs.load("""
        params: {slope: 0.5}
        body:
          - for: {k: [2, 3]}
            do: [formula: slope * x ** k / in_channels]
    """)
    assert formulas(network) == ["0.5 * x ** 2 / 8", "0.5 * x ** 3 / 8"]


def test_a_formula_as_an_argument_sees_the_names_where_it_is_written(specs: Specs) -> None:
    network = specs.load("""
        params: {slope: 0.5}
        blocks:
          unit: {params: {slope: float, act: block}, body: [act, {scale: slope}]}
        body:
          - unit: {slope: 2.0, act: {formula: slope * tanh(x)}}
    """)
    assert formulas(network) == ["0.5 * tanh(x)"]


def test_several_inputs_have_the_names_that_from_gives(specs: Specs) -> None:
    network = specs.load("""
        body:
          - {conv: 8, name: gate}
          - formula: x * sigmoid(gate) + y
            from: {y: _, gate: gate, x: _}
    """)
    assert formulas(network) == ["x * sigmoid(gate) + y"]
    assert len(network.program.root.calls[-1].inputs) == 3


def test_blocks_whose_formulas_differ_in_numbers_are_one_class(specs: Specs) -> None:
    network = specs.load("""
        blocks:
          unit: {params: {s: float}, body: [conv: 8, formula: s * x]}
        body: [unit: 0.5, unit: 0.25]
    """)
    assert len({call.target for call in network.program.root.calls}) == 2
    assert all(isinstance(call.target, Instance) for call in network.program.root.calls)
    assert network.source().count("class Unit") == 1


@pytest.mark.parametrize(
    ("step", "code", "marked"),
    [
        ("formula: slope * x", "NS206", "slope"),
        ("formula: {expr: 2 * 3}", "NS204", "2 * 3"),
        ("formula: tan(x)", "NS110", "tan(x)"),
        ("formula:", "NS203", "formula"),
        ("{formula: a * b, from: {a: _, c: _}}", "NS206", "b"),
    ],
)
def test_faults_are_where_the_formula_is(specs: Specs, step: str, code: str, marked: str) -> None:
    with pytest.raises(netspec.SpecError) as caught:
        specs.load(f"body:\n  - {step}\n")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    span = diagnostic.span
    assert span is not None
    assert span.source.lines[span.line - 1][span.column - 1 : span.end_column - 1] == marked
