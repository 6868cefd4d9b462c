"""Spark and Java."""
