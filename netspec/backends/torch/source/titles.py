"""Names of emitted classes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.names import class_name, distinct
from netspec.backends.torch.source.steps import all_steps
from netspec.program import Program

FAMILIES = """
    DenseNet EfficientNet GoogLeNet MobileNet NASNet RegNet ResNeSt ResNeXt ResNet RoR ShuffleNet
    SqueezeNet UNet
""".split()
"""Families of networks with capitals inside their names; a name may say more around them."""


def name_classes(classes: Sequence[Class], program: Program, taken: set[str]) -> None:
    """Give every class a name of its own; the root's is the network's. `taken` are in use."""
    *shared, root = classes
    root.name = distinct(network_name(program), taken)
    taken.add(root.name)
    of_block: defaultdict[str, list[Class]] = defaultdict(list)
    for cls in shared:
        of_block[cls.block].append(cls)
    for block, variants in of_block.items():
        _name_variants(block, variants, taken)


def _name_variants(block: str, variants: list[Class], taken: set[str]) -> None:
    """The smallest has the block's name; the others say what they have that it has not."""
    base = _base(block, variants)
    if base in taken:
        base = f"{base}Block"
    simplest = min(variants, key=lambda cls: len(_children(cls)))
    for cls in [simplest, *(cls for cls in variants if cls is not simplest)]:
        more = [name for name in _children(cls) if name not in _children(simplest)]
        wanted = f"{base}With{class_name(more[0])}" if len(more) == 1 else base
        cls.name = distinct(wanted, taken)
        taken.add(cls.name)


def _base(block: str, variants: list[Class]) -> str:
    """The block's name; one letter keeps its number, or is told from others by what is around."""
    around, _, own = block.rpartition(".")
    if len(own) == 1:
        places = {member.prefix[-1] for cls in variants for member in cls.members if member.prefix}
        if len(places) == 1 and places != {own}:
            return class_name(places.pop())
        own = f"{around.rpartition('.')[2]}_{own}"
    return class_name(own)


def _children(cls: Class) -> list[str]:
    return list(dict.fromkeys(step.label.text for step in all_steps(cls.body.steps)))


def network_name(program: Program) -> str:
    """The network's name as a class, with the capitals that the spec's prose gives its words."""
    prose = f"{program.about or ''} {program.source.get('title', '')}"
    written = {re.sub(r"\W", "", word).lower(): word for word in _names_in(prose)}
    parts = re.split(r"[^A-Za-z0-9]+", program.name)
    return class_name(" ".join(_capitals(part, written) for part in parts))


def _names_in(prose: str) -> list[str]:
    """The words with capitals after their first letter, such as `DenseNet-121`."""
    return [word for word in re.findall(r"\w[\w-]*", prose) if word[1:] != word[1:].lower()]


def _capitals(part: str, written: dict[str, str]) -> str:
    """`densenet121` as `DenseNet121`: as the prose has it, else as networks are usually called."""
    stem = re.sub(r"\d.*", "", part)
    for key in (part, stem, f"{stem}s"):
        if stem and key in written:
            return re.sub(r"\W", "", written[key])[: len(stem)] + part[len(stem) :]
    if stem and not re.search("[aeiouy]", stem):
        return part.upper()
    return _with_family(part) or (part if stem == "net" else re.sub(r"net(?=\d|$)", "Net", part))


def _with_family(part: str) -> str | None:
    """`seresnetv2` as `SEResNetV2`: what is before a family's name, the family, its version."""
    for family in FAMILIES:
        before, found, after = part.partition(family.lower())
        if found and re.fullmatch("[a-z]*", before) and re.fullmatch(r"(v?\d.*)?", after):
            kind = before.upper() if len(before) == 2 else before.title()
            return f"{kind}{family}{after.replace('v', 'V', 1)}"
    return None
