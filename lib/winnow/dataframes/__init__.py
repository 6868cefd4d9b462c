"""Deduplication, metrics and rules on any DataFrame of texts, without a warehouse."""
