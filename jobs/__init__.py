"""One job in each file: shards to do, read, stage, commit."""
