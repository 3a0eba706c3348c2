"""What `check --sizes` says, and what faults at an input from outside say of legal sizes."""

from __future__ import annotations

import math

import pytest

import netspec
from netspec.catalog import document
from netspec.compilation import legal_sizes
from netspec.ops import Op, Tensors, base, op
from netspec.tensor import Tensor
from tests.language.programs import Specs

SHIPPED = {
    "lenet5": [
        "heights and widths: any size, at least 16; at 15: avg_pool's window of 2 is larger than "
        "its input, whose height is 1 (lenet5.yaml:24)",
        "other sizes change the weights of `c5`",
    ],
    "unet_572": [
        "heights and widths: any size, at least 188; at 187: conv's window of 3 is larger than its "
        "input, whose height is 2 (unet.yaml:28)"
    ],
    "nasnet": ["heights and widths: any size"],
    "resnet18": ["heights and widths: any size"],
    "vit_b_16": [
        "heights and widths: any size, at least 16; at 15: conv's window of 16 is larger than its "
        "input, whose height is 15 (vit.yaml:54)",
        "other sizes change the weights of `encoder.pos_embedding`",
    ],
    "wavenet": ["lengths: any size"],
    "r3d_18": ["depths, heights and widths: any size"],
    "two_spirals": ["its input has channels only, no sizes"],
    "wide_and_deep": [
        "lengths of `category_ids` (the other inputs as they are): any size",
        "other sizes change the weights of `deep.0`",
    ],
}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_networks(name: str) -> None:
    texts = legal_sizes(document(name), {}, {})
    assert texts == [f"{texts[0].partition(':')[0]}: {text}" for text in SHIPPED[name]]


def sizes_of(specs: Specs, body: str, input: str) -> list[str]:
    texts = legal_sizes(document(str(specs.write(body, input=input))), {}, {})
    return [text.removeprefix("net: ") for text in texts]


UNET = """\
blocks:
  double:
    params: {out: int, padding: 1}
    body:
      - conv: {out: out, kernel: 3, padding: padding}
        repeat: 2
body:
  - repeat: 4
    do:
      - double: 8 * 2 ** i
        name: down
      - max_pool
  - double: 128
  - repeat: 4
    do:
      - conv_transpose: {out: in_channels / 2, kernel: 2, stride: 2}
      - concat:
        from: down[-1 - i], _
      - double: in_channels / 2
"""
PYRAMID = """\
body:
  - for: {width: [16, 32, 64, 128]}
    do:
      - conv: {out: width, kernel: 3, stride: 2, padding: 1}
      - conv: 16
        name: lateral
  - for: {k: [2, 1, 0]}
    do:
      - upsample
      - sum:
        from: _, lateral[k]
"""
VIT = """\
body:
  - conv: {out: 64, kernel: 16, stride: 16}
  - reshape: [64, -1]
  - permute: [1, 0]
  - branches: [identity, {parameter: {shape: [196, 64]}}]
    merge: sum
  - attention: 4
  - select: 0
"""
WHOLE = "body: [{branches: [identity, [{max_pool: 4}, {upsample: 4}]], merge: sum}]"
EXACT = """\
body:
  - conv: {out: 8, kernel: 3}
  - identity:
    name: wide
  - max_pool: 2
  - max_pool: 2
  - upsample: {by: 4}
  - sum:
    from: _, wide
"""
ODD = """\
body:
  - identity:
    name: image
  - max_pool: {kernel: 3, stride: 2}
  - conv_transpose: {out: 4, kernel: 3, stride: 2}
  - sum:
    from: _, image
"""
BOUNDED = """\
asserts:
  - {that: in_height % 32 == 0, else: "a height of {in_height} is no multiple of 32"}
  - {that: in_height <= 512 and in_width < 100, else: too large}
body: [{conv: 8}]
"""
SQUARES = "body: [{branches: [identity, {permute: [0, 2, 1]}], merge: sum}]"
TURNED = "body: [{conv: {out: 8, kernel: [5, 1], stride: [2, 1]}}, flatten, {linear: 10}]"
GROWING = "body: [{conv: {out: 4, kernel: 3, padding: 1}, repeat: in_height}]"
NARROW = "body: [{crop: {top: 4, left: 0}, when: in_height > 20}, {adaptive_avg_pool: 4}]"
RELATIVE = "body: [{upsample: {size: in_height // 2 * 2}}, {upsample: {size: [32, 32]}}]"

WRITTEN = {
    "unet": (
        UNET,
        "[3, 64, 64]",
        "heights and widths: multiples of 16, at least 16; at 65 the concat at net.yaml:20 gets 65 "
        "and 64",
    ),
    "at its own illegal size": (
        UNET,
        "[3, 350, 350]",
        "heights and widths: multiples of 16, at least 16; at 350 the concat at net.yaml:20 gets "
        "43 and 42",
    ),
    "two more than a multiple": (
        EXACT,
        "[4, 18, 18]",
        "heights and widths: 2 more than a multiple of 4, at least 6",
    ),
    "a pyramid": (
        PYRAMID,
        "[3, 64, 64]",
        "heights and widths: 0 or 15 more than a multiple of 16",
    ),
    "fixed positions": (
        VIT,
        "[3, 224, 224]",
        "heights and widths: 224 to 239; others only together, as 3x448x112",
    ),
    "odd": (ODD, "[4, 33, 33]", "heights and widths: odd numbers, at least 3"),
    "asserts": (
        BOUNDED,
        "[3, 64, 64]",
        "heights: multiples of 32, 32 to 512; at 65: a height of 65 is no multiple of 32 "
        "(net.yaml:5)",
    ),
    "a sequence": (WHOLE, "[4, 64]", "lengths: multiples of 4, at least 4"),
    "tokens": ("body: [ln, {attention: 4}, {linear: 8}]", "[20, 64]", "lengths: any size"),
    "volumes": (WHOLE, "[4, 8, 8, 8]", "depths, heights and widths: multiples of 4, at least 4"),
    "squares": (SQUARES, "[3, 32, 32]", "heights and widths alike: any size"),
    "axes that differ": (TURNED, "[4, 31, 9]", "heights: any size, at least 5"),
    "a size that is a number of steps": (
        GROWING,
        "[4, 30, 9]",
        "heights: any size (tried up to ",
    ),
    "a size as an argument": (RELATIVE, "[4, 8, 8]", "heights: any size, at least 2"),
    "a size under when": (NARROW, "[4, 8, 8]", "heights and widths: any size"),
}


@pytest.mark.parametrize(("body", "input", "text"), WRITTEN.values(), ids=WRITTEN)
def test_written_specs(specs: Specs, body: str, input: str, text: str) -> None:
    assert sizes_of(specs, body, input)[0].startswith(text)


NON_SQUARE = """\
asserts: [{that: in_width == 2 * in_height, else: not twice as wide}]
body: [relu]
"""
RECURSION = """\
blocks:
  down: {body: [{max_pool: 2}, {down: , when: in_height > 5}]}
body: [down, flatten, {reshape: [3, 4, 4]}]
"""
REFUSING = """\
asserts: [{{that: {that}, else: no}}]
body: [{{conv: 3}}]
"""
EXACTLY = {
    "one axis refuses": (
        REFUSING.format(that="in_height % 7 != 3"),
        "[3, 64, 64]",
        [
            "heights: all but 3 more than a multiple of 7; at 66: no (net.yaml:4)",
            "widths: any size",
        ],
    ),
    "one axis refuses more": (
        REFUSING.format(that="in_height * in_width <= 640 and in_height % 7 != 3"),
        "[3, 64, 8]",
        [
            "heights: all but 3 more than a multiple of 7, 1 to 79; at 66: no (net.yaml:4)",
            "widths: 1 to 10; others only together, as 3x128x4; at 11: no (net.yaml:4)",
        ],
    ),
    "twice as wide": (
        NON_SQUARE,
        "[3, 32, 64]",
        [
            "heights: only 32; at 33: not twice as wide (net.yaml:4)",
            "widths: only 64; others only together, as 3x64x128; at 65: not twice as wide "
            "(net.yaml:4)",
        ],
    ),
    "larger than a search goes": (
        "body: [{branches: [identity, [{max_pool: 9000}, {upsample: 9000}]], merge: sum}]",
        "[3, 9000, 9000]",
        [
            "heights and widths: only 9000 (tried up to 9,598); at 9001 the sum at net.yaml:4 gets "
            "9001 and 9000"
        ],
    ),
    "as large as a search goes": (
        "body: [{branches: [identity, [{max_pool: 997}, {upsample: 997}]], merge: sum}]",
        "[3, 997, 997]",
        [
            "heights and widths: multiples of 997, at least 997; at 998 the sum at net.yaml:4 gets "
            "998 and 997"
        ],
    ),
    "stretches that double": (
        RECURSION,
        "[3, 64, 64]",
        [
            "heights and widths alike: only 8, 9, 16 to 19, 32 to 39, 64 to 79 "
            "and 262,112 more up to 655359",
            "heights beside a width of 64: 64 to 79",
            "widths beside a height of 64: 64 to 79",
        ],
    ),
    "a list as long as the input is high": (
        REFUSING.format(that='"sum([1] * in_height) != 47"'),
        "[3, 32, 32]",
        [
            "heights: any size, at least 48; also 1 to 46 (tried up to 600); at 47: no "
            "(net.yaml:4)",
            "widths: any size",
        ],
    ),
    "a name made of a size": (
        'body: [{relu: , name: "a{in_height}"}, {relu: , name: a47}]',
        "[3, 32, 32]",
        [
            "heights: any size, at least 48; also 1 to 46 (tried up to 600); at 47: the name "
            "`a47` is already taken beside this step (net.yaml:4)",
            "widths: any size",
        ],
    ),
}


@pytest.mark.parametrize(("body", "input", "texts"), EXACTLY.values(), ids=EXACTLY)
def test_all_sentences(specs: Specs, body: str, input: str, texts: list[str]) -> None:
    assert sizes_of(specs, body, input) == texts


def test_each_axis_has_its_sentence(specs: Specs) -> None:
    texts = sizes_of(specs, BOUNDED, "[3, 64, 64]")
    assert texts[1] == "widths: 1 to 99; at 100: too large (net.yaml:6)"


def test_weights_that_depend_on_the_size(specs: Specs) -> None:
    texts = sizes_of(specs, TURNED, "[4, 31, 9]")
    assert texts[-1] == "other sizes change the weights of `linear`"


def test_inputs_one_by_one(specs: Specs) -> None:
    body = """\
    inputs: {image: [3, 32, 32], words: {shape: [8], dtype: int64}}
    body:
      - [{max_pool: 4}, global_avg_pool]
      - embedding: {count: 10, dim: 4}
        from: words
      - flatten
    """
    body = body.replace("- [{max_pool: 4}", "- from: image\n        do: [{max_pool: 4}")
    texts = sizes_of(specs, body, "")
    assert texts[0].startswith(
        "heights and widths of `image` (the other inputs as they are): any size, at least 4; at 3: "
    )
    assert texts[1:] == ["lengths of `words` (the other inputs as they are): any size"]


def test_a_spec_that_checks_at_no_size_has_faults(specs: Specs) -> None:
    with pytest.raises(netspec.SpecError) as caught:
        sizes_of(specs, "body: [{crop: {top: 4}}, {conv: {out: 3, groups: 2}}]", "[4, 9, 9]")
    assert [each.code for each in caught.value.diagnostics] == ["NS304"]


def test_an_op_that_reads_sizes_behind_their_back(
    specs: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.names()
    monkeypatch.setattr(base, "_registry", {**base._registry})

    @op("squared", group="homemade")
    class Squared(Op):
        """Takes square numbers only."""

        def infer(self, inputs: Tensors) -> Tensors:
            if math.isqrt(inputs[0].shape[1]) ** 2 != inputs[0].shape[1]:
                raise base.ShapeError("NS301", "no square number")
            return (Tensor((1,)),)

    texts = sizes_of(specs, "body: [squared]", "[4, 16, 16]")
    assert texts[0].startswith("heights: only 1, 4, 9, 16, 25 and 19 more up to 576 (tried up to ")


def note(specs: Specs, shape: tuple[int, ...]) -> list[str]:
    with pytest.raises(netspec.SpecError) as caught:
        netspec.load(specs.folder / "net.yaml", input=shape)
    notes = [note for each in caught.value.diagnostics for note in each.notes]
    return [each.message for each in notes if each.message.startswith("legal")]


def test_a_fault_at_another_input_says_what_is_legal(specs: Specs) -> None:
    specs.write(UNET, input="[3, 64, 64]")
    legal = "legal heights and widths: multiples of 16, at least 16"
    assert note(specs, (3, 350, 350)) == [legal]
    assert note(specs, (3, 64, 63)) == [legal]


def test_other_faults_at_another_input_do_not(specs: Specs) -> None:
    specs.write("body: [{conv: {out: 4, groups: 2, kernel: 3}}]", input="[4, 64, 64]")
    assert note(specs, (3, 64, 64)) == []
    assert note(specs, (4, 2)) == []
    assert note(specs, (4, 2, 64)) == ["legal heights and widths: any size, at least 3"]
