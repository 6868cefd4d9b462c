"""A web crawl turned into the text that language models are pre-trained on, as a Spark job on Delta tables.

Measure, then judge: a *kernel* measures one document, a *rule* judges one measurement, a *stage* maps tables to a
table, a *job* commits one table for one wave of shards. Nothing is dropped without a reason in a column.

    archives -> list_warcs -> extract_pages -> measure_pages -> judge_pages
             -> find_near_duplicates -> find_repeated_spans -> find_url_duplicates -> build_documents -> report_funnel

    tables      columns of every table          config      settings: base < environment < recipe < file < --set
    rules       what a page must measure        delta       the Delta tables, read and written
    crawls      the crawls of a warehouse       commits     what is to do, and the commit of a wave
    warc        records of an archive           extractor   trafilatura in a process of its own
    sources/    archives on servers and in stores
    kernels/    pure functions of one document  stages/     (DataFrame, settings) -> DataFrame
    arrow       kernels over Arrow batches      session     Spark as winnow needs it
    scopes, span_scopes, url_scopes             which pages of which crawls each kind of duplicate is sought among
    run         every job of a recipe, in waves at_work     who else writes the warehouse
    cli, commands/                              the command line, before Spark is imported
    report/     what tables say, as HTML, text and JSON
    tune        other thresholds over measures  plan        what a crawl will cost
    removals    pages taken down                maintenance compaction, old versions deleted
    export/     documents as files that other libraries train on, with a data card
    demo/       generated crawls with planted faults, and the truth about them
    pack        a Python with winnow in it, for executors that have none
"""

__version__ = "0.1.0"
