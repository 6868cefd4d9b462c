"""Duplicate pages and repeated spans: one module for each table."""
