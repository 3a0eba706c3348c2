"""Loops in `forward` and in constructors where a spec's loops make branches, skips and numbers."""

from __future__ import annotations

import pytest

from tests.language.programs import Specs
from tests.torch_backend.checks import checked_source

CONV = "{conv: {out: 8, kernel: 3, padding: 1}}"
UNIT = "blocks: {unit: {params: {p: float}, body: [{linear: 8}, relu, {scale: p}]}}\n"


def source(specs: Specs, text: str, **options: str) -> str:
    return checked_source(specs.load(text, **options).program)


def branches(merge: str, *first: str, count: int = 5, name: str = "name: path") -> str:
    listed = "".join(f"\n      - {branch}" for branch in first)
    return f"""
body:
  - branches:{listed}
      - repeat: {count}
        {name}
        do: [{CONV}, relu]
    merge: {merge}
"""


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        (branches("concat"), "torch.cat([path(x) for path in self.path], 1)"),
        (branches("sum"), "torch.stack([path(x) for path in self.path]).sum(0)"),
        (branches("sum", "identity"), "sum([path(x) for path in self.path], x)"),
        (branches("sum", "identity", count=20), "sum([path(x) for path in self.path], x)"),
        (branches("mean"), "torch.stack(outs).sum(0) / 5"),
        (branches("concat", "identity"), "torch.cat([x, *outs], 1)"),
        (branches("{drop_join: 0.1}"), "self.drop_join(*outs)"),
    ],
)
def test_branches_that_a_loop_makes(specs: Specs, text: str, statement: str) -> None:
    assert statement in source(specs, text)


@pytest.mark.parametrize("merge", ["mul", "max"])
def test_other_merges_are_written_out(specs: Specs, merge: str) -> None:
    written = source(specs, branches(merge))
    assert "for path in" not in written
    assert "self.path[4](x)" in written


def test_values_that_a_merge_reads_twice_are_not_lost(specs: Specs) -> None:
    for taken in ("_, s, s[-2:]", "s[0], s, s[1]", "s, s"):
        concat = f"  - concat:\n    from: '{taken}'\n"
        source(specs, f"body:\n  - {{sigmoid: , repeat: 3, name: s}}\n{concat}")


def test_a_sum_of_shapes_that_differ_is_no_stack(specs: Specs) -> None:
    text = """
body:
  - branches:
      - {repeat: 4, name: path, do: [{conv: {out: 8, kernel: 16 if i < 2 else 1}}, relu]}
    merge: sum
"""
    assert "return out + out2 + out3 + x" in source(specs, text)


def test_skips_that_a_loop_collects(specs: Specs) -> None:
    text = """
blocks:
  layer:
    inputs: [x]
    outputs: [next, skip]
    body: [{conv: 8, name: next}, {conv: 4, from: next, name: skip}]
body:
  - repeat: 6
    do:
      - {layer: , name: layer}
      - {identity: , from: layer.next}
  - {concat: , from: layer.skip}
"""
    written = source(specs, text)
    assert (
        """        skips = []
        for layer in self.layer:
            x, skip = layer(x)
            skips.append(skip)
        return torch.cat(skips, 1)"""
        in written
    )


def test_a_collected_value_may_be_handed_on(specs: Specs) -> None:
    text = """
body:
  - {repeat: 5, do: [{conv: 8, name: unit}]}
  - {concat: , from: unit}
  - conv: 2
"""
    assert ".append(x)" in source(specs, text)


def test_a_list_whose_modules_differ_is_one_loop(specs: Specs) -> None:
    text = """
blocks:
  unit: {params: {out: int}, body: [{conv: out}, relu, bn]}
body:
  - {for: {out: [4, 9, 5, 7]}, do: [{unit: out, name: units}, {max_pool: {kernel: 1}}]}
"""
    written = source(specs, text)
    assert "for unit in self.units:" in written
    assert "Unit(9, 5)" in written


@pytest.mark.parametrize(
    ("step", "made"),
    [
        ("{repeat: 6, unit: {p: (i + 1) / 12 * 0.5}}", "(i + 1) / 12 * 0.5) for i in range(6)"),
        ("{repeat: 6, unit: {p: 1 - 0.3 * i / 7}}", "1 - 0.3 * i / 7) for i in range(6)"),
        ("{for: {k: [3, 5, 7, 9]}, unit: {p: k / 16}}", "Unit((3 + 2 * i) / 16) for i in range(4)"),
        ("{for: {k: [0.5, 0.25, 0.75, 0.5]}, unit: {p: k}}", "Unit(0.75)"),
    ],
)
def test_numbers_with_a_formula(specs: Specs, step: str, made: str) -> None:
    written = source(specs, f"{UNIT}body:\n  - name: units\n    do: [{step}]\n", input="[8]")
    assert made in written


@pytest.mark.parametrize(
    ("p", "made"),
    [
        ("(n + 15) / 54 * (1 - rest)", "19 / 54 * 0.25"),
        ("sqrt(1 / (3 * n ** 2))", "(1 / 48) ** 0.5"),
        ("2 ** -n / 3", "0.020833333333333332"),
        ("n / 5", "0.8"),
        ("abs(n - 5) / 3", "0.3333333333333333"),
        ("1 / 3 if n > 2 else 1", "0.3333333333333333"),
    ],
)
def test_a_long_number_is_what_the_spec_says(specs: Specs, p: str, made: str) -> None:
    text = f"params: {{n: 4, rest: 0.75}}\n{UNIT}body: [{{unit: {p}}}, {{unit: rest / n}}]\n"
    assert f"Unit({made})" in source(specs, text, input="[8]")


@pytest.mark.parametrize(
    ("dilations", "made"),
    [
        ("[2 ** k for k in range(4)] * 3", "dilation=2 ** (i % 4))"),
        ("[3 ** k for k in range(4)]", "3**i) for i in range(4)"),
        ("[2, 4, 8, 16, 5]", "2 * 2**i) for i in range(4)"),
        ("[2, 4, 8, 16, 2, 4, 8, 2]", "dilation=2 * 2 ** (i % 4))"),
        ("[2, 4, 8, 5, 1, 3]", "dilation=8"),
    ],
)
def test_powers(specs: Specs, dilations: str, made: str) -> None:
    text = f"""
body:
  - name: layers
    do: [{{for: {{d: "{dilations}"}}, conv: {{out: 8, kernel: 3, padding: same, dilation: d}}}}]
"""
    written = source(specs, text, input="[8, 60, 60]")
    assert made in written


def test_a_formula_in_a_block_of_several_members(specs: Specs) -> None:
    text = f"""{UNIT[:-2]},
  stage: {{params: {{start: int}}, body: [{{repeat: 6, unit: {{p: (start + i) / 16}}}}]}}}}
body: [{{stage: 3}}, {{stage: 9}}]
"""
    written = source(specs, text, input="[8]")
    assert "(i + 3) / 16" in written
    assert "(i + 9) / 16" in written


def test_tuples_and_items_of_parameters(specs: Specs) -> None:
    text = """
blocks:
  inner:
    params: {widths: list, span: int}
    body:
      - conv: {out: "widths[0]", kernel: [1, span]}
      - conv: {out: "widths[1]", kernel: [span, 1]}
      - bn
body:
  - inner: {widths: [4, 5], span: 3}
  - inner: {widths: [5, 6], span: 5}
  - inner: {widths: [6, 7], span: 7}
"""
    written = source(specs, text)
    assert "def __init__(self, in_channels: int, widths: tuple[int, int], span: int)" in written
    assert "nn.Conv2d(in_channels, widths[0], (1, span))" in written


def test_blocks_in_a_row_are_nested_where_nothing_tells_their_shapes(specs: Specs) -> None:
    text = """
blocks:
  unit: {params: {out: int}, body: [conv: out, relu, bn]}
  path:
    params: {out: int}
    body: [{branches: [{unit: out}, {do: [{unit: 6}, {unit: 4}, {unit: out}]}], merge: sum}]
body: [{path: 8}, {path: 9}]
"""
    assert "self.unit4(self.unit3(self.unit2(x)))" in source(specs, text)
