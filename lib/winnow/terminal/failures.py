"""Failures of Spark, disks and file systems, each explained in one sentence."""

from __future__ import annotations

import re

_AGAIN = "and run the same command again to resume"
_KNOWN = {
    r"s3a\.S3AFileSystem not found": "Spark has no support for s3a://: {0}. Add --config conf/s3.yaml, or for "
    "spark-submit --packages org.apache.hadoop:hadoop-aws:3.5.0",
    r"NoSuchBucket|UnknownStoreException": "there is no such bucket: {0}. Create it, or name another --warehouse",
    r"NoAuthWithAWSException|AccessDeniedException: s3a|InvalidAccessKeyId|SignatureDoesNotMatch": ""
    "the store refuses access: {0}. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    r"s3a://.*(?:SdkClientException|Connection refused|Unknown ?Host)": "the store does not answer: {0}. When it "
    "does, run the same command again to resume; nothing is half written",
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
    r"JAVA_GATEWAY_EXITED": "Spark did not start: see the message of Java above. Check spark.driver_memory, "
    "spark.config and JAVA_HOME",
    r"ConcurrentAppend|ConcurrentDelete|ConcurrentTransaction|ConcurrentWrite|MetadataChanged": "another run wrote the "
    "same shards at the same time: {0}. Let it finish, then run this command again",
    r"DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION": "another run was creating this table, or was killed while it did: "
    "{0}. Let it finish, or delete the folder of the table, which has no rows yet; then run this command again",
    r"FAILED_READ_FILE|is not a Parquet file|Could not read footer": "a file of a table is damaged or missing: {0}. "
    "Run `winnow run ... --again JOB` with the job that writes this table",
    r"ExecutorLostFailure|Max number of executor failures": "Spark lost executors again and again, most likely "
    f"because memory ran out: {{0}}. Raise spark.executor.memory or spark.executor.memoryOverhead, {_AGAIN}",
    r"Python worker exited unexpectedly": "a Python worker was killed, most likely because the machine ran out of "
    f"memory: {{0}}. Run fewer tasks at once, for example with --set spark.master=local[2], {_AGAIN}",
    r"\b(?:_Array|Arrow)?MemoryError\b": "a Python worker ran out of memory: {0}. Raise "
    "spark.executor.pyspark.memory if it is set, or run fewer tasks at once, for example with --set "
    "spark.master=local[2], "
    f"{_AGAIN}",
    r"SparkContext was shut down|stopped SparkContext|Connection refused|Answer from Java side is empty|"
    r"Py4JNetworkError": "Spark ended early: {0}. Run the same command again to resume; --verbose shows Spark's log",
}
_TOLD_BY_A_WORKER = re.compile(
    r"^\s*winnow\.errors\.(?:Settings|Surroundings|Budget|OwnMetric)Error: (.+)$", re.MULTILINE
)


def explain_failure(error: BaseException) -> str | None:
    """A sentence with the cause and what to do; None if the failure is not known: then the trace is shown."""
    text = f"{type(error).__name__}: {error}"
    told = _TOLD_BY_A_WORKER.search(text)
    if told is not None:
        return told[1]
    for pattern, sentence in _KNOWN.items():
        found = re.search(rf"[^\n]*(?:{pattern})[^\n]*", text)
        if found is not None:
            return sentence.format(found[0].strip(": .").removeprefix("Caused by: ")[:300])
    return None
