"""Bytes of an archive in, pages out: WARC and ARC, their compressions, HTTP, digests."""
