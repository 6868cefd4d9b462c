"""The demo: crawls made at run time, with faults planted in them, and the truth to compare a run with."""
