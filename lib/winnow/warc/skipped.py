"""Kinds of records that are not pages; a module without parsers, since reports use it too."""

SKIPPED_KINDS = {
    "warcinfo": "Says how the archive was made (of an ARC file: its filedesc record).",
    "request": "The crawler's request.",
    "metadata": "Notes about another record.",
    "revisit": "Says that a response equals an earlier one.",
    "resource": "A file that was not fetched over HTTP.",
    "resource_text": "A file of text or HTML that was not fetched over HTTP.",
    "conversion": "Another form of a record's content, such as its text (WET).",
    "continuation": "A further segment of a record.",
    "unknown": "A record of any other type.",
    "malformed": "A record whose header could not be read.",
    "not_http": "A response without an HTTP status line: DNS, FTP, or an HTTP header that was not stored.",
    "redirect": "A response of status 300 to 399.",
    "http_error": "A response of any other status than 200.",
    "not_http_text": "A response without an HTTP status line whose record is labelled as text or HTML.",
    "not_html": "A response of status 200 that is not HTML.",
    "plain_text": "A response of status 200 that is plain text.",
    "repeated_row": "With `--records`: a further row of the index for a record that another row names.",
    "no_place": "With `--records`: a row of the index without an offset of 0 or more, or without a length.",
    "outside_file": "With `--records`: a row of the index whose record is after the end of the archive.",
    "no_record": "With `--records`: a row of the index at whose offset no record begins.",
}
# Kinds that contain or may contain text or HTML: the user is told that they are skipped.
TEXT_KINDS = frozenset(
    {"resource_text", "conversion", "continuation", "unknown", "malformed", "not_http_text", "plain_text"}
)
