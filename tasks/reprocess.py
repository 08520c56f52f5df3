"""Reprocessing: which archived pages to extract again, and reading them as they were fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from expectations.records import Page, Rejection, Skip
from tasks.archive import FOLDER
from tasks.errors import UsageError
from tasks.query import open_catalog, query_errors
from tasks.registered import Sites, find_sites, state_license
from tasks.registry import Source, load_registry
from tasks.replay import read_archived
from tasks.storage import Lake

ROWS_AT_ONCE = 1_000
_PLACE = rf"{FOLDER}/[^/]+#[0-9]+"
# As far as a comparison needs PEP 440: numbers, then what comes before or after the release.
_MOST_NUMBERS = 6
_VERSION = re.compile(
    r"v?(?P<numbers>[0-9]{1,9}(?:\.[0-9]{1,9}){0,5})"
    r"(?P<early>[._-]?(?:a|b|rc|dev)[0-9]*)*"
    r"(?:\.?post[0-9]*)?(?:\+[a-z0-9._-]+)?"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be reprocessed.

    `pages` counts those that have made the current version of an article, `outside` the articles
    that were asked for, too, but whose pages are not in the lake's archive: files that were
    ingested. `versions` are the releases of Broadsheet that wrote them.
    """

    source_id: str | None
    versions: tuple[str, ...]
    pages: int
    outside: int


def choose_pages(lake: Lake, *, source_id: str | None, since_version: str | None) -> Chosen:
    """Find what there is to reprocess.

    Args:
        lake: The lake.
        source_id: Only articles of this source.
        since_version: Only articles whose current version was written by this version of
            Broadsheet, or by a later one.

    Raises:
        UsageError: if the source has no article, or there can be no such version.
    """
    since = None if since_version is None else version_order(since_version)
    if since_version is not None and since is None:
        raise UsageError(f"--since-version {since_version!a} is no version: name one such as 0.2.0")
    with open_catalog(lake) as connection, query_errors(connection):
        rows = connection.execute(
            f"""
            select pipeline_version, count(distinct place), count(*) filter (place is null)
            from (
                select pipeline_version, {_place()} as place from articles
                where $source_id is null or source_id = $source_id
            )
            group by pipeline_version
            """,
            {"root": _root(lake), "source_id": source_id},
        ).fetchall()
    if source_id is not None and not rows:
        raise UsageError(
            f"the lake has no article of {source_id[:200]!a}: `broadsheet status` lists its sources"
        )
    meant = [row for row in rows if since is None or (version_order(row[0]) or ()) >= since]
    return Chosen(
        source_id=source_id,
        versions=tuple(sorted(version for version, _, _ in meant)),
        pages=sum(pages for _, pages, _ in meant),
        outside=sum(outside for _, _, outside in meant),
    )


def version_order(version: str) -> tuple[int, ...] | None:
    """What to compare versions by; None if it is none. 0.2.0rc1 comes before 0.2 and 0.2.0."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    numbers = [int(number) for number in found["numbers"].split(".")]
    filled = [*numbers, *[0] * (_MOST_NUMBERS - len(numbers))]
    return (*filled, int(found["early"] is None))


def read_pages(lake: Lake, chosen: Chosen, *, registry: Path) -> Iterator[Page | Rejection | Skip]:
    """Read the chosen pages from the archive, in its order, as they were when they were fetched.

    What the registry says of them is what it says today.

    Args:
        lake: The lake.
        chosen: From `choose_pages`.
        registry: The registry file; it may be absent.

    Returns:
        Pages under the source of their article; a rejection for one that is not there any more.

    Raises:
        UsageError: for a mistake in the registry, before anything is read.
    """
    entries = load_registry(registry) if registry.exists() else ()
    return _read(lake, chosen, {entry.source_id: entry for entry in entries}, find_sites(entries))


def _read(
    lake: Lake, chosen: Chosen, entries: Mapping[str, Source], sites: Sites
) -> Iterator[Page | Rejection | Skip]:
    with open_catalog(lake) as connection, query_errors(connection):
        connection.execute(
            f"""
            select place, min(source_id)
            from (
                select source_id, {_place()} as place from articles
                where ($source_id is null or source_id = $source_id)
                    and pipeline_version in (select unnest($versions))
            )
            where place is not null group by place
            order by split_part(place, '#', 1), split_part(place, '#', 2)::bigint
            """,
            {
                "root": _root(lake),
                "source_id": chosen.source_id,
                "versions": list(chosen.versions),
            },
        )
        while rows := connection.fetchmany(ROWS_AT_ONCE):
            for place, source_id in rows:
                item = replace(read_archived(lake, place), source_id=source_id)
                yield (
                    state_license(item, source=entries.get(source_id), sites=sites)
                    if isinstance(item, Page)
                    else item
                )


def _place() -> str:
    """SQL for where a page lies in the archive: null if it does not.

    Those that `broadsheet ingest lake/pages` read bear the archive's full path.
    """
    inside = "case when starts_with(raw_ref, $root) then substr(raw_ref, len($root) + 1)"
    inside += " else raw_ref end"
    return f"case when regexp_full_match({inside}, '{_PLACE}') then {inside} end"


def _root(lake: Lake) -> str:
    return f"{lake.uri}/"
