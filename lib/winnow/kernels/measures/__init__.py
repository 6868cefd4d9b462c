"""Metrics of one document, and the line corrections before them."""
