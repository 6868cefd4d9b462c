"""The version of the kernels behind each table: raised by hand where what they give changes.

A version counts every module that the table's rows pass through, those that several tables share among them: a change
of `text`, `folding` or `hashes` raises each version whose rows it changes. Read here, no kernel is imported for it.
"""

PAGES = 1  # the reader of archives, body, html, url, url_lists, extract and trafilatura's parts, language, classifier
TRIAGE = 1  # triage
MEASURES = 1  # measure, quality, repetition, lines, c4_lines, sentences, phrases, numbering, hashes, text
SIGNATURES = 1  # folding, shingles, minhash, chinese, hashes, text
NEAR_DUPLICATES = 1  # buckets, election
REPEATED_SPANS = 1  # tokens, windows, polynomials, filters, boundaries, spans, cutting, folding, hashes, text
URL_DUPLICATES = 1  # url_duplicates
