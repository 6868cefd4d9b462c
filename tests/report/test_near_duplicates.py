import pytest
from pyspark.sql import DataFrame, SparkSession

from tests.stages.frames import frame
from winnow.errors import WinnowError
from winnow.report.near_duplicates import show_near_duplicates
from winnow.stages.checks import check_components


def labels(spark: SparkSession, *sizes: int) -> DataFrame:
    rows = [(size * 10_000 + place, size) for size in sizes for place in range(size)]
    return spark.createDataFrame(rows, "id BIGINT, label BIGINT")


def test_a_component_out_of_proportion_is_reported(spark: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_components(labels(spark, 2, 3, 1001), 100_000, None) == 1006
    assert (
        "a component of near duplicates contains 1,001 of 100,000 pages, for example page 1001"
        in capsys.readouterr().err
    )
    assert check_components(labels(spark, 2, 3, 1001), 101_000, 1001) == 1006
    assert check_components(labels(spark), 0, 1) == 0
    assert capsys.readouterr().err == ""


def test_a_component_above_the_limit_stops_the_job(spark: SparkSession) -> None:
    with pytest.raises(WinnowError, match=r"contains 4 of 10 pages, for example page 4; fuzzy\.max_component is 3"):
        check_components(labels(spark, 2, 4), 10, 3)


def test_what_went_is_shown(spark: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    near = [
        {"shard": 0, "page_id": page_id, "kept_page_id": 9, "kept_crawl": "B", "jaccard": jaccard, "cluster_size": 3}
        for page_id, jaccard in ((1, 0.75), (2, 1.0))
    ]
    pages = [
        {"shard": 0, "page_id": i, "url": f"http://{i}.example/", "domain": f"{i % 2}.example", "language": "en"}
        for i in range(1, 5)
    ]
    show_near_duplicates(frame(spark, "near_duplicates", near), frame(spark, "pages", pages), "A")
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in (
        "3 or more 1 2",
        "0.8 1 50.0%",
        "0.7 0 0.0%",
        "3 9 B 0.75 http://1.example/",
        "en 4 2 50.0%",
        "0.example 2 1 50.0%",
    ):
        assert line in said
