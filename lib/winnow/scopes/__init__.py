"""Which pages and shards a job looks at."""
