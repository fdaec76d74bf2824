"""The data figures of each paper, redrawn from the generated evaluators: one file per derivation."""
