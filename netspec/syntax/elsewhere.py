"""What other frameworks and papers call the ops, arguments and keys of specs: for hints alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from netspec.diagnostics import nearest

_OURS = {
    "sum": "add plus addition eltwise elementwiseadd",
    "concat": "cat concatenate concatenation depthconcat",
    "mul": "multiply product times",
    "mean": "average avg",
    "sub": "subtract minus",
    "div": "divide",
    "max": "maximum eltwisemax",
    "min": "minimum",
    "matmul": "mm bmm dot",
    "bn": "batchnorm batchnorm1d batchnorm2d batchnorm3d batchnormalization syncbatchnorm",
    "ln": "layernorm layernormalization",
    "gn": "groupnorm groupnormalization",
    "instance_norm": "instancenorm1d instancenorm2d instancenorm3d instancenormalization",
    "lrn": "localresponsenorm localresponsenormalization",
    "conv": "conv1d conv2d conv3d convolution convolution2d cnn",
    "conv_transpose": "convtranspose2d convtranspose1d convtranspose3d conv2dtranspose deconv "
    "deconvolution upconv transposedconv",
    "depthwise": "depthwiseconv depthwiseconv2d dwconv",
    "separable_conv": "separableconv2d sepconv",
    "linear": "fc fullyconnected dense innerproduct",
    "max_pool": "maxpool maxpool1d maxpool2d maxpool3d maxpooling maxpooling2d pool",
    "avg_pool": "avgpool avgpool1d avgpool2d avgpool3d averagepool averagepooling2d",
    "adaptive_avg_pool": "adaptiveavgpool2d",
    "adaptive_max_pool": "adaptivemaxpool2d",
    "global_avg_pool": "gap globalpool globalaveragepool globalavgpool2d globalaveragepooling2d",
    "global_max_pool": "globalmaxpool globalmaxpooling2d",
    "max_unpool": "maxunpool2d unpool",
    "pad": "zeropad zeropad2d zeropadding2d reflectionpad2d replicationpad2d constantpad2d",
    "dropout_channels": "dropout2d dropout3d spatialdropout2d",
    "upsample": "upsample2d upsampling2d upsamplingnearest2d upsamplingbilinear2d interpolate "
    "resize",
    "pixel_shuffle": "depthtospace",
    "silu": "swish",
    "identity": "noop skip shortcut skipconnection passthrough",
    "reshape": "view unflatten",
    "permute": "transpose",
    "split": "chunk",
    "attention": "multiheadattention mha selfattention mhsa",
    "squeeze_excite": "se seblock selayer squeezeexcitation squeezeandexcitation semodule",
    "residual": "resblock residualblock basicblock",
    "inception": "inceptionmodule inceptionblock",
    "dense": "denseblock denselayer",
    "inverted_residual": "mbconv",
}
OPS = {theirs: ours for ours, words in _OURS.items() for theirs in words.split()}
"""Ours by theirs, both without case, separators and the module in front."""

_NO_OPS = {
    "sequential": "steps in a row are a list: `[conv: 64, relu]`",
    "modulelist": "`repeat` and `for` make several of a step",
    "conv3x3": "`conv: {out: 64, kernel: 3, padding: 1}`",
    "conv1x1": "`conv: 64` has the kernel 1",
    "input": "the shape of the input stands at the top: `input: [3, 224, 224]`",
    "output": "what the last step gives is the output",
    "activation": "an activation is an op by its own name: `relu`",
    "lambda": "arithmetic on tensors is a `formula`",
}

_ARGUMENTS = {
    "out": "outchannels filters outfeatures units outputdim outplanes planes nout numfilters "
    "numoutput features channels width outch cout dim",
    "width": "outchannels filters outfeatures units planes channels out",
    "kernel": "kernelsize ksize k filtersize poolsize windowsize window size",
    "stride": "strides step",
    "padding": "pad pads border",
    "dilation": "dilationrate dilations atrous rate",
    "groups": "group numgroups cardinality",
    "bias": "usebias",
    "eps": "epsilon",
    "affine": "elementwiseaffine learnable",
    "slope": "negativeslope alpha",
    "p": "rate prob probability dropprob droprate",
    "axis": "dim axes dimension",
    "at": "index indices idx position",
    "heads": "numheads nheads nhead",
    "count": "numembeddings vocabsize inputdim",
    "dim": "embeddingdim outputdim",
    "size": "outputsize kernelsize targetsize",
    "by": "scalefactor factor scale upscalefactor amount",
    "ceil": "ceilmode",
    "count_pad": "countincludepad",
    "keep": "keepdim keepdims",
    "parts": "chunks sections",
    "sizes": "splitsizeorsections",
    "order": "dims perm permutation",
    "shape": "targetshape newshape",
    "expr": "expression formula",
    "reduction": "ratio squeezefactor r",
    "expansion": "expandratio t",
}
ARGUMENTS = {
    theirs: [o for o, w in _ARGUMENTS.items() if theirs in w.split()]
    for theirs in " ".join(_ARGUMENTS.values()).split()
}

_KNOWN_SHAPE = "leave it out: the shape of the input is known"
_NO_ARGUMENTS = {
    **dict.fromkeys(
        "inchannels infeatures inputsize inplanes numfeatures normalizedshape inputshape embeddim "
        "numchannels cin inch".split(),
        _KNOWN_SHAPE,
    ),
    "inplace": "leave it out: it changes no result",
    **dict.fromkeys(
        ["activation", "act", "nonlinearity"], "an activation is a step of its own: `- relu`"
    ),
    **dict.fromkeys(["norm", "normalization"], "a normalisation is a step of its own: `- bn`"),
    **dict.fromkeys(
        ["kernelinitializer", "weightinit", "initializer"],
        "`init` stands beside the step, or in the file for all",
    ),
    **dict.fromkeys(["dataformat", "batchfirst"], "leave it out: a shape is [C, H, W]"),
    **dict.fromkeys(["device", "dtype", "trackrunningstats"], "leave it out"),
    "keepprob": "`p` is the probability of dropping",
}

KEYS = {
    "layers": "body",
    "steps": "body",
    "network": "body",
    "model": "body",
    "architecture": "body",
    "graph": "body",
    "backbone": "body",
    "inputshape": "input",
    "inshape": "input",
    "inputsize": "input",
    "shape": "input",
    "parameters": "params",
    "args": "params",
    "arguments": "params",
    "hyperparameters": "params",
    "variables": "params",
    "vars": "params",
    "constants": "params",
    "modules": "blocks",
    "functions": "blocks",
    "definitions": "blocks",
    "cells": "blocks",
    "description": "about",
    "doc": "about",
    "title": "about",
    "version": "netspec",
    "include": "use",
    "import": "use",
    "imports": "use",
    "inherits": "extends",
    "base": "extends",
    "reference": "source",
    "paper": "source",
    "checks": "asserts",
    "outputshape": "claims",
    "forward": "body",
    "result": "outputs",
    "returns": "outputs",
    "default": "params",
}
"""Keys of a file or a block."""

MODIFIERS = {
    "if": "when",
    "condition": "when",
    "only": "when",
    "input": "from",
    "inputs": "from",
    "form": "from",
    "source": "from",
    "bottom": "from",
    "times": "repeat",
    "n": "repeat",
    "number": "repeat",
    "count": "repeat",
    "depth": "repeat",
    "loop": "for",
    "foreach": "for",
    "id": "name",
    "label": "name",
    "as": "name",
    "top": "name",
    "steps": "do",
    "body": "do",
    "layers": "do",
    "then": "do",
    "paths": "branches",
    "parallel": "branches",
    "join": "merge",
    "combine": "merge",
    "comment": "note",
    "frozen": "fixed",
    "freeze": "fixed",
    "trainable": "fixed",
    "initializer": "init",
    "shared": "share",
}
"""Modifiers of a step."""


def op_hint(name: str) -> str | None:
    """What the op or block is called here, by its name elsewhere."""
    word = _plain(name)
    return f"here it is called `{OPS[word]}`" if word in OPS else _NO_OPS.get(word)


def argument_hint(name: str, known: Collection[str]) -> str | None:
    """What an argument is called here that an op or block does not know, by its name elsewhere."""
    ours = next((each for each in ARGUMENTS.get(_plain(name), ()) if each in known), None)
    return f"here it is called `{ours}`" if ours else None


def in_place_of(name: str) -> str | None:
    """What to do for an argument that no op has, by its name elsewhere."""
    return _NO_ARGUMENTS.get(_plain(name))


def key_hint(key: str, known: Collection[str], table: Mapping[str, str] = KEYS) -> str | None:
    """What a key or modifier that nobody knows is called here, or the nearest one."""
    ours = table.get(_plain(key))
    return f"here it is called `{ours}`" if ours in known else nearest(key, known)


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.rpartition(".")[2].lower())
