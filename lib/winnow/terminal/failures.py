"""Failures of Spark, the disk and the file system, told in one sentence."""

from __future__ import annotations

import re

_AGAIN = "and start the same command again to go on"
_KNOWN = {
    r"s3a\.S3AFileSystem not found": "Spark knows no s3a:// here: {0}. Add --config conf/s3.yaml, or to spark-submit "
    "--packages org.apache.hadoop:hadoop-aws:3.5.0",
    r"NoSuchBucket|UnknownStoreException": "there is no such bucket: {0}. Make it, or name another --warehouse",
    r"NoAuthWithAWSException|AccessDeniedException: s3a|InvalidAccessKeyId|SignatureDoesNotMatch": "the store allows "
    "no access: {0}. Look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    r"s3a://.*(?:SdkClientException|Connection refused|Unknown ?Host)": "the store does not answer: {0}. Start the "
    "same command again once it does, to go on; nothing is half written",
    r"No space left on device|Disk quota exceeded": "the disk is full: {0}. Make room "
    f"{_AGAIN}; nothing is half written",
    r"Read-only file system|Permission denied|AccessControlException|is not a directory|Mkdirs failed": "a file or "
    "folder may not be written or read: {0}",
    r"File too large": "the file system takes no file of this size: {0}. Raise the limit, or write elsewhere, "
    f"{_AGAIN}; nothing is half written",
    r"INVALID_(?:DRIVER|EXECUTOR)_MEMORY": "Spark has too little memory to start: {0}. Raise spark.driver_memory",
    r"java\.lang\.OutOfMemoryError|GC overhead limit": "Spark ran out of memory: {0}. Raise spark.driver_memory "
    f"(local) or spark.executor.memory (cluster), {_AGAIN}",
    r"master URL must be set": "spark.master is not set: {0}. Name the cluster, as in --set "
    "spark.master=spark://host:7077, or use spark-submit",
    r"Could not parse Master URL": "spark.master is no address of a cluster: {0}. Expected local[2], "
    "spark://host:port, k8s://... or yarn",
    r"JAVA_GATEWAY_EXITED": "Spark did not start: what Java says of it stands above. Look at spark.driver_memory, "
    "spark.config and JAVA_HOME",
    r"ConcurrentAppend|ConcurrentDelete|ConcurrentTransaction|ConcurrentWrite|MetadataChanged": "another run wrote the "
    "same shards at the same time: {0}. Let it finish, then start this command again",
    r"DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION": "another run was making this table at the same moment, or was ended "
    "while it did: {0}. Let it finish, or delete the table's folder, which holds nothing yet; then start this command "
    "again",
    r"FAILED_READ_FILE|is not a Parquet file|Could not read footer": "a file of a table is damaged or gone: {0}. "
    "`winnow run ... --again JOB`, with the job that writes this table, makes its rows again",
    r"ExecutorLostFailure|Max number of executor failures": "Spark lost executors again and again, mostly for want of "
    f"memory: {{0}}. Raise spark.executor.memory or spark.executor.memoryOverhead, {_AGAIN}",
    r"Python worker exited unexpectedly": "a Python worker ended without a word, mostly ended by the system for want "
    f"of memory: {{0}}. Run fewer tasks at once, as with --set spark.master=local[2], {_AGAIN}",
    r"\b(?:_Array|Arrow)?MemoryError\b": "a Python worker ran out of memory: {0}. Raise "
    "spark.executor.pyspark.memory where it is set, or run fewer tasks at once, as with --set spark.master=local[2], "
    f"{_AGAIN}",
    r"SparkContext was shut down|stopped SparkContext|Connection refused|Answer from Java side is empty|"
    r"Py4JNetworkError": "Spark ended early: {0}. Start the same command again to go on; --verbose shows Spark's log",
}
_TOLD_BY_A_WORKER = re.compile(
    r"^\s*winnow\.errors\.(?:Settings|Surroundings|Budget|OwnMetric)Error: (.+)$", re.MULTILINE
)


def explain_failure(error: BaseException) -> str | None:
    """What happened and what to do, in a sentence; None where only the full trace can tell."""
    text = f"{type(error).__name__}: {error}"
    told = _TOLD_BY_A_WORKER.search(text)
    if told is not None:
        return told[1]
    for pattern, sentence in _KNOWN.items():
        found = re.search(rf"[^\n]*(?:{pattern})[^\n]*", text)
        if found is not None:
            return sentence.format(found[0].strip(": .").removeprefix("Caused by: ")[:300])
    return None
