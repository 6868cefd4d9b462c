"""Rows of index files in a worker, one file after the other."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from winnow.records.index_files import read_rows
from winnow.settings.schema import Sources
from winnow.workers.arrow import Batches


def read_index_files(batches: Batches, columns: Mapping[str, pa.DataType], settings: Sources) -> Batches:
    """The rows of the files whose locations are in the first column. Raises SettingsError like `read_rows`."""
    for batch in batches:
        for location in batch.column(0).to_pylist():
            yield from read_rows(location, dict(columns), settings)
