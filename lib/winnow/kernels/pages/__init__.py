"""A page before it is measured: its URL, its character set, its text."""
