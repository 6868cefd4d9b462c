"""A plan: the sample is fixed; a crawl n times as large costs n times as much, and waits for its waves."""

from __future__ import annotations

import pytest

from winnow.commands.making.plan import plan as plan_command
from winnow.errors import SettingsError
from winnow.runs.estimate import Cost, Sample, Target, choose, scaled, size_ratio, total
from winnow.settings.load import load_settings
from winnow.sources.named_archives import Archive

ARCHIVES = [Archive(f"crawl/{number:04}.warc.gz", number, None) for number in range(1, 1001)]
PEAKS = {"extractor": 0, "workers": 0, "jvm": 0}


def test_the_sample_is_the_same_for_every_order_and_grows_by_what_is_added() -> None:
    one = choose(ARCHIVES, 0.01)
    assert len(one) == 10
    assert choose(ARCHIVES[::-1], 0.01) == one
    assert choose(ARCHIVES, 0.02)[:10] == one
    assert len(choose(ARCHIVES, 0.00001)) == 2


def test_sizes_are_bytes_if_all_are_known() -> None:
    sample = ARCHIVES[:10]
    assert size_ratio(ARCHIVES, sample, 1000) == sum(range(1, 1001)) / 55
    assert size_ratio(ARCHIVES, sample, 2000) == 2 * sum(range(1, 1001)) / 55
    unknown = [ARCHIVES[0]._replace(bytes=None), *ARCHIVES[1:]]
    assert size_ratio(unknown, sample, 2000) == 200


def test_hours_are_cpu_over_cores_and_the_wait_of_each_wave() -> None:
    """2 of 10 seconds in each wave of the sample use no CPU of its 2 cores; the URL pass has one wave for any size."""
    costs = {"measure_pages": Cost(48.0, 30.0, 7, 100, 50, 3), "find_url_duplicates": Cost(4.0, 5.0, 1, 2, 3, 1)}
    settings = load_settings(environment="cluster", changes=["spark.wave_archives_per_core=4"])
    sample = Sample(costs, 9, 2, PEAKS)
    made = scaled(sample, 100.0, Target(6400, 16, None), settings)
    assert made["measure_pages"] == Cost(4800.0, 4800 / 16 + 2 * 100, 700, 10_000, 5_000, 100)
    assert made["find_url_duplicates"] == Cost(400.0, 400 / 16 + 3, 100, 200, 300, 1)
    assert total(made.values()).cpu == 5200
    many = scaled(sample, 100.0, Target(90_000, 16, None), settings)
    assert many["measure_pages"].waves == 100  # a wave has at least one shard, and there are 100


@pytest.mark.parametrize("share", ["0", "200%", "some", "-1%"])
def test_an_invalid_share_is_refused(share: str) -> None:
    with pytest.raises(SettingsError, match=f"--sample {share}: expected a share"):
        plan_command(["crawl/"], cores=2, sample=share)
