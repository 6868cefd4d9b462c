"""The figures of a report about one crawl, without examples: small aggregates of its tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from winnow.kernels.measures.metrics import METRICS
from winnow.kernels.measures.own_metrics import OWN_PREFIX
from winnow.report.axes import bin_expr, edges_of
from winnow.report.not_read import NotRead, look_at_archives
from winnow.scopes.funnel import LanguageFunnel, count_languages
from winnow.scopes.page_names import page_name_expr
from winnow.settings.rules import Rule
from winnow.settings.values import is_value
from winnow.stages.checks import alarming_size
from winnow.stages.funnel import in_flow
from winnow.warehouse import delta
from winnow.warehouse.crawls import crawl_row
from winnow.warehouse.made_with import rules_at_hand, rules_stand
from winnow.warehouse.work import Work

_MOST = 20  # domains, top-level domains, clusters, spans
_DRAWN = 6  # languages with histograms of their own
_SPAN_CHARS = 300
CLUSTER_SIZES = (2, 3, 5, 10, 30, 100, 300, 1_000, 10_000, 100_000)
_JACCARDS = 20  # bins from 0 to 1


class Taken(NamedTuple):
    """A row of `funnel`, summed over shards; chars and words are those of `first`."""

    any: int
    first: int
    only: int
    chars: int
    words: int


class Group(NamedTuple):
    """Pages that share a domain or a top-level domain, and how many of them became documents."""

    name: str
    pages: int
    documents: int


class Cluster(NamedTuple):
    """A cluster of near duplicates: its pages, the URL of the kept page, the least Jaccard similarity to it."""

    size: int
    url: str
    least_jaccard: float


class Span(NamedTuple):
    """A repeated span: its copies, its characters, and its beginning."""

    copies: int
    chars: int
    text: str


class Cost(NamedTuple):
    """The cost of one table, from `commits`."""

    target: str
    shards: int
    rows: int
    bytes: int
    wall_seconds: float
    cpu_seconds: float


Histograms: TypeAlias = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True)
class Figures:
    """The figures of one crawl.

    rules_stand         whether the verdicts were made with `rules`
    histograms          for each metric its bins: pages kept and pages dropped by rules; own metrics if computed
    drawn               the same for pages of single languages; empty if there is but one
    languages           what each language keeps, those with most pages first
    cluster_sizes       least size, number of clusters, number of dropped pages
    jaccards            dropped pages, in 20 bins of their Jaccard similarity to the kept page
    alarm               number of pages from which a cluster is too large
    overlaps            pages dropped by the URL pass, by their shard, and by crawl and shard of the kept page
    """

    crawl: str
    num_shards: int
    rules: tuple[Rule, ...]
    rules_stand: bool
    funnel: dict[tuple[str, str], Taken]
    histograms: Histograms
    drawn: dict[str, Histograms]
    languages: list[LanguageFunnel]
    domains: list[Group]
    top_domains: list[Group]
    cluster_sizes: list[tuple[int, int, int]]
    jaccards: list[int]
    largest: list[Cluster]
    alarm: float
    spans: list[Span]
    overlaps: dict[tuple[int, str, int], int]
    costs: list[Cost]
    not_read: NotRead

    @property
    def pages(self) -> int:
        """All pages of the crawl."""
        return self.taken("extract_pages", "").first

    def taken(self, stage: str, reason: str) -> Taken:
        """The counts of a stage's reason; `''`: pages that enter, `kept`: pages that it keeps; zeros without a row."""
        return self.funnel.get((stage, reason), Taken(0, 0, 0, 0, 0))

    @property
    def stages(self) -> list[str]:
        """The jobs that counted pages, in the order of the flow."""
        came, left = (
            {stage: taken.first for (stage, reason), taken in self.funnel.items() if reason == wanted}
            for wanted in ("", "kept")
        )
        return in_flow(came, left)

    @property
    def measured(self) -> Taken:
        """The measured pages: those that enter the first job that may drop them."""
        return self.taken(next((stage for stage in self.stages if stage != "extract_pages"), ""), "")


def gather(work: Work, drawn: Sequence[str] = ()) -> Figures:
    """The figures of a crawl: about a dozen queries, each with at most a few thousand rows.

    drawn: languages with histograms of their own; none named: those with most pages, if there are several
    """
    row = crawl_row(work)
    near = delta.read(work, "near_duplicates")
    funnel = _funnel(work)
    compared = funnel.get(("find_near_duplicates", ""), Taken(0, 0, 0, 0, 0)).first
    domains, top_domains = _groups(work)
    languages = count_languages(work)
    histograms, of_languages = _histograms(work, drawn or _largest_languages(languages))
    return Figures(
        crawl=work.crawl,
        num_shards=int(row.num_shards),
        rules=rules_at_hand(work),
        rules_stand=rules_stand(work, rules_at_hand(work)),
        funnel=funnel,
        histograms=histograms,
        drawn=of_languages,
        languages=languages,
        domains=domains,
        top_domains=top_domains,
        cluster_sizes=_cluster_sizes(near),
        jaccards=_jaccards(near),
        largest=_largest(work, near),
        alarm=alarming_size(compared),
        spans=_spans(work),
        overlaps=_overlaps(work),
        costs=_costs(work),
        not_read=look_at_archives(work),
    )


def _funnel(work: Work) -> dict[tuple[str, str], Taken]:
    names = ("pages_any", "pages_first", "pages_only", "chars", "words")
    sums = [F.coalesce(F.sum(name), F.lit(0)) for name in names]
    rows = delta.read(work, "funnel").groupBy("stage", "reason").agg(*sums).collect()  # some 40
    return {(row.stage, row.reason): Taken(*row[2:]) for row in rows}


def _largest_languages(found: Sequence[LanguageFunnel]) -> list[str]:
    """The languages with most measured pages; none if there is but one."""
    measured = sorted((one for one in found if one.measured), key=lambda one: (-one.measured, one.language))
    return [one.language for one in measured[:_DRAWN]] if len(measured) > 1 else []


def _histograms(work: Work, drawn: Sequence[str]) -> tuple[Histograms, dict[str, Histograms]]:
    """Bins of each metric: of all pages, and of those of each of these languages that has any."""
    keys = ["shard", "page_id"]
    measures = delta.read(work, "measures")
    judged = [metric for rule in rules_at_hand(work) for metric in rule.metrics if is_value(metric)]
    metrics = [*dict.fromkeys((*_metrics(measures), "language_score", *judged))]
    language = F.when(F.col("language").isin(list(drawn)), F.col("language")).otherwise("") if drawn else F.lit("")
    bins = measures.select(*keys, language.alias("language"), F.array(*map(bin_expr, metrics)).alias("bins"))
    kept = delta.read(work, "verdicts").select(*keys, (F.size("reasons") == 0).alias("kept"))
    places = bins.join(kept, keys).select("language", "kept", F.posexplode("bins").alias("metric", "bin"))
    counts: dict[str, Counter[tuple[int, int, bool]]] = defaultdict(Counter)
    rows = places.groupBy("language", "metric", "bin", "kept").count().collect()  # some 40 bins of metric and language
    for row in rows:
        counts[row.language][row.metric, row.bin, row.kept] = row["count"]
    everything = sum(counts.values(), Counter[tuple[int, int, bool]]())
    return _binned(everything, metrics), {name: _binned(counts[name], metrics) for name in drawn if name in counts}


def _binned(counts: Counter[tuple[int, int, bool]], metrics: Sequence[str]) -> Histograms:
    found = {
        metric: [(counts[place, one, True], counts[place, one, False]) for one in range(len(edges_of(metric)) - 1)]
        for place, metric in enumerate(metrics)
    }
    return {metric: counted for metric, counted in found.items() if metric in METRICS or any(map(any, counted))}


def _metrics(measures: DataFrame) -> list[str]:
    """All metrics of the table; the user's own, of any run, come last."""
    names = [name for name in measures.select("metrics.*").columns if name.startswith(OWN_PREFIX)]
    return [*METRICS, *names]


def _groups(work: Work) -> tuple[list[Group], list[Group]]:
    keys = ["shard", "page_id"]
    columns = {
        "domain": F.col("domain"),
        "top_domain": F.substring_index("domain", ".", -1),
    }
    pages = delta.read(work, "pages").select(*keys, *(column.alias(name) for name, column in columns.items()))
    documents = delta.read(work, "documents").select(*keys, F.lit(1).alias("document"))
    joined = pages.join(documents, keys, "left")
    sets = [[F.col(name)] for name in columns]
    counts = joined.groupingSets(sets, *columns).agg(
        F.grouping_id().alias("set"), F.count("*").alias("pages"), F.count("document").alias("documents")
    )
    named = counts.withColumn("name", F.coalesce(*columns)).where(F.col("name").isNotNull())
    most = F.max_by(F.struct("name", "pages", "documents"), F.struct("pages", "name"), _MOST)
    found = {row.set: row.most for row in named.groupBy("set").agg(most.alias("most")).collect()}  # two rows
    domain, top_domain = (
        sorted((Group(*one) for one in found.get(bits, [])), key=lambda group: (-group.pages, group.name))
        for bits in (0b01, 0b10)
    )
    return domain, top_domain


def _cluster_sizes(near: DataFrame) -> list[tuple[int, int, int]]:
    size = F.col("cluster_size")
    least = F.greatest(*(F.when(size >= one, one).otherwise(0) for one in CLUSTER_SIZES))
    rows = near.groupBy(least.alias("least")).agg(
        F.countDistinct("kept_crawl", "kept_page_id").alias("clusters"), F.count("*").alias("pages")
    )
    return [(row.least, row.clusters, row.pages) for row in rows.orderBy("least").collect()]


def _jaccards(near: DataFrame) -> list[int]:
    place = F.least(F.floor(F.col("jaccard") * _JACCARDS), F.lit(_JACCARDS - 1))
    counts = {row.place: row["count"] for row in near.groupBy(place.alias("place")).count().collect()}
    return [counts.get(one, 0) for one in range(_JACCARDS)]


def _largest(work: Work, near: DataFrame) -> list[Cluster]:
    clusters = near.groupBy("kept_crawl", "kept_shard", "kept_page_id", "cluster_size")
    ordered = clusters.agg(F.min("jaccard").alias("least")).orderBy(F.desc("cluster_size"), "kept_page_id")
    top = ordered.limit(_MOST).collect()
    urls = urls_of(work, [(row.kept_crawl, row.kept_shard, row.kept_page_id) for row in top])
    return [
        Cluster(row.cluster_size, urls.get((row.kept_crawl, row.kept_shard, row.kept_page_id), ""), row.least)
        for row in top
    ]


def urls_of(work: Work, keys: list[tuple[str, int, int]]) -> dict[tuple[str, int, int], str]:
    """The URLs of some pages of any crawl, by crawl, shard and page_id."""
    if not keys:
        return {}
    wanted = work.spark.createDataFrame(sorted(set(keys)), "crawl string, shard int, page_id bigint")
    pages = delta.read_all(work, "pages").select("crawl", "shard", "page_id", page_name_expr())
    found = pages.join(F.broadcast(wanted), ["crawl", "shard", "page_id"], "left_semi").collect()  # as many as keys
    return {(row.crawl, row.shard, row.page_id): row.url for row in found}


def _spans(work: Work) -> list[Span]:
    """The spans with most copies, one for each number of copies and length: copies of a span are equal in both."""
    spans = delta.read(work, "repeated_spans").select("shard", "page_id", F.explode("spans").alias("span"))
    length = (F.col("span.end") - F.col("span.start")).alias("chars")
    place = F.min(F.struct("shard", "page_id", "span.start")).alias("place")
    groups = spans.groupBy(F.col("span.copies").alias("copies"), length).agg(place)
    most = groups.orderBy(F.desc("copies"), F.desc("chars")).limit(_MOST).select("copies", "chars", "place.*")
    texts = delta.read(work, "measures").select("shard", "page_id", "text")
    begins = F.col("text").substr(F.col("start") + 1, F.least("chars", F.lit(_SPAN_CHARS)))
    rows = texts.join(F.broadcast(most), ["shard", "page_id"]).select("copies", "chars", begins.alias("text"))
    return sorted((Span(*row) for row in rows.collect()), key=lambda span: (-span.copies, -span.chars, span.text))


def _overlaps(work: Work) -> dict[tuple[int, str, int], int]:
    dropped = delta.read(work, "url_duplicates").groupBy("shard", "kept_crawl", "kept_shard").count()
    return {tuple(row[:3]): row[3] for row in dropped.collect()}  # one row for each pair of shards


def _costs(work: Work) -> list[Cost]:
    sums = [F.sum(name) for name in ("rows", "bytes", "wall_seconds", "cpu_seconds")]
    rows = delta.read(work, "commits").groupBy("target").agg(F.count("*"), *sums, F.min("committed_at").alias("at"))
    return [Cost(*row[:6]) for row in rows.orderBy("at").collect()]  # one row a table


def seeded_expr(seed: int) -> Column:
    """A sort key for pages: the first ones are a random sample, the same each time."""
    return F.xxhash64(F.lit(seed), "page_id")
