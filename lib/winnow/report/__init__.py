"""Figures and pages about a run, from its tables."""
