"""`fixed`, `init` and `tie`: what a step says of its weights."""

from __future__ import annotations

import pytest

import netspec
from netspec.analysis.state import state_dict
from netspec.program import Init, Instance, Tie
from tests.language.programs import Specs, entries


def test_fixed_weights_are_buffers(specs: Specs) -> None:
    network = specs.load("body:\n  - conv: 8\n    fixed: true\n  - bn\n")
    assert (network.params, network.buffers) == (16, 72 + 17)
    trained = {key: weight.trainable for key, weight in state_dict(network.program).items()}
    assert trained["conv.weight"] is trained["conv.bias"] is False
    assert trained["bn.weight"] is True


@pytest.mark.parametrize("step", ["do: [conv: 8, bn]", "unit: 8", "branches: [conv: 8, conv: 8]"])
def test_all_that_a_step_holds_is_fixed(specs: Specs, step: str) -> None:
    blocks = "input: [8, 4, 4]\nblocks: {unit: {params: {out: int}, body: [conv: out, bn]}}"
    merge = "    merge: sum\n" if "branches" in step else ""
    network = specs.load(
        f"{blocks}\nbody:\n  - {step}\n    fixed: true\n{merge}  - flatten\n  - linear: 1\n"
    )
    assert network.params == 129
    trained = [key for key, w in state_dict(network.program).items() if w.trainable]
    assert trained == ["linear.weight", "linear.bias"]


def test_buffers_come_before_weights_that_are_made_buffers(specs: Specs) -> None:
    network = specs.load("body:\n  - bn:\n    fixed: true\n")
    assert [key.removeprefix("bn.") for key in entries(network)] == [
        "running_mean",
        "running_var",
        "num_batches_tracked",
        "weight",
        "bias",
    ]


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("-2", Init("constant", (("val", -2),))),
        ("-start", Init("constant", (("val", -3),))),
        ("zeros", Init("zeros")),
        ("{normal: {std: 0.01}}", Init("normal", (("std", 0.01),))),
        ("{uniform: {a: -start, b: 1}}", Init("uniform", (("a", -3), ("b", 1)))),
        ("[1, 2, start]", Init("values", (("values", (1, 2, 3)),))),
    ],
)
def test_init(specs: Specs, written: str, means: Init) -> None:
    head = "params: {start: 3}\ninput: [start, 4, 4]\n"
    network = specs.load(f"{head}body:\n  - conv: 3\n    init: {{bias: {written}}}\n")
    (call,) = network.program.root.calls
    assert call.weighting.init == {"bias": means}


def test_init_of_a_weight_inside_a_block(specs: Specs) -> None:
    text = "body:\n  - conv_bn_act: 8\n    init: {conv.weight: {kaiming_normal: {mode: fan_out}}}\n"
    (call,) = specs.load(text).program.root.calls
    means = Init("kaiming_normal", (("mode", "fan_out"),))
    assert call.weighting.init == {"conv.weight": means}


@pytest.mark.parametrize(
    ("init", "code"),
    [
        ("{bas: 0}", "NS308"),
        ("{bias: xavier_normal}", "NS308"),
        ("{bias: [1, 2]}", "NS308"),
        ("{bias: [[1], [1, 2]]}", "NS308"),
        ("{bias: nomal}", "NS204"),
        ("{bias: zeros_}", "NS204"),
        ("{bias: {constant: {}}}", "NS203"),
        ("{bias: {normal: {std: -1}}}", "NS204"),
        ("{bias: {normal: {std: [1, 2]}}}", "NS204"),
        ("{bias: {uniform: {a: 1, b: 0}}}", "NS204"),
        ("{bias: 1e999}", "NS204"),
        ("{weight: eye}", "NS308"),
        ("{weight: {dirac: {groups: 2}}}", "NS204"),
        ("{bias: {nomal: {}}}", "NS204"),
        ("{bias: {normal: {sdt: 1}}}", "NS202"),
        ("{bias: {normal: 1}}", "NS205"),
        ("{bias: {normal: {}, ones: {}}}", "NS204"),
        ("{bias: true}", "NS204"),
        ("{weight: {kaiming_normal: {mode: fan}}}", "NS204"),
        ("3", "NS205"),
    ],
)
def test_an_init_that_cannot_be(specs: Specs, init: str, code: str) -> None:
    assert specs.faults(f"body:\n  - conv: 3\n    init: {init}\n") == [code]


FILE_WIDE = """
init: {conv: {weight: {normal: {std: s}}, bias: 0}}
params: {s: 0.5}
body:
  - conv: 8
    init: {weight: 1}
  - conv: {out: 8, bias: false}
  - conv_bn_act: 8
"""
NORMAL = Init("normal", (("std", 0.5),))
ZERO, ONE = (Init("constant", (("val", value),)) for value in (0, 1))


def test_the_init_of_a_file_holds_for_every_op_but_where_its_step_says_otherwise(
    specs: Specs,
) -> None:
    first, second, unit = specs.load(FILE_WIDE).program.root.calls
    assert first.weighting.init == {"weight": ONE, "bias": ZERO}
    assert second.weighting.init == {"weight": NORMAL}
    assert isinstance(unit.target, Instance)
    assert unit.weighting.init == {}
    assert [call.weighting.init for call in unit.target.calls] == [{"weight": NORMAL}, {}, {}]


def test_the_init_of_a_file_sees_the_input_of_each_op(specs: Specs) -> None:
    body = "init: {conv: {bias: in_channels}}\nbody: [conv: 4, conv: 6]"
    calls = specs.load(body).program.root.calls
    starts = [call.weighting.init["bias"].arguments for call in calls]
    assert starts == [(("val", 8),), (("val", 4),)]


def test_the_init_of_a_file_leaves_out_what_is_tied_or_done_again(specs: Specs) -> None:
    first, second, again = specs.load(
        """
        input: [4]
        init: {linear: {weight: orthogonal, bias: 0}}
        body:
          - {linear: 4, name: a}
          - {linear: 4, tie: {weight: a.weight}}
          - again: a
        """
    ).program.root.calls
    assert first.weighting.init == {"weight": Init("orthogonal"), "bias": ZERO}
    assert second.weighting.init == {"bias": ZERO}
    assert again.weighting.init == {}


def test_variants_replace_the_init_of_single_ops(specs: Specs) -> None:
    path = specs.write(
        """
        input: [4]
        init: {linear: {weight: 1}, affine: {weight: 0}}
        body: [linear: 4, affine]
        variants: {a: {}, b: {init: {linear: {}}}}
        """
    )
    for variant, starts in (
        ("a", [{"weight": ONE}, {"weight": ZERO}]),
        ("b", [{}, {"weight": ZERO}]),
    ):
        calls = netspec.load(f"{path}@{variant}").program.root.calls
        assert [call.weighting.init for call in calls] == starts


def test_the_init_of_a_used_file_is_that_files_own_affair(specs: Specs) -> None:
    (specs.folder / "parts.yaml").write_text(
        "netspec: 1\ninit: {conv: {bias: 1}}\nblocks: {unit: {body: [conv: 4]}}\n"
    )
    body = "use: {parts: parts.yaml}\ninit: {conv: {bias: 0}}\nbody: [parts.unit]"
    (call,) = specs.load(body).program.root.calls
    assert isinstance(call.target, Instance)
    assert [inner.weighting.init for inner in call.target.calls] == [{"bias": ZERO}]


@pytest.mark.parametrize(
    ("init", "code"),
    [
        ("{conv: {bas: 0}}", "NS308"),
        ("{conv: {bias: xavier_normal}}", "NS308"),
        ("{conv: {bias: nomal}}", "NS204"),
        ("{conv: {bias: width}}", "NS204"),
        ("{conv: {bias: w + 1}}", "NS206"),
        ("{conv: 0}", "NS205"),
        ("[conv]", "NS205"),
        ("{cov: {bias: 0}}", "NS201"),
        ("{linear: {bias: 0}}", "NS209"),
        ("{linear: {bias: nomal}}", "NS204"),
        ("{unit: {bias: 0}}", "NS204"),
    ],
)
def test_an_init_of_a_file_that_cannot_be(specs: Specs, init: str, code: str) -> None:
    blocks = "blocks: {unit: {params: {width: int}, body: [conv: width]}}"
    assert code in specs.faults(f"init: {init}\n{blocks}\nbody: [conv: 3, unit: 4]\n")


def test_an_init_may_speak_of_ops_and_weights_that_other_params_bring(specs: Specs) -> None:
    network = specs.load(
        """
        params: {norm: false, bias: false}
        init: {bn: {weight: 0}, conv: {bias: 0}}
        body:
          - conv: {out: 4, bias: bias}
          - bn:
            when: norm
        """
    )
    assert [call.weighting.init for call in network.program.root.calls] == [{}]


def test_a_step_of_several_has_no_weights_to_name(specs: Specs) -> None:
    assert specs.faults("body:\n  - do: [conv: 3]\n    init: {weight: 0}\n") == ["NS205"]


AUTOENCODER = """
input: [20]
body:
  - linear: 10
    name: encoder
  - relu
  - linear: 20
    name: decoder
"""


@pytest.mark.parametrize("there", ["encoder.weight", "encoder.weight.T"])
def test_a_linear_layer_is_tied_to_the_transpose(specs: Specs, there: str) -> None:
    network = specs.load(f"{AUTOENCODER}    tie: {{weight: {there}}}\n")
    assert entries(network) == ["encoder.weight", "encoder.bias", "decoder.bias"]
    assert network.params == 200 + 10 + 20
    assert network.macs == 400
    decoder = network.program.root.calls[-1]
    assert decoder.weighting.ties == {"weight": Tie(("encoder",), "weight", True)}


def test_a_square_layer_is_transposed_where_it_says_so(specs: Specs) -> None:
    text = "input: [4]\nbody:\n  - linear: 4\n    name: a\n  - linear: 4\n"
    for suffix, transposed in (("", False), (".T", True)):
        network = specs.load(f"{text}    tie: {{weight: a.weight{suffix}}}\n")
        call = network.program.root.calls[-1]
        assert call.weighting.ties["weight"].transposed is transposed


def test_a_transposed_convolution_is_tied_to_a_convolution(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - conv: {out: 8, kernel: 2, stride: 2, bias: false}
    repeat: 3
  - for: {k: [3, 2, 1]}
    do:
      - conv_transpose: {out: 8, kernel: 2, stride: 2, bias: false}
        tie: {weight: "conv{k}.weight"}
"""
    )
    assert entries(network) == ["conv1.weight", "conv2.weight", "conv3.weight"]
    assert network.output_shape == (8, 16, 16)


def test_a_weight_inside_a_block_is_tied_to(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - conv_bn_act: 8
    name: stem
  - conv: {out: 8, bias: false}
    tie: {weight: stem.conv.weight}
"""
    )
    assert "conv.weight" not in entries(network)


@pytest.mark.parametrize(
    "there", ["later.weight", "encoder.wait", "encoder", "relu.weight", "encoder.bias"]
)
def test_a_tie_that_cannot_be(specs: Specs, there: str) -> None:
    assert specs.faults(f"{AUTOENCODER}    tie: {{weight: {there}}}\n") == ["NS308"]


def test_a_tied_weight_has_the_shape_of_the_other(specs: Specs) -> None:
    text = AUTOENCODER.replace("linear: 20", "linear: 21")
    assert specs.faults(f"{text}    tie: {{weight: encoder.weight}}\n") == ["NS308"]


def test_runs_whose_weights_start_otherwise_stay_apart(specs: Specs) -> None:
    network = specs.load("body:\n  - conv: 8\n    repeat: 3\n    init: {bias: i}\n")
    values = [call.weighting.init["bias"].arguments for call in network.program.root.calls]
    assert values == [(("val", 0),), (("val", 1),), (("val", 2),)]


def test_weights_within_a_run_are_tied_to(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - conv: 8
    repeat: 5
    name: g
  - conv: 8
    tie: {weight: g.3.weight}
"""
    )
    assert [call.count for call in network.program.root.calls] == [5, 1]
    assert entries(network)[-1] == "conv.bias"


@pytest.mark.parametrize(
    "step",
    [
        "bn:\n    tie: {running_mean: n.running_mean}",
        "bn:\n    tie: {weight: n.running_mean}",
        "conv: 8\n    tie: {weight: c.weight}\n    init: {weight: 0}",
        "conv: 8\n    tie: {weight: t.weight}",
        "conv: 8\n    tie: {weight: c.weight.T}",
        "conv_bn_act: 8\n    tie: {conv.weight: c.weight}",
        "parameter: {shape: [8]}\n    tie: {weight: p}",
        "identity:\n    init: {weight: 0}",
        "tail:\n    init: {conv.weight: 0}",
    ],
)
def test_weights_that_cannot_be_spoken_of(specs: Specs, step: str) -> None:
    text = """
blocks: {tail: {inline: true, body: [conv: 8]}}
body:
  - {parameter: {shape: [8]}, name: p}
  - {bn: , name: n}
  - {conv: 8, name: c, from: x}
  - {conv: 8, name: t, tie: {weight: c.weight}}
"""
    text = text.replace("body:\n", "inputs: {x: [8, 4, 4]}\nbody:\n", 1)
    assert specs.faults(f"{text}  - {step}\n") == ["NS308"]


def test_faults_of_one_step_are_reported_together(specs: Specs) -> None:
    text = "body:\n  - conv: 3\n    init: {wieght: 0, bais: zeros}\n"
    assert specs.faults(text) == ["NS308", "NS308"]


def test_an_init_may_be_a_number_of_the_input(specs: Specs) -> None:
    network = specs.load("body:\n  - bn:\n    init: {bias: in_channels, weight: 1 / in_channels}\n")
    (call,) = network.program.root.calls
    assert call.weighting.init["bias"] == Init("constant", (("val", 8),))
