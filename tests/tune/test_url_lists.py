"""Other lists for pages that were already read: which pages they add, release and change."""

from pathlib import Path

from pyspark.sql import SparkSession

from tests.stages.frames import frame, rows_of
from winnow.settings.load import load_settings
from winnow.settings.url_lists import load_lists
from winnow.tune.url_lists import try_lists
from winnow.workers.shared_lists import share_lists


def test_each_pair_of_gates_with_pages_documents_and_an_example(spark: SparkSession, tmp_path: Path) -> None:
    for name, content in {"domains": "bad.example\n", "urls": "fine.example/b\n"}.items():
        (tmp_path / "adult").mkdir(exist_ok=True)
        (tmp_path / "adult" / name).write_text(content)
    lists = share_lists(spark, load_lists(tmp_path, ["adult"], None, None, False))
    given = [
        ("http://bad.example/1", None),  # added; the page is a document
        ("http://bad.example/2", "extract_error"),  # added; the page was not extracted
        ("http://fine.example/a", "url_hard_word"),  # released
        ("http://fine.example/b", "url_domain_listed"),  # changed
        ("http://bad.example/3", "url_domain_listed"),  # the same
        ("http://fine.example/c", "empty_text"),  # none
    ]
    pages = [{"shard": 0, "page_id": i, "url": url, "gate": gate} for i, (url, gate) in enumerate(given)]
    documents = frame(spark, "documents", [{"shard": 0, "page_id": 0}, {"shard": 1, "page_id": 1}])
    tried = try_lists(frame(spark, "pages", pages), documents, load_settings().url, lists)
    assert rows_of(tried) == rows_of(
        spark.createDataFrame(
            [
                (None, None, 1, 0, "http://fine.example/c"),
                (None, "url_domain_listed", 2, 1, "http://bad.example/1"),
                ("url_hard_word", None, 1, 0, "http://fine.example/a"),
                ("url_domain_listed", "url_listed", 1, 0, "http://fine.example/b"),
                ("url_domain_listed", "url_domain_listed", 1, 0, "http://bad.example/3"),
            ],
            tried.schema,
        )
    )
