"""Pages and figures about a run, from committed tables."""
