"""What must not be overwritten, and how names are mended."""

from __future__ import annotations

import builtins
import keyword
import re

import pytest
from torch import nn

from netspec.backends.torch.source import names
from netspec.backends.torch.source.titles import network_name
from netspec.ops.activation import ReLU
from netspec.program import Program
from tests.language.programs import Specs
from tests.torch_backend.by_hand import single


def public(module: nn.Module) -> set[str]:
    return {name for name in dir(module) if not name.startswith("_")}


def test_the_attributes_of_modules_are_known() -> None:
    assert public(nn.Module()) <= names.MODULE_ATTRIBUTES


def test_the_attributes_of_containers_are_known() -> None:
    containers = public(nn.Sequential()) | public(nn.ModuleList()) | public(nn.ModuleDict())
    assert containers <= names.MODULE_ATTRIBUTES | names.CONTAINER_ATTRIBUTES


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("dense_layer", "DenseLayer"),
        ("conv-bn.act", "ConvBnAct"),
        ("3x3", "Block3x3"),
        ("conv_3x3_2", "Conv3x3_2"),
        ("none", "NoneBlock"),
        ("exception", "ExceptionBlock"),
        ("f", "FBlock"),
        ("straße", "StraE"),
        ("_", "Block"),
    ],
)
def test_a_class_name(words: str, expected: str) -> None:
    name = names.class_name(words)
    assert name == expected
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert not hasattr(builtins, name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("width", "width"),
        ("type", "type_"),
        ("lambda", "lambda_"),
        ("self", "self_"),
        ("F", "F_"),
        ("l", "l_"),
        ("i", "i_"),
        ("a-b", "a_b"),
        ("1x1", "_1x1"),
    ],
)
def test_a_variable(name: str, expected: str) -> None:
    assert names.variable(name) == expected


@pytest.mark.parametrize(
    ("name", "about", "expected"),
    [
        ("resnet50", "Residual networks.", "ResNet50"),
        ("resnext50_32x4d", "ResNeXt-50 (32x4d).", "ResNeXt50_32x4d"),
        ("densenet121", "DenseNets.", "DenseNet121"),
        ("vgg16_bn", None, "VGG16BN"),
        ("googlenet", "GoogLeNet has branches.", "GoogLeNet"),
        ("lenet5", None, "LeNet5"),
        ("net", None, "Net"),
        ("two_spirals", None, "TwoSpirals"),
        ("seresnet50", None, "SEResNet50"),
        ("preresnet110", None, "PreResNet110"),
        ("resnetv2_50", None, "ResNetV2_50"),
        ("resnext101_32x8d", None, "ResNeXt101_32x8d"),
        ("mobilenetv1_050", None, "MobileNetV1_050"),
        ("nasnet", None, "NASNet"),
        ("ror3_110", None, "RoR3_110"),
        ("resnetworks", None, "Resnetworks"),
    ],
)
def test_the_name_of_a_network(name: str, about: str | None, expected: str) -> None:
    root = single(ReLU(), (3,)).root
    assert network_name(Program(name, root, about)) == expected


def class_names(specs: Specs, text: str) -> list[str]:
    return re.findall(r"^class (\w+)", specs.load(text).source(), re.M)


BRANCHES = "branches: [conv: 4, conv: {out: 4, kernel: 3, padding: 1}]\n    merge: sum"


def test_a_class_named_after_one_letter_keeps_its_number(specs: Specs) -> None:
    text = f"body:\n  - {BRANCHES}\n    name: c3\n"
    assert class_names(specs, text)[0] == "C3"


def test_a_class_named_after_one_letter_says_where_it_is(specs: Specs) -> None:
    block = "{branches: [conv: 4, conv: {out: 4, kernel: 3, padding: 1}], merge: sum, name: a}"
    text = f"blocks: {{unit: {{body: [{block}, relu]}}}}\nbody: [conv: 8, unit]\n"
    assert class_names(specs, text)[:2] == ["UnitA", "Unit"]


def forward_of(specs: Specs, body: str) -> str:
    text = f"input: [4, 8, 8]\nbody:\n{body}"
    return specs.load(text).source().partition("def forward")[2].partition("\n\n\n")[0]


@pytest.mark.parametrize(
    ("branch", "statement"),
    [
        ("{conv: 4, name: gate}", "gate = self.gate(x)"),
        ("{conv: 4, name: gate}, dropout", "out = self.dropout1(self.gate(x))"),
        ("{conv: 4, name: gate_1}, {conv: 4, name: gate_2}", "gate = self.gate_2(gate)"),
        ("{dropout: 0.5}, {conv: 4, name: gate}", "gate = self.gate(self.dropout1(x))"),
    ],
)
def test_a_local_is_called_after_the_module_whose_output_it_is(
    specs: Specs, branch: str, statement: str
) -> None:
    body = f"  - branches: [{{do: [{branch}]}}, {{do: [conv: 4, dropout]}}]\n    merge: sum\n"
    assert statement in forward_of(specs, body)


LONG = """\
  - branches:
      - do:
          - {conv: 64, name: first}
          - {bn: , name: first_norm}
          - relu
          - {conv: {out: 64, kernel: 3, padding: 1}, name: second}
          - {bn: , name: second_norm}
          - relu
          - {conv: 4, name: third}
      - identity
    merge: sum
"""


def test_a_local_is_not_called_after_a_later_module(specs: Specs) -> None:
    written = forward_of(specs, LONG)
    assert "out = F.relu_(self.first_norm(self.first(x)))" in written
    assert not re.search(r"^\s*(first|second)\w* =", written, re.M)


@pytest.mark.parametrize(
    ("sizes", "comment"), [("[1, 3]", "[1, 8, 8], [3, 8, 8]"), ("[2, 2]", "[2, 8, 8]")]
)
def test_the_comment_of_two_values_has_their_shapes(specs: Specs, sizes: str, comment: str) -> None:
    body = f"  - split: {{sizes: {sizes}}}\n    name: parts\n"
    body += "  - concat:\n    from: parts[1], parts[0]\n"
    assert re.search(rf"^ *x, out = .*  # {re.escape(comment)}$", forward_of(specs, body), re.M)
