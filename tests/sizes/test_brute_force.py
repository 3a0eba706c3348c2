"""What is derived against what is so of each size."""

from __future__ import annotations

import random

import pytest

import netspec
from netspec.arguments import argument_node
from netspec.catalog import document, shipped
from netspec.compilation import compile_document, parse_document
from netspec.sizes.legal import Legal, legal_sizes
from netspec.sizes.probe import Probe
from tests.language.programs import Specs

TOP = 300
LAYERS = (
    "{{conv: {{out: 4, kernel: {k}, stride: {s}, padding: {p}}}}}",
    "{{conv: {{out: 4, kernel: {k}, dilation: {s}}}}}",
    "{{max_pool: {{kernel: {k}, stride: {s}, padding: {p}, ceil: {flag}}}}}",
    "{{avg_pool: {{kernel: {k}, stride: {s}, ceil: true}}}}",
    "{{conv_transpose: {{out: 4, kernel: {k}, stride: {s}, padding: {p}}}}}",
    "{{subsample: {s}}}",
    "{{pad: {{by: {k}, mode: reflect}}}}",
    "{{crop: {{top: {k}, left: {s}}}}}",
    "{{adaptive_avg_pool: {{size: {k}}}, when: in_height > 8 * {k}}}",
)
JOINS = (
    "{{branches: [{a}, {b}], merge: sum}}",
    "{{branches: [{a}, [{b}, {{upsample: {s}}}]], merge: concat}}",
    "{{branches: [[{a}, {b}], [{b}, {a}]], merge: sum}}",
    "{{branches: [[{{max_pool: {s}}}, {{conv_transpose: {{out: 4, kernel: {s}, stride: {s}}}}}],"
    " {a}], merge: concat}}",
    "{{branches: [{a}, {b}]}}, crop_to",
)


def legal_of(specs: Specs, body: str, input: str) -> Legal:
    path = specs.write(body, input=input)
    (legal,) = legal_sizes(Probe(*parse_document(document(str(path)), {}, {})))
    return legal


def checks(specs: Specs, shape: tuple[int, ...]) -> bool:
    """What `netspec.load` does, without the sentence on legal sizes in its faults."""
    chosen = document(str(specs.folder / "net.yaml"))
    try:
        compile_document(chosen, {}, {None: argument_node(shape, "input")})
    except netspec.SpecError:
        return False
    return True


def random_body(rng: random.Random) -> str:
    """A body of layers and joins that may or may not fit."""

    def layer() -> str:
        numbers = {"k": rng.randint(1, 5), "s": rng.randint(1, 3), "p": rng.randint(0, 1)}
        return rng.choice(LAYERS).format(**numbers, flag=rng.choice(["true", "false"]))

    steps = [layer() for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.7:
        steps.append(rng.choice(JOINS).format(a=layer(), b=layer(), s=rng.randint(2, 3)))
    return f"body: [{', '.join(steps)}]"


def fitting_bodies(specs: Specs) -> list[str]:
    """Bodies of 8 seeds that check at 96 x 64 and refuse something."""
    found: list[str] = []
    for seed in range(10_000):
        body = random_body(random.Random(seed))
        specs.write(body, input="[4, 96, 64]")
        if checks(specs, (4, 96, 64)) and not all(checks(specs, (4, n, 64)) for n in (1, 91, 95)):
            found.append(body)
        if len(found) == 8:
            return found
    raise AssertionError("hardly any body fits")


def test_random_specs(specs: Specs) -> None:
    for body in fitting_bodies(specs):
        legal = legal_of(specs, body, "[4, 96, 64]")
        assert legal.shape in legal, body
        for axis in (1, 2):
            for length in range(1, TOP + 1):
                shape = (4, length, 64) if axis == 1 else (4, 96, length)
                assert (length in legal.along[axis]) == checks(specs, shape), (body, shape)


REPRESENTATIVES = [
    f"{name}@{variants[0]}" if variants else name for name, variants in shipped().items()
]


@pytest.mark.parametrize("address", REPRESENTATIVES)
def test_the_shape_of_a_spec_that_checks_is_legal(address: str) -> None:
    for legal in legal_sizes(Probe(*parse_document(document(address), {}, {}))):
        assert legal.shape in legal
        lengths = {legal.shape[axis] for axis in legal.along}
        assert legal.alike is None or len(lengths) > 1 or lengths.pop() in legal.alike


PAIRS = [
    "body: [{max_pool: 4}, {conv: {out: 4, kernel: 3}}]",
    "body: [{branches: [identity, [{max_pool: 2}, {upsample: 2}]], merge: sum}]",
    "body: [{conv: {out: 4, kernel: [3, 1], stride: [2, 3]}}, flatten, {linear: 5}]",
    "asserts: [{that: in_height % 7 != 3, else: no}]\nbody: [relu]",
    "body: [{max_pool: {kernel: [1, 5]}}, {conv: {out: 4, kernel: [5, 1]}}]",
]


@pytest.mark.parametrize("body", PAIRS)
def test_heights_and_widths_together(specs: Specs, body: str) -> None:
    legal = legal_of(specs, body, "[4, 24, 24]")
    assert legal.alike is None
    for height in range(1, 26):
        for width in range(1, 26):
            shape = (4, height, width)
            assert (shape in legal) == checks(specs, shape), shape
