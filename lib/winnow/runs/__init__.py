"""Work that spans jobs: a whole run, removals, compaction, an estimate."""
