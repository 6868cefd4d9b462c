"""Whether pages with different text share a key: for URLs in the corpus, and for generated URLs whose page is known.

    WINNOW_CORPUS=... python -m benchmarks.url_keys [--generated 200000] [--seed 1]

URLs of the corpus that share a key are compared by the bodies of their responses with status 200. For a generated URL,
tests/reference/url_duplicates.py says which page it names. Microseconds are for one URL in one process.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from tests.kernels.pages.test_url_keys import generated
from tests.reference import url_duplicates as twin

from winnow.kernels.pages.url_keys import canonical_url, page_url

KEYS: dict[str, Callable[[str], str]] = {"--url": page_url, "canonical": canonical_url}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generated", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    bodies = _bodies(Path(os.environ["WINNOW_CORPUS"]))
    for name, key in KEYS.items():
        groups = _groups(key, bodies)
        several = [group for group in groups.values() if len(group) > 1]
        differ = [group for group in several if not set.intersection(*(bodies[url] for url in group))]
        print(f"corpus, {name}: {len(bodies):,} URLs, {len(groups):,} keys, {len(several):,} of several URLs, "
              f"{len(differ):,} of URLs that never had the same body")  # fmt: skip
        for group in differ:
            print("    " + " ".join(sorted(group)))
    urls = set(generated(random.Random(arguments.seed), arguments.generated))
    for (name, key), page in zip(KEYS.items(), (twin.page, twin.canonical), strict=True):
        pages = {url: repr(page(url)) for url in urls}
        began = time.perf_counter()
        groups = _groups(key, urls)
        cost = (time.perf_counter() - began) / len(urls) * 1e6
        mixed = sum(len({pages[url] for url in group}) > 1 for group in groups.values())
        print(f"generated, {name}: {len(urls):,} URLs of {len(set(pages.values())):,} pages, {len(groups):,} keys, "
              f"{mixed:,} of several pages; {cost:.1f} microseconds")  # fmt: skip


def _bodies(folder: Path) -> dict[str, set[str]]:
    """Hashes of the bodies of every response by its URL; what cannot be read of an archive is left out."""
    bodies: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("*.warc*")):
        try:
            with path.open("rb") as file:
                for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                    if record.http_headers is None or record.http_headers.status_code != 200:
                        continue
                    url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
                    bodies[url].add(hashlib.sha256(record.reader.read()).hexdigest())
        except (OSError, ValueError, EOFError):
            continue
    return bodies


def _groups(key: Callable[[str], str], urls: Iterable[str]) -> dict[str, list[str]]:
    groups = defaultdict(list)
    for url in urls:
        groups[key(url)].append(url)
    return groups


if __name__ == "__main__":
    main()
