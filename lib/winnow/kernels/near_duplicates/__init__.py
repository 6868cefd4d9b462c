"""Shingles, signatures, buckets and elections of near duplicates."""
