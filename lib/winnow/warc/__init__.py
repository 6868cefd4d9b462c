"""From bytes of an archive to pages: WARC and ARC, compression, HTTP, digests."""
