"""Shards as people name them: parsed from an option, written as ranges."""

from __future__ import annotations

import re

from winnow.errors import SettingsError


def shard_ranges(shards: list[int]) -> str:
    """`shards 0-3, 7` for 0, 1, 2, 3 and 7; empty for none."""
    runs: list[list[int]] = []
    for shard in sorted(shards):
        if runs and shard == runs[-1][-1] + 1:
            runs[-1].append(shard)
        else:
            runs.append([shard])
    said = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return f"shard{'s' if len(shards) > 1 else ''} {said}" if said else ""


def parse_shards(text: str | None, num_shards: int) -> list[int]:
    """The shards in a text such as `0,3,5-9`; all if it is None. Raises SettingsError for shards that do not exist."""
    if text is None:
        return list(range(num_shards))
    chosen: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if match is None or int(match[2] or match[1]) >= num_shards or int(match[1]) > int(match[2] or match[1]):
            raise SettingsError(
                [f"--shards {text}: {part!r}: expected numbers from 0 to {num_shards - 1}, as in 0,3,5-9"]
            )
        chosen.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return sorted(chosen)
