"""Work over several jobs: a run, removals, compaction, an estimate."""
