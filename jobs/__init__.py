"""One job a file: settings, shards to do, read, stage, commit."""
