"""The version of the kernels of each table: raised by hand when their results change.

A version covers every module that computes rows of the table, also shared ones: a change of `text`, `folding` or
`hashes` raises each version whose rows it changes. The numbers are here, so that reading them imports no kernel.
"""

PAGES = (
    6  # archives, texts, HTTP, character sets, URLs, extraction: warc/, texts/, pages/, faster_trafilatura/, languages/
)
TRIAGE = 3  # triage
MEASURES = 4  # all of measures/, hashes, text
SIGNATURES = 1  # folding, shingles, minhash, chinese, hashes, text
NEAR_DUPLICATES = 2  # buckets, election
REPEATED_SPANS = 2  # tokens, windows, polynomials, filters, boundaries, spans, cutting, folding, hashes, text
URL_DUPLICATES = 2  # url_duplicates
URL_KEYS = 4  # url_keys and url, where url_duplicates.url_key is canonical
