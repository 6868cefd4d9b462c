"""Tokens, windows and repeated spans."""
