"""Failures of Spark, the disk and the file system, told in one sentence."""

from __future__ import annotations

import re

_KNOWN = {
    r"No space left on device|Disk quota exceeded": "the disk is full: {0}. Make room and start "
    "the same command again; nothing is half written",
    r"Permission denied|AccessControlException": "a file or folder may not be written or read: {0}",
    r"java\.lang\.OutOfMemoryError": "Spark ran out of memory: raise spark.driver_memory (local) or "
    "spark.executor.memory (cluster): {0}",
    r"ConcurrentAppend|ConcurrentDelete|ConcurrentTransaction|ConcurrentWrite|MetadataChanged": "another run wrote the "
    "same shards at the same time: {0}. Let it finish, then start this command again",
    r"SparkContext was shut down|Connection refused|Answer from Java side is empty|JAVA_GATEWAY_EXITED": "Spark ended "
    "early: {0}. Start the same command again to go on; --verbose shows Spark's log",
}


def explain_failure(error: BaseException) -> str | None:
    """What happened and what to do, in a sentence; None where only the full trace can tell."""
    text = f"{type(error).__name__}: {error}"
    for pattern, sentence in _KNOWN.items():
        found = re.search(rf"[^\n]*(?:{pattern})[^\n]*", text)
        if found is not None:
            return sentence.format(found[0].strip()[:300])
    return None
