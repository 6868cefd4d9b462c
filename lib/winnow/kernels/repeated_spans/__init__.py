"""Tokens, windows and spans of repeated stretches."""
