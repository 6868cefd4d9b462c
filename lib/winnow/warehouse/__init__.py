"""The state of a warehouse: tables, crawls, what is done, who is at work."""
