"""Texts as input: readers of JSON lines, JSON, Parquet and Arrow files."""
