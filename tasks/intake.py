"""Intake: the SOURCE arguments of a run as one stream of items."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path

from expectations.records import Page, Reason, Rejection, Skip, Stage, rejection
from tasks.errors import SourceError, UsageError
from tasks.registered import Sites, find_sites, state_license
from tasks.registry import Source, find_source, load_registry
from tasks.sources import SourceKind, file_sizes, lists_urls, open_source
from tasks.sources.paths import find_files

ALL_SOURCES = "@all"
NETWORK_PREFIXES = ("http://", "https://", "cc-news:", "feed:", "ftp://", "s3://")

Items = Iterator[Page | Rejection | Skip]


def open_sources(
    sources: Sequence[str],
    *,
    registry: Path,
    source_id: str | None = None,
    as_kind: SourceKind | None = None,
    limit: int | None = None,
) -> Items:
    """Open each SOURCE, in order; what is wrong with the arguments shows before anything is read.

    Pages carry the license that the registry states for their source or for their site.

    Args:
        sources: Files, folders, globs, `@NAME` of the registry, or `@all` for all its folders.
        registry: The registry file; it may be absent where no SOURCE is a name of it.
        source_id: Name for all pages of ad-hoc sources, instead of the file's or folder's own.
        as_kind: Kind of every file, instead of what its content says.
        limit: Most items to read.

    Raises:
        UsageError: for a network source, or a name that the registry does not know.
        SourceError: if there is nothing to read at a SOURCE.
    """
    entries = _entries(sources, registry)
    sites = find_sites(entries)
    opened = [
        items
        for source in sources
        for items in _open(source, entries, sites, source_id=source_id, as_kind=as_kind)
    ]
    return islice(chain.from_iterable(opened), limit)


def input_sizes(sources: Sequence[str], *, registry: Path) -> dict[str, int]:
    """Bytes of each file behind the sources, for estimates; one that is gone has none."""
    sizes: dict[str, int] = {}
    entries = _entries(sources, registry)
    for source in sources:
        for location in [folder for _, folder in _folders(source, entries)] or [source]:
            with contextlib.suppress(SourceError, OSError):
                sizes |= file_sizes(location)
    return sizes


def _entries(sources: Sequence[str], registry: Path) -> tuple[Source, ...]:
    is_needed = any(source.startswith("@") for source in sources)
    return load_registry(registry) if is_needed or registry.exists() else ()


def _open(
    source: str,
    entries: tuple[Source, ...],
    sites: Sites,
    *,
    source_id: str | None,
    as_kind: SourceKind | None,
) -> list[Items]:
    is_list = as_kind is SourceKind.URLS or (as_kind is None and lists_urls(source))
    if is_list or source.lower().startswith(NETWORK_PREFIXES):
        raise UsageError(
            f"cannot ingest {source}: fetching comes with the network sources; "
            "name a file, folder or glob, or @NAME of the registry"
        )
    if source.startswith("@"):
        if source_id is not None:
            raise UsageError(f"{source} has its own id: leave --source-id out, or name its folder")
        return [
            _with_license(_open_folder(entry, folder), entry, sites)
            for entry, folder in _folders(source, entries)
        ]
    # An id that is given on purpose names its entry; a file's or folder's own may by chance.
    meant = next((entry for entry in entries if entry.source_id == source_id), None)
    return [_with_license(open_source(source, source_id=source_id, as_kind=as_kind), meant, sites)]


def _with_license(items: Items, entry: Source | None, sites: Sites) -> Items:
    for item in items:
        yield state_license(item, source=entry, sites=sites) if isinstance(item, Page) else item


def _folders(source: str, entries: tuple[Source, ...]) -> list[tuple[Source, str]]:
    """Entries that SOURCE means with their folders; none if it is a path."""
    if not source.startswith("@"):
        return []
    if source == ALL_SOURCES:
        folders = [(entry, entry.location) for entry in entries if entry.location is not None]
        if entries and not folders:
            raise UsageError(
                "the registry has network sources only, which this version cannot fetch yet; "
                "name a file, folder or glob"
            )
        return folders
    entry = find_source(entries, source)
    if entry.location is None:
        raise UsageError(
            f"@{entry.source_id} ({entry.name}) is a network source; this version cannot fetch "
            f"yet: ingest a crawl of it by its path, with --source-id {entry.source_id}"
        )
    return [(entry, entry.location)]


def _open_folder(source: Source, folder: str) -> Items:
    """Open a watched folder: one without news is no mistake, one that is gone is a rejection."""
    try:
        return open_source(folder, source_id=source.source_id)
    except (SourceError, OSError) as error:
        if os.path.isdir(folder):  # noqa: PTH112 - False, not an error, if it is closed
            return iter(())
        lost = rejection(
            source_id=source.source_id,
            stage=Stage.READ,
            rule=Reason.UNREADABLE,
            detail=str(error),
            raw_ref=None,
        )
        return iter([lost])


def sources_by_day(pattern: str, since: date, until: date) -> list[str]:
    """Expand a pattern of strftime codes to the SOURCEs that exist for a range of days.

    A pattern that is the same for several days (by month, say) gives one SOURCE, not several.

    Raises:
        UsageError: if the range is upside down, or no file can have such a name.
        SourceError: if no day has a file.
    """
    if until < since:
        raise UsageError(f"the range ends before it begins: {since} to {until}")
    days = (since + timedelta(days=offset) for offset in range((until - since).days + 1))
    try:
        named = dict.fromkeys(day.strftime(pattern) for day in days)
    except ValueError as error:
        raise UsageError(f"the pattern {pattern!r} cannot name a day: {error}") from error
    found = [source for source in named if _is_there(source)]
    if not found:
        raise SourceError(f"no file matches {pattern!r} from {since} to {until}: check the pattern")
    return found


def _is_there(source: str) -> bool:
    try:
        find_files(source)
    except SourceError:
        return False
    return True
