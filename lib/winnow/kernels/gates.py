"""Every gate with what it says of a page, in the order in which a page meets them."""

from __future__ import annotations

REMOVED_GATE = {"removed": "The page was ordered to be taken down (table `removals`)."}
URL_GATES = {
    "url_domain_listed": "The page's domain, or a domain above it, stands in a listed category.",
    "url_listed": "The page's URL, or one above it on the same host, stands in a listed category.",
    "url_strict_word": "The URL holds a strict word, separators ignored.",
    "url_hard_word": "The URL holds a hard word as a whole word.",
    "url_soft_words": "The URL holds several soft words, each as a whole word.",
    "url_curated_source": "The page belongs to a source that is left to curated corpora.",
}
PAGE_GATES = {
    "html_too_large": "The decoded body is longer than archives.max_html_bytes: it was never parsed.",
    "body_undecodable": "The body's content coding is unknown, nested too deeply, or not what its bytes are.",
    "record_damaged": "The archive ends or breaks inside the page's record, or its gzip member fails its checksum.",
}
UNWANTED_LANGUAGE = "unwanted_language_early"
TRIAGE_GATES = {
    UNWANTED_LANGUAGE: "The page's whole text cannot become text in a wanted language; none was extracted.",
}
EXTRACT_GATES = {
    "html_too_deep": "The page's elements are nested 256 deep or deeper, where the parser stops reading.",
    "html_too_many_elements": "The page has more than extract.max_elements, which extractors compare with one another.",
    "extract_timeout": "The extractor used up its CPU seconds twice, the second time in a process of its own.",
    "extract_crash": "The extractor's process died or ran out of memory twice, the second time with this page alone.",
    "extract_error": "The extractor raised an error.",
    "empty_text": "The extractor found no main text.",
}
LANGUAGE_GATES = {
    "language_score_low": "No language reaches the wanted score: usually a page without natural text.",
    "language_unwanted": "The page's language is not a wanted one.",
}

GATES = {**REMOVED_GATE, **URL_GATES, **PAGE_GATES, **TRIAGE_GATES, **EXTRACT_GATES, **LANGUAGE_GATES}
