"""What each paper states, entry by entry: one file per derivation."""
