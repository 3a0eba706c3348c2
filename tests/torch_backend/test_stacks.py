"""Layers of an `nn.Sequential` that are rows of one structure are made by loops."""

from __future__ import annotations

from pathlib import Path
from random import Random
from textwrap import dedent, indent

import pytest

from netspec.analysis.cost import Costs
from netspec.backends.torch import emit
from tests.language.programs import Specs
from tests.torch_backend.checks import assert_clean, assert_typed, checked_source

FEATURES = """
body:
  - name: features
    do:
"""
CONV = "{conv: {out: w, kernel: 3, padding: 1}}"
TWO_UNITS = """\
blocks:
  unit: {params: {p: float}, body: [{linear: 8}, relu, {scale: p}]}
  other: {params: {p: float}, body: [{linear: 8}, tanh, {scale: p}]}
"""


ROWS_WITH_KERNELS = """
- for: {w: "[4, 9, 5, 7] * 4", k: "%s"}
  do: [{conv: {out: w, kernel: k, padding: same}}, bn, relu]
"""


def _indented(body: str) -> str:
    return indent(dedent(body).strip("\n"), "      ")


def network(body: str, blocks: str = "") -> str:
    """A network with these steps in an `nn.Sequential` called `features`."""
    return blocks + FEATURES + _indented(body)


def source(specs: Specs, body: str, blocks: str = "", **options: str) -> str:
    """Its source, which computes what the spec says with the weights by their keys."""
    return checked_source(specs.load(network(body, blocks), **options).program)


def features(written: str) -> str:
    """The statements that make `features`."""
    return dedent(written.split("super().__init__()\n")[-1].split("\n    def ")[0])


STAGES = """
- for: {depth: [2, 1, 3, 2], planes: [6, 9, 4, 5]}
  do:
    - repeat: depth
      do: [{conv: {out: planes, kernel: 3, padding: 1}}, bn, {prelu: {per_channel: true}}]
    - max_pool: {kernel: 3, stride: 1, padding: 1}
"""


def test_stages_of_a_table(specs: Specs) -> None:
    assert (
        features(source(specs, STAGES))
        == """\
layers: list[nn.Module] = []
in_channels = 8
for depth, planes in ((2, 6), (1, 9), (3, 4), (2, 5)):
    for _ in range(depth):
        layers += [
            nn.Conv2d(in_channels, planes, 3, padding=1),
            nn.BatchNorm2d(planes),
            nn.PReLU(num_parameters=planes),
        ]
        in_channels = planes
    layers.append(nn.MaxPool2d(3, stride=1, padding=1))
self.features = nn.Sequential(*layers)
"""
    )


@pytest.mark.parametrize(
    ("body", "loop"),
    [
        (
            f"- for: {{n: [1, 3, 2], w: [8, 16, 24]}}\n  do: {{repeat: n, do: [bn, relu, {CONV}]}}",
            """\
for n, w in ((1, 8), (3, 16), (2, 24)):
    for _ in range(n):
        layers += [
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, w, 3, padding=1),
        ]
        in_channels = w
self""",
        ),
        (
            f"- for: {{w: [4, 8, 16, 32, 64]}}\n"
            f"  do: [{{repeat: 2, do: [{CONV}, relu]}}, {{max_pool: 1}}]",
            """\
for i in range(5):
    for _ in range(2):
        layers += [nn.Conv2d(in_channels, 4 * 2**i, 3, padding=1), nn.ReLU()]
        in_channels = 4 * 2**i
    layers.append(nn.MaxPool2d(1))
self""",
        ),
        (
            f"- for: {{w: [4, 9, 5, 7, 3, 8]}}\n  do: [{CONV}, bn, relu]",
            """\
for w in (4, 9, 5, 7, 3, 8):
    layers += [
        nn.Conv2d(in_channels, w, 3, padding=1),
        nn.BatchNorm2d(w),
        nn.ReLU(),
    ]
    in_channels = w
self""",
        ),
        (
            f"- {{conv: 6}}\n- tanh\n- for: {{n: [2, 1, 4], w: [9, 5, 7]}}\n"
            f"  do: [{{repeat: n, do: [{CONV}, relu]}}, bn]\n- conv: 2\n- sigmoid",
            """\
layers: list[nn.Module] = [nn.Conv2d(8, 6, 1), nn.Tanh()]
in_channels = 6
for n, w in ((2, 9), (1, 5), (4, 7)):
    for _ in range(n):
        layers += [nn.Conv2d(in_channels, w, 3, padding=1), nn.ReLU()]
        in_channels = w
    layers.append(nn.BatchNorm2d(w))
layers += [nn.Conv2d(7, 2, 1), nn.Sigmoid()]
self""",
        ),
        (
            "- repeat: 6\n  do: [{conv: 9}, relu]",
            """\
for _ in range(6):
    layers += [nn.Conv2d(in_channels, 9, 1), nn.ReLU()]
    in_channels = 9
self""",
        ),
    ],
)
def test_other_rows(specs: Specs, body: str, loop: str) -> None:
    assert loop in features(source(specs, body))


def test_text_without_loops_is_rolled_up_as_well(specs: Specs) -> None:
    rows = [["{conv: 4}", "relu"] * n + ["bn"] for n in (2, 3, 1, 4)]
    body = "\n".join(f"- {step}" for row in rows for step in row)
    assert "for n in (2, 3, 1, 4):" in features(source(specs, body))


def test_pairs_with_a_formula(specs: Specs) -> None:
    body = """
    - repeat: 6
      do: [{unit: {p: 1 - 0.3 * (2 * i + 1) / 13}}, {other: {p: (i + 1) / 7.5}}]
    """
    assert (
        features(source(specs, body, TWO_UNITS, input="[8]"))
        == """\
layers: list[nn.Module] = []
for i in range(6):
    layers += [Unit(1 - 0.3 * (2 * i + 1) / 13), Other((i + 1) / 7.5)]
self.features = nn.Sequential(*layers)
"""
    )


def test_a_formula_speaks_of_what_an_inline_block_is_given(specs: Specs) -> None:
    blocks = f"""{TWO_UNITS}\
  pair: {{params: {{k: int}}, inline: true, body: [{{unit: 1 - k / 41}}, {{other: (k + 1) / 41}}]}}
"""
    body = "- {repeat: 5, pair: {k: 10 + 2 * i}}"
    written = features(source(specs, body, blocks, input="[8]"))
    assert "layers += [Unit(1 - (10 + 2 * i) / 41), Other((2 * i + 11) / 41)]" in written


def test_sizes_of_the_constructor_stay(specs: Specs) -> None:
    blocks = f"""
blocks:
  stage:
    params: {{w: int}}
    body: [{{name: layers, do: [{{repeat: 5, do: [{CONV}, bn, relu]}}]}}, {{conv: in_channels}}]
"""
    written = source(specs, "- stage: 8\n- stage: 6\n- stage: 7", blocks)
    assert "channels = in_channels\n        for _ in range(5):" in written
    assert "channels = w\n        self.layers" in written


@pytest.mark.parametrize(
    "body",
    [
        # another kernel within a row, another width, a layer in one row only
        STAGES.replace("kernel: 3,", "kernel: 3 - 2 * (i % 2),", 1),
        STAGES.replace("out: planes", "out: planes + i"),
        STAGES.replace("- max_pool", "- {dropout: 0.5, when: depth == 3}\n    - max_pool"),
        # rows that end amid an iteration of the text's loop
        "- for: {group: [[4, 4], [6, 6], [8, 8], [10, 10], [12, 12, 14, 14]]}\n"
        f"  do: [{{max_pool: 1}}, {{for: {{w: group}}, do: [{CONV}]}}]",
        f"- for: {{w: [4, 9, 5]}}\n  do: [{CONV}, relu]",
    ],
)
def test_rows_that_are_almost_alike_are_written_out(specs: Specs, body: str) -> None:
    written = features(source(specs, body))
    assert "for n" not in written
    assert "layers" not in written


def test_types_that_a_table_would_mix_are_written_out(specs: Specs) -> None:
    body = ROWS_WITH_KERNELS % "[3, [1, 3], 5, [3, 1], 3, 5, [1, 3], 3] * 2"
    assert "layers" not in features(source(specs, body))


def test_variables_of_one_loop_are_distinct(specs: Specs) -> None:
    """Two convolutions of each row have the same words in the spec, and are no row each."""
    written = features(source(specs, ROWS_WITH_KERNELS % "[3, [1, 3], 5, [3, 1]] * 4"))
    assert "for w, k, w2, k2 in (" in written


def test_a_loop_starts_where_one_of_the_text_does(specs: Specs) -> None:
    """What starts otherwise in the first rows stands before the loop, with all of its row."""
    start = "init: {weight: {normal: {std: 0.1 if i < 2 else 0.2}}}"
    unit = CONV.replace("}}", f"}}, {start}}}")
    widths = "[4, 9] + [5, 7, 3] * 3"
    body = f"- for: {{w: '{widths}'}}\n  do: [{unit}, bn, relu]"
    written = features(source(specs, body))
    assert (
        """
    nn.BatchNorm2d(9),
    nn.ReLU(),
]
in_channels = 9
for w in"""
        in written
    )


@pytest.mark.parametrize("seed", range(12))
def test_any_rows(specs: Specs, seed: int) -> None:
    """Rows at random: whether they are rolled up or not, weights and numbers are the spec's."""
    random = Random(seed)
    units = ["conv: {out: %d, kernel: 1}", "bn: {eps: 0.%d}", "relu", "tanh", "dropout: 0.%d"]
    row = random.choices(units, k=random.randint(1, 3))
    tail = random.choices(units, k=random.randint(0, 2))
    steps: list[str] = []
    for _ in range(random.randint(2, 5)):
        number = random.randint(1, 3)
        times = random.randint(1, 3)
        steps += [s % number if "%" in s else s for s in [*row * times, *tail]]
    if random.random() < 0.5:
        steps.insert(random.randrange(len(steps)), "conv: 5")
    source(specs, "\n".join(f"- {step}" for step in steps), input="[2, 3, 3]")


def test_emitted_loops_are_clean(specs: Specs, tmp_path: Path) -> None:
    """Three loops in one constructor; one has a variable of another type under the same name."""
    kernels = ["[1, 3, 5, 3] * 4", "[[1, 3], [3, 1]] * 8"]
    parts = [STAGES, *(ROWS_WITH_KERNELS % kernel for kernel in kernels)]
    body = "".join(f"  - name: part{k}\n    do:\n{_indented(p)}\n" for k, p in enumerate(parts))
    program = specs.load(f"body:\n{body}").program
    written = checked_source(program)
    assert "for w, k in (" in written
    assert "for w, k2 in (" in written
    (tmp_path / "net.py").write_text(written)
    assert_clean(tmp_path)
    assert_typed(tmp_path)
    assert written == emit(program, Costs(program).total)
