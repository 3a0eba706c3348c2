"""Attention: every output token is a mean of the values of all tokens, weighed by a softmax."""

from netspec.ops.base import Op, ShapeError, Tensors, Weight, op
from netspec.ops.checks import Undivided, differing, require_float
from netspec.ops.fields import Positive
from netspec.tensor import Tensor

FLOPS_PER_SCORE = 6
"""The scale, and a softmax: compare, subtract, exp, add, divide."""


@op("attention", group="attention")
class Attention(Op):
    """Multi-head self-attention on tokens `[T, D]`, with its projections, all biased.

    `softmax(q k^T / sqrt(D / heads)) v` per head, of linear maps q, k, v of the input; then a
    linear map of all heads (Vaswani et al. 2017). The heads divide D.
    MACs: `4 T D^2 + 2 T^2 D`. FLOPs beside them: `4 T D` for the biases, 6 for each of the
    `heads T^2` scores (scale, softmax).
    """

    heads: Positive

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        require_float(self, x)
        if len(x.shape) != 2:
            raise ShapeError("NS301", f"attention takes tokens [T, D], not {x}")
        if x.shape[1] % self.heads:
            raise Undivided(x.shape[1], "features", self.heads, f"{self.heads} heads", 1)
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        features = inputs[0].shape[1]
        return {
            "in_proj_weight": Weight((3 * features, features), "xavier_uniform"),
            "in_proj_bias": Weight((3 * features,), "zeros"),
            "out_proj.weight": Weight((features, features), "kaiming_uniform(a=sqrt(5))"),
            "out_proj.bias": Weight((features,), "zeros"),
        }

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        tokens, features = inputs[0].shape
        return 4 * tokens * features**2 + 2 * tokens**2 * features

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        tokens, features = inputs[0].shape
        return 4 * tokens * features + FLOPS_PER_SCORE * self.heads * tokens**2

    def window(self, inputs: Tensors) -> None:
        return None


@op("scaled_dot_product", group="attention")
class ScaledDotProduct(Op):
    """`softmax(q k^T / sqrt(D)) v` of queries `[T, D]`, keys `[S, D]` and values `[S, E]`.

    The result is `[T, E]`; axes before the last two (heads) agree.
    MACs: `T S (D + E)` per head. FLOPs beside them: 6 for each of the `T S` scores (scale,
    softmax).
    """

    arity = (3, 3)

    def infer(self, inputs: Tensors) -> Tensors:
        query, key, value = inputs
        require_float(self, query)
        if min(len(x.shape) for x in inputs) < 2:
            raise ShapeError("NS301", "scaled_dot_product takes tokens: " + _listed(inputs))
        heads = query.shape[:-2]
        fitting = (
            Tensor((*heads, key.shape[-2], query.shape[-1]), query.dtype),
            Tensor((*heads, key.shape[-2], value.shape[-1]), query.dtype),
        )
        if (key, value) != fitting:
            message = "scaled_dot_product: these do not fit: " + _listed(inputs)
            raise ShapeError("NS302", message, about=_unfitting(inputs))
        return (Tensor((*query.shape[:-1], value.shape[-1]), query.dtype),)

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        query, _, value = inputs
        return _scores(inputs) * (query.shape[-1] + value.shape[-1])

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return FLOPS_PER_SCORE * _scores(inputs)

    def window(self, inputs: Tensors) -> None:
        return None


def _scores(inputs: Tensors) -> int:
    query, key, _ = inputs
    return query.elements // query.shape[-1] * key.shape[-2]


def _unfitting(inputs: Tensors) -> list[tuple[int, int]]:
    """The axes of keys unlike the queries', else those of values unlike the keys'."""
    query, key, value = (x.shape for x in inputs)
    if key != (*query[:-2], key[-2], query[-1]):
        return differing((*query[:-2], key[-2], query[-1]), key, (0, 1))
    return differing((*key[:-1], value[-1]), value, (1, 2))


def _listed(inputs: Tensors) -> str:
    return "queries {}, keys {}, values {}".format(*inputs)
