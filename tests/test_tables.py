"""The declared tables: nothing is declared twice or forgotten, and tables with rows of pages say so."""

from __future__ import annotations

from collections.abc import Iterable

from winnow import tables
from winnow.tables import DOCUMENTS, PAGES, POINTER, TABLES, VERDICTS, Table, tables_of_pages


def forgotten(declared: Iterable[Table]) -> list[str]:
    """Tables with pages or their texts that do not say so: removed pages would remain in them."""
    return [one.name for one in declared if {"page_id", "text"} & {*one.columns.names} and not one.of_pages]


def test_every_table_with_pages_says_so() -> None:
    assert forgotten(TABLES.values()) == []
    assert forgotten([VERDICTS._replace(name="scores", of_pages=False)]) == ["scores"]
    assert [one.name for one in tables_of_pages() if one.columns.names[:3] != ["crawl", "shard", "page_id"]] == []


def test_every_table_of_the_module_is_known() -> None:
    declared = [value for value in vars(tables).values() if isinstance(value, Table)]
    assert [one.name for one in declared] == list(TABLES)


def test_documents_are_taken_down_first_and_pages_last() -> None:
    order = tables_of_pages()
    assert (order[0], order[-1]) == (DOCUMENTS, PAGES)


def test_no_statistics_are_held_of_texts_and_nested_columns() -> None:
    for one in TABLES.values():
        assert not {"text", "title", "url", "error", "metrics", "spans", "bands", *one.partitioned_by} & {
            *one.statistics
        }
        assert set(one.statistics) <= {*one.columns.names}
    assert {"page_id", "language", "language_score", "fetched_at"} <= {*DOCUMENTS.statistics}


def test_a_removed_page_keeps_its_place_and_loses_its_contents() -> None:
    assert set(POINTER) < {*PAGES.columns.names}
    assert not set(POINTER) & {"text", "title", "language", "charset", "marks", "extra", "licences"}
