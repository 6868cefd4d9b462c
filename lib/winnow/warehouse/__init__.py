"""The state of a warehouse: tables, crawls, finished work, running commands."""
