"""The recipes for Chinese and for every language, each over a small crawl with a fault for each of its rules."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from pyspark.sql import SparkSession

from docs.generate.examples import CHINESE_CONTROL, evaluate
from tests.jobs.running import planned_once
from tests.jobs.warehouse import ONE_WAVE, rows_of
from winnow.demo.texts import story
from winnow.runs.crawl import run_crawl
from winnow.settings.fingerprint import fingerprints
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.sources.named_archives import find_archives
from winnow.stages.funnel import imbalances
from winnow.terminal.progress import Progress
from winnow.warehouse import delta
from winnow.warehouse.work import Work

CRAWL = "CHINESE"
RECIPES = ("chinesewebtext", "map_cc", "c4_zh", "fineweb2")
_WORDS = """老师 学生 医生 司机 邻居 孩子 朋友 农民 工人 记者 作家 画家 店主 船长 厨师 奶奶 爷爷 姐姐 弟弟 同事
今天 昨天 去年 冬天 星期 春天 下午 周末 小时候 晚饭 打扫 修理 寻找 整理 介绍 研究 观察 收集 描写 准备
讨论 记录 保护 购买 院子 桌子 地图 河边 石头 蔬菜 图书馆 窗户 小路 厨房 炉子 风筝 大树 木头 小船 邮局
信箱 照片 钢琴 市场 水果 火车站 时钟 湖面 月亮 街角 面包 高兴 奇怪 下雨 结果 时间 天气 故事 音乐"""


class Planted(NamedTuple):
    """A page: its name, its paragraphs, and by recipe why it is dropped; a recipe that is not named keeps it."""

    name: str
    paragraphs: list[str]
    dropped: dict[str, str]


def prose(random: Random, count: int) -> list[str]:
    """So many paragraphs of two sentences."""
    words = _WORDS.split()

    def clause() -> str:
        return "".join(f"{word}{random.choice('的了在和是也有')}" for word in random.sample(words, 5)) + "人"

    return [f"{clause()}，{clause()}。{clause()}，{clause()}。" for _ in range(count)]


def planted() -> list[Planted]:
    random = Random(7)
    page = prose(random, 12)
    changed = [*page[:-1], f"{page[-1][:-2]}我。"]
    return [
        Planted("plain", page, {}),
        Planted("copy", changed, {}),
        Planted("control", evaluate(CHINESE_CONTROL).split("\n"), {}),
        Planted("short", prose(random, 2), {
            "chinesewebtext": "chinesewebtext_too_short", "c4_zh": "c4_zh_too_few_lines",
        }),
        Planted("traditional", [*prose(random, 11), "後來，老師們說這樣很好。"], {
            "chinesewebtext": "chinesewebtext_traditional",
        }),
        Planted("brackets", [f"【{text[:12]}】{text[12:]}" for text in prose(random, 12)], {
            "map_cc": "map_cc_brackets",
        }),
        Planted("no sentences", [text.replace("。", "，") for text in prose(random, 12)], {
            "map_cc": "map_cc_too_few_sentences", "c4_zh": "c4_zh_too_few_lines",
            "fineweb2": "fineweb_unpunctuated_lines",
        }),
        Planted("repeats", prose(random, 6) * 8, {
            "chinesewebtext": "chinesewebtext_self_repetition", "map_cc": "map_cc_few_characters",
            "c4_zh": "gopher_duplicate_lines", "fineweb2": "gopher_duplicate_lines",
        }),
        Planted("english", story(random, 30), dict.fromkeys(RECIPES[:3], "gate")),
    ]  # fmt: skip


FAULTS = {page.name: page.dropped for page in planted()}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the planted pages."""
    folder = tmp_path_factory.mktemp("chinese")
    data = b""
    for page in planted():
        html = (
            "<html><body><article>" + "".join(f"<p>{text}</p>" for text in page.paragraphs) + "</article></body></html>"
        )
        http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}".encode()
        url = f"http://example.com/{page.name.replace(' ', '-')}"
        head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-24T00:00:00Z\r\n"
        data += f"{head}Content-Length: {len(http)}\r\n\r\n".encode() + http + b"\r\n\r\n"
    (folder / "pages.warc").write_bytes(data)
    return folder


def settings_of(recipe: str) -> Settings:
    changes = ["archives.num_shards=1", ONE_WAVE, "spark.master=local[2]"]
    return load_settings(recipe, changes=changes)


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_fault_is_found_by_its_rule(spark: SparkSession, archive: Path, tmp_path: Path, recipe: str) -> None:
    settings = settings_of(recipe)
    work = Work(spark, settings, fingerprints(settings), str(tmp_path), CRAWL, recipe=recipe)
    with planned_once(spark), Progress(spark) as progress:
        run_crawl(work, *find_archives([str(archive)], None), progress)
    pages = {row["page_id"]: row["url"].rpartition("/")[2].replace("-", " ") for row in rows_of(tmp_path, "pages")}
    found: dict[str, list[str]] = {name: [] for name in pages.values()}
    for row in rows_of(tmp_path, "pages"):
        found[pages[row["page_id"]]] += ["gate"] if row["gate"] else []
    for row in rows_of(tmp_path, "verdicts"):
        found[pages[row["page_id"]]] += row["reasons"]
    for row in rows_of(tmp_path, "near_duplicates") if settings.fuzzy.enabled else []:
        found[pages[row["page_id"]]].append("near_duplicate")
    assert found.pop("plain") + found.pop("copy") == ["near_duplicate"] * settings.fuzzy.enabled
    documents = {pages[row["page_id"]] for row in rows_of(tmp_path, "documents")}
    assert len(documents & {"plain", "copy"}) == 2 - settings.fuzzy.enabled
    assert documents - {"plain", "copy"} == {name for name, reasons in found.items() if not reasons}
    for name, reasons in found.items():
        wanted = FAULTS[name].get(recipe)
        assert wanted in reasons if wanted else not reasons, (name, reasons)
    stages = [name for name in settings.jobs if name in {row["stage"] for row in rows_of(tmp_path, "funnel")}]
    assert imbalances(delta.read(work, "funnel").collect(), stages) == []
