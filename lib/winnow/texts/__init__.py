"""Texts: JSON lines, JSON, Parquet, Arrow files."""
