"""Changes in the tree of a page before an extractor reads it."""
