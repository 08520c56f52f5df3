"""Intake: the SOURCE arguments of a run, as files to read and sites to fetch."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from expectations.records import Page, Reason, Rejection, Skip, Stage, rejection
from tasks import urls
from tasks.cc_news.spec import CcNews, parse_cc_news
from tasks.errors import SourceError, UsageError
from tasks.network.site import Site, merged, site_at, site_of_entry, site_of_list
from tasks.registered import Sites, find_sites, state_license
from tasks.registry import Source, find_source, load_registry
from tasks.sources import SourceKind, file_sizes, lists_urls, open_source
from tasks.sources.paths import find_files

ALL_SOURCES = "@all"
_WEB_PREFIXES = ("http://", "https://", "feed:")
_OTHER_PREFIXES = ("ftp://", "s3://")
_CC_NEWS_PREFIX = "cc-news:"
_NETWORK_PREFIXES = (*_WEB_PREFIXES, _CC_NEWS_PREFIX)

# Each process has its own: those that read and extract are others than the one that is asked.
_OPEN_FILES = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")

Items = Iterator[Page | Rejection | Skip]


@dataclass(frozen=True, slots=True)
class Intake:
    """What a run takes in: the items of files, read lazily, and what is to be fetched."""

    files: Items
    sites: tuple[Site, ...]
    cc_news: tuple[CcNews, ...]
    _registry: tuple[Source, ...]

    def with_licenses(self, fetched: Items) -> Items:
        """Write what the registry states about a fetched page's license beside it.

        A killed run's pages may be of sources that this run does not fetch.
        """
        entries = {entry.source_id: entry for entry in self._registry if entry.location is None}
        registered = find_sites(self._registry)
        for item in fetched:
            yield (
                state_license(item, source=entries.get(item.source_id), sites=registered)
                if isinstance(item, Page)
                else item
            )


def open_sources(
    sources: Sequence[str],
    *,
    registry: Path,
    source_id: str | None = None,
    as_kind: SourceKind | None = None,
) -> Intake:
    """Open each SOURCE, in order; what is wrong with the arguments shows before anything is read.

    Pages carry the license that the registry states for their source or for their site.

    Args:
        sources: Files, folders, globs, web addresses, files that list addresses,
            `cc-news:YYYY-MM[-DD]`, `@NAME` of the registry, or `@all` for its folders and those of
            its sites that are verified.
        registry: The registry file; it may be absent where no SOURCE is a name of it.
        source_id: Name for all pages of ad-hoc sources, instead of the file's, folder's or host's.
        as_kind: Kind of every file, instead of what its content says.

    Raises:
        UsageError: for an address that cannot be fetched, or a name that the registry does not
            know.
        SourceError: if there is nothing to read at a SOURCE.
    """
    entries = _entries(sources, registry)
    registered = find_sites(entries)
    files: list[Items] = []
    sites: list[Site] = []
    cc_news: list[CcNews] = []
    for source in sources:
        _check_options(source, source_id, as_kind)
        if source.startswith("@"):
            for entry in _meant(source, entries):
                if entry.location is not None:
                    opened = _open_folder(entry, entry.location)
                    files.append(_with_license(opened, entry, registered))
                else:
                    sites.append(site_of_entry(entry))
        elif source.lower().startswith(_CC_NEWS_PREFIX):
            cc_news.append(parse_cc_news(source))
        elif source.lower().startswith(_OTHER_PREFIXES):
            raise UsageError(f"cannot ingest {source}: name a path, or an http(s) address")
        elif source.lower().startswith(_WEB_PREFIXES):
            sites.append(site_at(source, source_id=source_id))
        elif as_kind is SourceKind.URLS or (as_kind is None and lists_urls(source)):
            sites.append(site_of_list(source, source_id=source_id))
        else:
            # An id that is given on purpose names its entry; a file's own may by chance.
            meant = next((entry for entry in entries if entry.source_id == source_id), None)
            opened = open_source(source, source_id=source_id, as_kind=as_kind)
            files.append(_with_license(opened, meant, registered))
    return Intake(chain.from_iterable(files), merged(sites), tuple(cc_news), entries)


def _check_options(source: str, source_id: str | None, as_kind: SourceKind | None) -> None:
    is_named = source.startswith("@")
    if is_named and source_id is not None:
        raise UsageError(f"{source} has its own id: leave --source-id out, or name its folder")
    if as_kind is not None and (is_named or source.lower().startswith(_NETWORK_PREFIXES)):
        raise UsageError(f"--as says what files hold: leave it out, {source} is none")


def as_handed_on(sources: Sequence[str]) -> list[str]:
    """SOURCE arguments as they may be stored, and mean the same to another process.

    Addresses are without user and password; a file that is open here goes by its name.

    Raises:
        UsageError: for what is open here and has no name, such as a pipe.
    """
    return [
        urls.without_credentials(source) if "://" in source else _name_of_open_file(source)
        for source in sources
    ]


def _name_of_open_file(source: str) -> str:
    if not source.startswith(_OPEN_FILES):
        return source
    name = os.path.realpath(source)
    if not os.path.isfile(name):  # noqa: PTH113 - False, not an error, if it is closed
        raise UsageError(f"{source} is no file with a name: save what comes there in one")
    return name


def input_sizes(sources: Sequence[str], *, registry: Path) -> dict[str, int]:
    """Bytes of each file behind the sources, for estimates; one that is gone has none."""
    sizes: dict[str, int] = {}
    entries = _entries(sources, registry)
    for source in sources:
        named = _meant(source, entries) if source.startswith("@") else []
        folders = [entry.location for entry in named if entry.location is not None]
        for location in folders if named else [source]:
            with contextlib.suppress(SourceError, OSError):
                sizes |= file_sizes(location)
    return sizes


def _entries(sources: Sequence[str], registry: Path) -> tuple[Source, ...]:
    is_needed = any(source.startswith("@") for source in sources)
    return load_registry(registry) if is_needed or registry.exists() else ()


def _with_license(items: Items, entry: Source | None, sites: Sites) -> Items:
    for item in items:
        yield state_license(item, source=entry, sites=sites) if isinstance(item, Page) else item


def _meant(source: str, entries: tuple[Source, ...]) -> list[Source]:
    """Entries that `@NAME` or `@all` means."""
    if source != ALL_SOURCES:
        return [find_source(entries, source)]
    meant = [entry for entry in entries if entry.location is not None or entry.is_verified]
    if entries and not meant:
        raise UsageError(
            "the registry has no folder, and no site that is verified: look at one with "
            "`broadsheet sources check`, or ingest it by its @NAME"
        )
    return meant


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
