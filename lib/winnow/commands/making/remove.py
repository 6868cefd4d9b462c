"""`winnow remove`: pages taken down, and their copies if wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from winnow.errors import SettingsError, WinnowError
from winnow.terminal.options import Config, Json, Recipe, Set, Verbose, Warehouse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row

    from winnow.runs.removals import Found
    from winnow.warehouse.work import Work


class ShownPage(NamedTuple):
    """A page that a command names.

    title, gate   None without one
    words         the first words of its text; None without text
    """

    crawl: str
    page_id: int
    url: str
    title: str | None
    gate: str | None
    words: str | None


class Removal(NamedTuple):
    """What `winnow remove` shows.

    named, copies      number of pages that orders name, and of copies that are removed with them
    documents          how many of these pages are documents
    pages              the named pages
    pages_of_copies    the copies
    removed            pages that orders take down in all, older orders too; None in a dry run
    """

    named: int
    copies: int
    documents: int
    pages: list[ShownPage]
    pages_of_copies: list[ShownPage]
    removed: int | None


_NOTHING = Removal(0, 0, 0, [], [], None)
_SHOWN_WORDS = 12  # of a page's text
_SHOWN_MISSING = 10  # selectors without a page, with the URLs that are nearest


def remove(
    warehouse: Warehouse,
    urls: Annotated[
        list[str] | None,
        typer.Option("--url", help="Pages with this URL; scheme, www. and #fragment are ignored.", show_default=False),
    ] = None,
    widen: Annotated[
        bool,
        typer.Option("--widen", help="With --url: also ignore tracking and session parameters, and their order."),
    ] = False,
    domains: Annotated[
        list[str] | None,
        typer.Option("--domain", help="Pages of this domain and of its subdomains.", show_default=False),
    ] = None,
    page_ids: Annotated[
        list[str] | None,
        typer.Option("--page-id", help="The page with this page_id, or this id in an export.", show_default=False),
    ] = None,
    archives: Annotated[
        list[str] | None,
        typer.Option("--archive", help="Pages of the archive with this archive_path.", show_default=False),
    ] = None,
    with_copies: Annotated[
        bool, typer.Option("--with-copies", help="Also the pages kept in their place, and pages with the same text.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why: recorded in the table removals.")] = "ordered",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the pages; remove nothing.")] = False,
    recipe: Recipe = None, config: Config = None, changes: Set = None, as_json: Json = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Take pages down, now and in every later run.

    Deletes their text from all tables. No copy of them becomes a document instead. If a name matches no page, nothing
    is removed, and the nearest names are shown. Without a name, the command completes an interrupted removal.

    Example: winnow remove --warehouse tables/ --url https://example.org/private --with-copies --reason "ticket 17"
    """
    from winnow.terminal.start import prepare_maintenance

    asked = _selectors(urls or [], domains or [], page_ids or [], archives or [], widen)
    work = prepare_maintenance(warehouse, "winnow remove", recipe, config, changes, verbose)
    from winnow.runs import removals
    from winnow.scopes.removals import orders_pending
    from winnow.terminal.output import present, tell
    from winnow.warehouse.presence import at_work

    removal = _NOTHING
    if not asked and not orders_pending(work):
        raise WinnowError(
            "name a page to remove (see winnow remove --help); there is no interrupted removal to complete"
        )
    if asked:
        found = removals.find(work, list(asked), with_copies)
        if found.missing:
            raise WinnowError(_no_match(work, [asked[selector] for selector in found.missing]))
        removal = tell(_removal(work, found, as_json), as_json, lambda counts: _show(work, found, counts, dry_run))
    if not dry_run:
        with at_work(work, "winnow remove"):
            if asked:
                removals.order(work, list(asked), reason, with_copies, found)
            removal = removal._replace(removed=removals.carry_out(work))
    present(removal, as_json, _show_end)


def _selectors(
    urls: list[str], domains: list[str], page_ids: list[str], archives: list[str], widen: bool
) -> dict[str, str]:
    """The options that were given, by selector. Raises SettingsError for values that do not fit their option."""
    from winnow.kernels.pages import selectors

    checks: list[tuple[list[str], Callable[[str], str | None]]] = [
        (urls, selectors.url_problem), (domains, selectors.domain_problem),
        (page_ids, selectors.page_id_problem), (archives, selectors.archive_problem),
    ]  # fmt: skip
    problems = [problem for values, check in checks for value in values if (problem := check(value))]
    if widen and not urls:
        problems.append("--widen: needs --url; name a URL, or leave --widen out")
    if problems:
        raise SettingsError(problems)
    url_selector = selectors.canonical_selector if widen else selectors.url_selector
    return {
        **{url_selector(url): f"--url {url}" for url in urls},
        **{selectors.domain_selector(domain): f"--domain {domain}" for domain in domains},
        **{f"page_id:{selectors.page_id_of(named)}": f"--page-id {named}" for named in page_ids},
        **{f"archive:{path}": f"--archive {path}" for path in archives},
    }


def _no_match(work: Work, missing: list[str]) -> str:
    """A message that these match no page, with the nearest names for each."""
    said = [line for asked in missing[:_SHOWN_MISSING] for line in _nearest(work, asked)]
    if len(missing) > _SHOWN_MISSING:
        said.append(f"no page matches {len(missing) - _SHOWN_MISSING:,} more")
    return "\n".join([*said, "Nothing was removed. Correct or leave out what matches no page."])


def _nearest(work: Work, asked: str) -> list[str]:
    from winnow.report.life import nearest_archives, nearest_urls

    option, _, name = asked.partition(" ")
    if option == "--page-id":
        return [f"no page matches {asked}"]
    archive = option == "--archive"
    near = nearest_archives(work, name) if archive else nearest_urls(work, name)
    if not near:
        return [f"no page matches {asked}, and the tables have no {'archive' if archive else 'URL of its domain'}"]
    kind = "archives" if archive else "URLs of its domain"
    return [f"no page matches {asked}; the nearest {kind} are:", *(f"  {one}" for one in near)]


def _removal(work: Work, found: Found, with_pages: bool) -> Removal:
    """What is to be removed, read before it is; the pages only if they are wanted, since there may be many."""
    copies, wanted = found.copies.count(), (found.named, found.copies) if with_pages else ()
    pages, of_copies = [list(_pages(work, ids)) for ids in wanted] or ([], [])
    return Removal(found.pages - copies, copies, found.documents, pages, of_copies, None)


def _show(work: Work, found: Found, removal: Removal, dry_run: bool) -> None:
    """Print what is to be removed: the pages that were named, then their copies."""
    typer.echo(f"{_counted(removal.named, 'page matches', 'pages match')}:")
    _show_pages(_pages(work, found.named))
    if removal.copies:
        copies, be = _counted(removal.copies, "copy", "copies"), "would" if dry_run else "will"
        typer.echo(f"{copies} {be} be removed with {'it' if removal.named == 1 else 'them'}:")
        _show_pages(_pages(work, found.copies))
    typer.echo(f"{_counted(removal.documents, 'of these is a document', 'of these are documents')}.")


def _show_end(removal: Removal) -> None:
    if removal.removed is not None:
        typer.echo(f"{removal.removed:,} pages are removed in all. Older versions of the tables contain their text "
                   "until `winnow maintain` deletes them: after a week, or at once with --retain-hours 0.")  # fmt: skip


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _show_pages(pages: Iterator[ShownPage]) -> None:
    from winnow.report.life_lines import plain

    for page in pages:
        typer.echo(f"  {plain(page.url)}")
        typer.echo(f"      page {page.page_id} of {page.crawl}; title: {plain(page.title or 'none')}")
        typer.echo(f"      {plain(page.words or f'no text; gate: {page.gate}')}")


def _pages(work: Work, page_ids: DataFrame) -> Iterator[ShownPage]:
    from winnow.runs.removals import shown

    return map(_page, shown(work, page_ids))


def _page(row: Row) -> ShownPage:
    words = " ".join((row.text or "").split()[:_SHOWN_WORDS])
    return ShownPage(row.crawl, row.page_id, row.url, row.title, row.gate, words or None)
