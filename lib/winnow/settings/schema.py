"""Names and types of all settings of a run, frozen and checked; the defaults are in `conf/base.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

_LARGEST = 2**63 - 1  # that Spark and NumPy hold
PositiveInt = Annotated[int, Field(gt=0, le=_LARGEST)]
NonNegativeInt = Annotated[int, Field(ge=0, le=_LARGEST)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(gt=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Archives(_Section):
    """How archives are split into shards and read."""

    num_shards: Annotated[int, Field(gt=0, le=2**31 - 1)]  # the column `shard` has 32 bits
    max_html_bytes: PositiveInt
    max_damaged_fraction: Fraction
    max_error_fraction: Fraction


class InputColumns(_Section):
    """Names of the columns of texts; null: the first of the known ones that is there."""

    text: str | None
    url: str | None
    id: str | None
    title: str | None
    date: str | None
    language: str | None


class Input(_Section):
    """What is read of archives and of files of texts."""

    columns: InputColumns
    keep: list[str]
    max_text_bytes: PositiveInt
    bare_html: bool


class Sources(_Section):
    """How archives on web servers and in stores are read; changes no row."""

    tries: PositiveInt
    backoff_seconds: PositiveFloat
    max_wait_seconds: PositiveFloat
    timeout_seconds: PositiveFloat
    min_bytes_per_second: NonNegativeInt
    connections: PositiveInt
    read_ahead_bytes: Annotated[int, Field(ge=1_048_576)]
    join_gap_bytes: NonNegativeInt
    options: dict[str, dict[str, Any]]


class Url(_Section):
    """The URL gate."""

    built: str | None
    lists: str | None
    categories: list[str]
    words: str | None
    exceptions: str | None
    strict_min: PositiveInt
    hard_min: PositiveInt
    soft_min: PositiveInt
    curated_sources: bool


class Extract(_Section):
    """From HTML to text."""

    from_html: Literal["trafilatura"]
    from_text: Literal["as_it_is"]
    favor: Literal["balanced", "precision", "recall"]
    fast: bool
    include_tables: bool
    include_comments: bool
    include_links: bool
    include_images: bool
    include_formatting: bool
    layout_tables: Literal["unfolded", "rows"]
    raised: Literal["unicode", "caret", "plain"]
    max_newlines: PositiveInt
    remove_urls: bool
    max_cpu_seconds: PositiveInt
    max_memory_bytes: PositiveInt
    recycle_pages: PositiveInt
    max_elements: PositiveInt
    faster: bool


class Triage(_Section):
    """Language triage: gates pages that cannot be in a wanted language, before extraction."""

    enabled: bool | None
    benchmarked: list[str]
    benchmarked_model: str
    min_letters: NonNegativeInt
    lines: PositiveInt
    line_chars: PositiveInt
    min_line_score: Score
    min_line_fraction: Fraction
    min_score: Score
    run_chars: PositiveInt
    max_runs: PositiveInt
    min_run_score: Score
    min_han: NonNegativeInt


class Language(_Section):
    """The language gate."""

    wanted: list[str]
    min_score: Fraction
    min_scores: dict[str, Fraction] | str | None
    model: str | None
    second_model: str | None
    triage: Triage


class RefinedWebLines(_Section):
    """RefinedWeb's line corrections."""

    upper_fraction: Fraction
    short_words: NonNegativeInt
    counters: list[str]
    begin: list[str]
    end: list[str]
    anywhere: list[str]


class C4Lines(_Section):
    """C4's line rules."""

    terminal_punctuation: bool
    min_line_words: NonNegativeInt
    max_word_chars: PositiveInt
    bad_words: str | None


class Measure(_Section):
    """Line corrections, and the user's own metrics."""

    lines: Literal["none", "refinedweb", "c4", "c4_zh"]
    code: Literal["whole", "lines"]
    own_text: bool
    refinedweb: RefinedWebLines
    c4: C4Lines
    own: str | None


class Fuzzy(_Section):
    """Near duplicates."""

    enabled: bool
    within: Literal["crawl_shard", "shard", "crawl", "all"]
    by_language: bool
    unit: Literal["words", "characters", "jieba"]
    shingle_size: PositiveInt
    punctuation: Literal["remove", "space", "keep"]
    numbers: Literal["keep", "zero"]
    lower_case: bool
    remove_accents: bool
    simplify: bool
    bands: PositiveInt
    rows_per_band: PositiveInt
    seed: Annotated[int, Field(ge=0, lt=1 << 32)]
    signatures: Literal["recomputed", "stored"]
    verify: Literal["none", "edges", "survivor"]
    min_jaccard: Fraction
    whole_component: PositiveInt
    survivor: Literal["page_id", "longest", "oldest", "language_score"]
    max_component: PositiveInt | None
    max_driver_edges: NonNegativeInt


class Spans(_Section):
    """Repeated spans."""

    enabled: bool
    within: Literal["crawl_shard", "shard", "crawl"]
    unit: Literal["folded", "words", "characters", "bytes"]
    length: PositiveInt
    policy: Literal["cut", "mask", "drop_partial", "drop_any"]
    copies: Literal["all", "keep_first"]
    min_left_chars: NonNegativeInt
    max_repeated_fraction: Fraction
    filter_bytes: PositiveInt


class UrlDuplicates(_Section):
    """The URL pass."""

    enabled: bool
    url_key: Literal["exact", "canonical"]
    survivor: Literal["shard", "page_id"]


class Text(_Section):
    """The Unicode form of all text in tables."""

    normalization: Literal["NFC", "none"]


class Bounds(_Section):
    """What a user changes of a rule for pages of one language."""

    metric: str | None = None
    min: float | None = None
    max: float | None = None


class RuleChange(_Section):
    """Fields of a rule that a user changes."""

    metric: str | None = None
    min: float | None = None
    max: float | None = None
    by_language: dict[str, Bounds] | None = None


class Spark(_Section):
    """Spark, and the size of its work; changes no row."""

    master: str | None
    driver_memory: str | None
    batch_bytes: PositiveInt
    wave_archives_per_core: PositiveInt
    config: dict[Annotated[str, Field(pattern=r"^spark\..")], str | int | float | bool]  # Spark itself ignores others


class Settings(_Section):
    """All settings of a run."""

    archives: Archives
    input: Input
    sources: Sources
    url: Url
    extract: Extract
    language: Language
    measure: Measure
    jobs: list[str]
    rule_files: list[str]
    rules: dict[str, RuleChange | None]
    by_language: str | None
    rules_for_any_language: bool
    text: Text
    fuzzy: Fuzzy
    spans: Spans
    url_duplicates: UrlDuplicates
    spark: Spark
