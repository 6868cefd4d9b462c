"""Failures of Spark, disks and file systems, each explained in one sentence."""

from __future__ import annotations

import re
from contextlib import suppress

from py4j.protocol import Py4JError

from winnow.spark.java_end import java_end

_AGAIN = "and run the same command again to resume"
_KEPT = "What is finished is kept; "  # for processes that died at work
_FEWER = f"run fewer tasks at once, for example with --set spark.master=local[2], {_AGAIN}"
_NO_MEMORY = "most likely because the machine ran out of memory"
_NOT_STARTED = f"Python was killed while it started, {_NO_MEMORY}: {{0}}. {_KEPT}{_FEWER}"
# A broken connection to a Python worker: Java's message, then a trace with a class of Spark's Python.
_BROKEN = (
    r"EOFException|java\.net\.\w+Exception|java\.nio\.channels\.\w+Exception|"
    r"IOException: (?:Broken pipe|Connection reset|Unexpected end of)|IllegalArgumentException: Authentication failed"
)
_OF_PYTHON = r"[^\n]*(?=\n(?:\s+at [^\n]+\n)*?\s+at [^\n]*\.python\.)"
_KNOWN = {
    r"Cannot run program": "Spark cannot start Python: {0}. Check PYSPARK_PYTHON on every machine",
    r"s3a\.S3AFileSystem not found": "Spark has no support for s3a://: {0}. Add --config conf/s3.yaml, or for "
    "spark-submit --packages org.apache.hadoop:hadoop-aws:3.5.0",
    r"NoSuchBucket|UnknownStoreException": "there is no such bucket: {0}. Create it, or name another --warehouse",
    r"NoAuthWithAWSException|AccessDeniedException: s3a|InvalidAccessKeyId|SignatureDoesNotMatch": ""
    "the store refuses access: {0}. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    r"s3a://.*(?:SdkClientException|Connection refused|Unknown ?Host)|Call From \S+ to \S+ failed": "the store does "
    "not answer: {0}. When it does, run the same command again to resume; nothing is half written",
    r"No space left on device|Disk quota exceeded": "the disk is full: {0}. Free some space "
    f"{_AGAIN}; nothing is half written",
    r"Read-only file system|Permission denied|AccessControlException|is not a directory|Mkdirs failed": "a file or "
    "folder cannot be written or read: {0}. Change its permissions, or name another",
    r"File too large": "the file system refuses a file of this size: {0}. Raise the limit, or write elsewhere, "
    f"{_AGAIN}; nothing is half written",
    r"INVALID_(?:DRIVER|EXECUTOR)_MEMORY": "Spark has too little memory to start: {0}. Raise spark.driver_memory",
    r"java\.lang\.OutOfMemoryError|GC overhead limit": "Spark ran out of memory: {0}. Raise spark.driver_memory "
    f"(local) or spark.executor.memory (cluster), {_AGAIN}",
    r"master URL must be set": "spark.master is not set: {0}. Name the cluster, as in --set "
    "spark.master=spark://host:7077, or use spark-submit",
    r"Could not parse Master URL": "spark.master is not the address of a cluster: {0}. Expected local[2], "
    "spark://host:port, k8s://... or yarn",
    r"JAVA_GATEWAY_EXITED": "Spark did not start: see the message of Java above; if there is none, it was killed. "
    "Check spark.driver_memory, spark.config and JAVA_HOME",
    r"ConcurrentAppend|ConcurrentDelete|ConcurrentTransaction|ConcurrentWrite|MetadataChanged": "another run wrote the "
    "same shards at the same time: {0}. Let it finish, then run this command again",
    r"FAILED_READ_FILE|is not a Parquet file|Could not read footer": "a file of a table is damaged or missing: {0}. "
    "Run `winnow run ... --again JOB` with the job that writes this table",
    r"ExecutorLostFailure|Max number of executor failures|FetchFailed|has failed the maximum allowable number of times|"
    r"Failed to get broadcast_|Checkpoint block rdd_|indeterminate output": "Spark lost executors again and again, "
    f"most likely because memory ran out: {{0}}. {_KEPT}raise spark.executor.memory or spark.executor.memoryOverhead, "
    f"{_AGAIN}",
    r"All masters are unresponsive|Master removed our application": "the cluster ended the application: {0}. "
    f"{_KEPT}see the log of the master, {_AGAIN}",
    r"\b(?:_Array|Arrow)?MemoryError\b": "a Python worker ran out of memory: {0}. Raise "
    f"spark.executor.pyspark.memory if it is set, or {_FEWER}",
    r"reading the port number from [^\n]* code: (?:137|143)": _NOT_STARTED,
    r"(?<=\n)[^\n]*(?=\n *PYTHONPATH was:)|reading the port number from [^\n]* code: \d|Invalid port number": "Python "
    "does not start: {0}. Check PYSPARK_PYTHON on every machine",
    r"reading the port number from": _NOT_STARTED,
    r"Python worker exited unexpectedly|Python worker failed to connect back|Python daemon failed to launch worker|"
    rf"(?:{_BROKEN}){_OF_PYTHON}": f"a Python worker was killed, {_NO_MEMORY}: {{0}}. {_KEPT}{_FEWER}",
}
_ENDED = (
    r"SparkContext was shut down|stopped SparkContext|Connection refused|Answer from Java side is empty|"
    r"Py4JNetworkError|\APy4JError: An error occurred while calling \S+\Z"
)
_LEADING = re.compile(r"^Caused by: |^.*\(TID \d+\) \((.+?)\): ")  # of a task, only its machine is named
_TOLD_BY_A_WORKER = re.compile(
    r"^\s*winnow\.errors\.(?:Settings|Surroundings|Budget|OwnMetric)Error: (.+)$", re.MULTILINE
)


def explain_failure(error: BaseException) -> str | None:
    """A sentence with the cause and what to do; None if the failure is not known: then the trace is shown."""
    text = _text_of(error)
    told = _TOLD_BY_A_WORKER.search(text)
    if told is not None:
        return told[1]
    for pattern, sentence in _KNOWN.items():
        if (line := _line_with(pattern, text)) is not None:
            return sentence.format(line)
    if (end := java_end()) is not None:
        return f"Spark's JVM {end}. {_KEPT}run the same command again to resume"
    line = _line_with(_ENDED, text)
    return line and f"Spark ended early: {line}. {_KEPT}run the same command again; --verbose shows Spark's log"


def _text_of(error: BaseException) -> str:
    """The type and message of an error; an error of Java asks the JVM for its message, and the JVM may be gone."""
    with suppress(Py4JError, OSError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__


def _line_with(pattern: str, text: str) -> str | None:
    """The line with this pattern, without what only introduces it."""
    found = re.search(rf"[^\n]*(?:{pattern})[^\n]*", text)
    return found and _LEADING.sub(r"\1: ", found[0]).strip(": .")[:300]
