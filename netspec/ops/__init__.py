"""The op vocabulary: one class per op, one file per family."""
