"""Searches for input that breaks a property: `make fuzz MINUTES=2`, or

    .venv/bin/python -m tests.fuzz MINUTES [--seed N] [PROPERTY...]

The properties share the time equally. Each run has other input, unless the seed is the same. Hypothesis makes a failing
input as small as it can, and prints it as code. Add this code to tests/fuzz/test_found.py, and fix the bug.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.properties import PROPERTIES, Property

ROUND = 100  # examples between two checks of the time


def try_for(name: str, tried: Property, seconds: float, seeds: random.Random) -> bool:
    """Whether the property held for this time; prints how often it was tried, or what broke it."""
    count, until = 0, time.monotonic() + seconds

    def counted(example: object) -> None:
        nonlocal count
        count += 1
        tried.check(example)

    options = settings(
        max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False,
        phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    try:
        while time.monotonic() < until:
            seed(seeds.getrandbits(64))(options(given(tried.inputs)(counted)))()
    except Exception:
        traceback.print_exc()
        print(f"{name}: broken after {count} examples", flush=True)
        return False
    print(f"{name}: held for {count} examples", flush=True)
    return True


def main(minutes: float, first: int | None, names: list[str]) -> None:
    """Exit code 1 if a property is broken."""
    unknown = sorted(set(names) - set(PROPERTIES))
    if unknown:
        sys.exit(f"no property {', '.join(unknown)}; there are: {', '.join(PROPERTIES)}")
    chosen = names or list(PROPERTIES)
    seeds = [random.Random(None if first is None else f"{name} {first}") for name in chosen]
    held = [
        try_for(name, PROPERTIES[name], minutes * 60 / len(chosen), source)
        for name, source in zip(chosen, seeds, strict=True)
    ]
    sys.exit(not all(held))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("minutes", type=float, nargs="?", default=2.0)
    parser.add_argument("names", metavar="PROPERTY", nargs="*")
    parser.add_argument("--seed", type=int)
    options = parser.parse_intermixed_args()
    main(options.minutes, options.seed, options.names)
