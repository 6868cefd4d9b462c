"""Characters, words, hashes and folded words of a text, for other kernels."""
