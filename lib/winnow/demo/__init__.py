"""The demo: generated crawls with planted faults, and the truth to compare a run with."""
