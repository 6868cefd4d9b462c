"""Trafilatura's own text for less CPU: parts that are put in the place of its own."""
