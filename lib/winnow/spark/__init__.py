"""Spark and its Java."""
