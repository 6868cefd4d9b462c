"""Characters, words, hashes and folded words of a text, which other kernels read."""
