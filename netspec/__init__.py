"""netspec: a compiler for neural-network architectures."""
