"""A web crawl turned into the text that language models are pre-trained on, as a Spark job on Delta tables.

Measure, then judge: a *kernel* measures one document, a *rule* judges one measurement, a *stage* maps tables to a
table, a *job* commits one table for one wave of shards. Nothing is dropped without a reason in a column.

    archives -> list_archives -> extract_pages -> measure_pages -> judge_pages
             -> find_near_duplicates -> find_repeated_spans -> find_url_duplicates -> build_documents -> report_funnel

A job calls a stage, a stage calls workers, a worker calls kernels. warehouse/ keeps the state; scopes/ chooses the rows
that a job looks at. One subject has the same name everywhere: job find_near_duplicates,
stages/duplicates/near_duplicates, kernels/near_duplicates/.

from bytes to a page
    sources/    archives by name: in folders, on servers, in stores; what reads each form of them
    warc/       records of an archive, and the pages among them
    texts/      rows and lines of texts: JSON, Parquet, Arrow
    records/    reads only those records of an archive that an index chooses
pure functions of one document, a room for each table
    kernels/    gates; text, pages, page_trees, languages, faster_trafilatura, measures, near_duplicates,
                repeated_spans, url_duplicates
kernels in Spark
    workers/    what runs in a Python worker: Arrow batches, the process that extracts
    stages/     (DataFrame, settings) -> DataFrame, one module for each table; duplicates/ for tables of copies
what a run is to do, and what is done
    settings/   settings, rules and lists as a user gives them; the fingerprints that follow from them
    spark/      a session, Java, the cost of stages
    warehouse/  Delta tables, crawls, commits, what rows were made with, who is at work
    scopes/     which pages and shards each job looks at
    jobs/       one module for each job (the folder jobs/ of the project)
what a person starts
    cli, terminal/   arguments, progress, results, messages, exit codes
    commands/   looking: commands that read; making: commands that write
    runs/       work that spans jobs: a run, removals, compaction, an estimate
    tune/       other thresholds and lists over tables that are there
    report/     what tables say, in a terminal; html/ as a page
    export/     documents as files to train on, with a data card
    demo/       generated crawls with planted faults, and the truth about them
    dataframes/ stages on any DataFrame of texts, without a warehouse
    setup/      what `make setup` and `make pack` run
for all
    errors      the tree of errors              tables      columns of every table
    page        a page and an account, as every source gives them
    notebook    a crawl in a notebook           conf/       defaults, recipes, rules (the folder conf/ of the project)

Packages that are planned: kernels/scores/ and train/ (classifiers, perplexity);
kernels/repeated_lines/; kernels/sites/; kernels/personal/; reading/ (tables without Spark); browse/ (decisions in a
browser); mixtures/ (weights, tokens, files for training).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_OF_DATAFRAMES = {
    "near_duplicates": "winnow.dataframes.duplicates",
    "repeated_spans": "winnow.dataframes.duplicates",
    "measure": "winnow.dataframes.measures",
    "judge": "winnow.dataframes.measures",
}


def __getattr__(name: str) -> Any:
    """The functions on DataFrames; pyspark and numba are imported with the first of them that is asked for."""
    if name in _OF_DATAFRAMES:
        return getattr(import_module(_OF_DATAFRAMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
