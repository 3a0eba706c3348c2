"""Look-ups of learned vectors."""

from __future__ import annotations

from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers, registered, value
from netspec.ops.embedding import Embedding


@lowers(Embedding)
def embedding(op: Embedding, inputs: Tensors) -> Lowering:
    count = value("num_embeddings", op.count, "count")
    return registered(call("nn.Embedding", count, value("embedding_dim", op.dim, "dim")))
