"""What is changed in the tree of a page before an extractor reads it."""
