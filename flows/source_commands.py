"""What `broadsheet sources` does; imported when one of its commands is called."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tasks import urls
from tasks.errors import LakeError, SourceError, UsageError
from tasks.fetch.pace import InMemoryPaceStore
from tasks.fetch.robots import InMemoryRobotsStore
from tasks.memory import Memory, RememberedPace, RememberedRobots, open_memory, read_memory
from tasks.network.settling import memory_of
from tasks.registry import Source, find_source, load_registry
from tasks.registry_file import (
    add_entry,
    already_known,
    entry_of,
    find_known,
    id_of,
    mark_verified,
)
from tasks.settings import LAKE_MARKER
from tasks.show_text import safe
from tasks.site_check import SiteLook, SiteToLookAt, look_at_sites
from tasks.source_check import (
    SourceCheck,
    check_site,
    check_unfetched,
    site_to_check,
    stated_rights,
)
from tasks.source_list import ListedSource, list_sources
from tasks.storage import lake_at

_FEEDS_OF_AN_ENTRY = 5  # that are read and written down; each costs the site's pace
_PIPED_WIDTH = 10_000  # characters: a line an entry, where no terminal sets a width
_LONGEST_CELL = 300


def print_sources(*, registry: Path, lake: str, as_json: bool) -> None:
    """Print the registry's entries and what the lake remembers of them."""
    entries = load_registry(registry)
    path = memory_of(lake_at(lake))
    with _usable(path, lake), read_memory(path) as memory:
        listed = list_sources(entries, memory)
    if as_json:
        _print_json({"registry": str(registry), "sources": [_listed_as_json(s) for s in listed]})
    else:
        _print_table(listed, has_memory=memory is not None)


def check_sources(  # noqa: PLR0913 - the command's parameters
    names: Sequence[str],
    *,
    registry: Path,
    lake: str,
    delay: float,
    allow_private: bool,
    as_json: bool,
) -> bool:
    """Check entries, print each as it is done, and mark sites without a problem as verified.

    Returns:
        Whether there is no problem with any.

    Raises:
        UsageError: if a name is not known, or the registry cannot be read or written.
    """
    entries = load_registry(registry)
    named = [find_source(entries, name) for name in names] if names else entries
    wanted = {entry.source_id: entry for entry in named}
    checks: dict[str, SourceCheck] = {}
    for check in _checks(list(wanted.values()), lake, delay, allow_private=allow_private):
        checks[check.source_id] = check
        if not as_json:
            sys.stdout.write(_check_line(check) + "\n")
            sys.stdout.flush()
    sound = [wanted[name] for name, check in checks.items() if check.look and not check.problem]
    unverified = [entry for entry in sound if not entry.is_verified]
    verified: tuple[str, ...] = ()
    unwritten = None
    try:
        verified = mark_verified(registry, unverified) if unverified else ()
    except UsageError as error:  # what was found is worth printing all the same
        unwritten = error
    if as_json:
        found = [_check_as_json(checks[name]) for name in wanted]
        _print_json({"registry": str(registry), "verified": verified, "sources": found})
    elif verified:
        sys.stdout.write(f"verified {', '.join(verified)}: written to {safe(registry)}\n")
    if unwritten is not None:
        raise unwritten
    return not any(check.problem for check in checks.values())


def add_source(  # noqa: PLR0913 - the command's parameters
    url: str, *, registry: Path, lake: str, delay: float, allow_private: bool, as_json: bool
) -> None:
    """Look at a site, add it to the registry and print the entry.

    Raises:
        UsageError: if it is no web address, is registered already, or cannot be written down.
        SourceError: if the site cannot be had.
    """
    homepage = urls.as_requested(url)
    if homepage is None:
        raise UsageError(f"cannot add {url[:200]!a}: it is no http:// or https:// address")
    shown = safe(homepage)
    entries = load_registry(registry) if registry.exists() else ()
    known = find_known(entries, source_id=id_of(homepage), homepage=homepage)
    if known is not None:
        raise UsageError(f"cannot add {shown}: {already_known(known, registry)}")
    site = SiteToLookAt(source_id=url, homepage=homepage, reads=_FEEDS_OF_AN_ENTRY)
    (look,) = _looks([site], lake, delay, allow_private=allow_private)
    if look.problem is not None:
        raise SourceError(f"cannot add {shown}: {safe(look.problem)}")
    entry = entry_of(look)
    written = add_entry(registry, entry)
    for note in _notes_on(look, homepage, entry):
        sys.stderr.write(f"{safe(note)}\n")
    if as_json:
        _print_json({"registry": str(registry), "entry": _entry_as_json(entry)})
    else:
        sys.stdout.write(written)


def _checks(
    entries: Sequence[Source], lake: str, delay: float, *, allow_private: bool
) -> Iterator[SourceCheck]:
    sites: dict[str, Source] = {}
    for entry in entries:
        check = check_unfetched(entry)
        if check is not None:
            yield check
        else:
            sites[entry.source_id] = entry
    to_look_at = [site_to_check(entry) for entry in sites.values()]
    for look in _looks(to_look_at, lake, delay, allow_private=allow_private):
        yield check_site(sites[look.source_id], look)


def _looks(
    sites: Sequence[SiteToLookAt], lake: str, delay: float, *, allow_private: bool
) -> Iterator[SiteLook]:
    with _memory(lake) as memory:
        yield from look_at_sites(
            sites,
            robots_store=RememberedRobots(memory) if memory else InMemoryRobotsStore(),
            pace_store=RememberedPace(memory) if memory else InMemoryPaceStore(),
            delay_s=delay,
            allow_private=allow_private,
        )


@contextmanager
def _memory(name: str) -> Iterator[Memory | None]:
    """The memory of a lake, None where there is no lake: a registry needs none."""
    lake = lake_at(name)
    path = memory_of(lake)
    is_there = path.exists() or (lake.home / LAKE_MARKER).exists()
    with _usable(path, name), ExitStack() as stack:
        yield stack.enter_context(open_memory(path)) if is_there else None


@contextmanager
def _usable(path: Path, lake: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise LakeError(
            f"the memory of the lake {lake} cannot be used ({path}: {error}): make it writable, "
            "mend it or move it away; without it, sites are asked once more for what is known"
        ) from error


def _check_line(check: SourceCheck) -> str:
    found = [] if check.look is None or check.problem else list(_found(check.look))
    if check.stated is not None and check.stated.license and not check.problem:
        found.append(f"states {check.stated.license}")
    said = "; ".join([*filter(None, [check.problem]), ", ".join(found), *check.notes])
    return safe(f"{'PROBLEM' if check.problem else 'ok':<8} {check.source_id}: {said}").rstrip(": ")


def _found(look: SiteLook) -> Iterator[str]:
    if look.homepage is not None:
        yield _count(len(look.feeds), "feed")
        yield _count(len(look.sitemaps), "sitemap")
    if look.newest_at is not None:
        yield f"newest {look.newest_at:%Y-%m-%d %H:%M} UTC"
    if look.crawl_delay_s:
        yield f"asks for {look.crawl_delay_s:g} s between requests"


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _notes_on(look: SiteLook, homepage: str, entry: Source) -> Iterator[str]:
    """What whoever adds a site should know."""
    if look.homepage != homepage:
        yield f"{homepage} redirects to {look.homepage}: that is the homepage"
    for document in look.documents:
        if not document.is_of_use:
            yield f"left out: {document.url}: {document.problem or 'it has no entries'}"
    if not entry.feeds:
        yield "neither feeds nor sitemaps found: articles are looked for among the homepage's links"
    rights = stated_rights(look.statements)
    if rights.license is None:
        yield "the homepage states no license: each article speaks for itself"
    elif entry.license is None:
        yield f"the homepage's licenses disagree, none was written: {rights.license_evidence}"
    if look.reserved:
        yield f"rights are reserved: {', '.join(look.reserved)}"


def _print_table(listed: Sequence[ListedSource], *, has_memory: bool) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    is_terminal = sys.stdout.isatty()
    table = Table(box=SIMPLE_HEAD if is_terminal else None, pad_edge=False)
    names = ["id", "name", "kind", "place", "language", "license", "pace", "verified"]
    for name in [*names, *(["fetched", "feeds", "failing", "next"] if has_memory else [])]:
        table.add_column(name, overflow="fold", no_wrap=name == "id")
    for source in listed:
        row = [*_entry_cells(source.entry), *(_memory_cells(source) if has_memory else [])]
        # As Text: a name may look like rich's own mark-up.
        table.add_row(*(Text(safe(cell)[:_LONGEST_CELL]) for cell in row))
    console = Console(file=sys.stdout, width=None if is_terminal else _PIPED_WIDTH)
    console.print(table, soft_wrap=not is_terminal)
    for source in listed:
        for feed in source.remembered.failing if source.remembered else ():
            state = "dead" if feed.is_dead else "failing"
            line = safe(f"{state:<8} {source.entry.source_id}: {feed.url}: {feed.problem}")
            sys.stdout.write(f"{line}\n")


def _entry_cells(entry: Source) -> list[str]:
    return [
        entry.source_id,
        entry.name,
        str(entry.kind),
        entry.location or entry.homepage or next(iter(entry.feeds), "-"),
        entry.language or "-",
        entry.license or "-",
        "-" if entry.pace_s is None else f"{entry.pace_s:g} s",
        "-" if entry.location else "yes" if entry.is_verified else "no",
    ]


def _memory_cells(source: ListedSource) -> list[str]:
    known = source.remembered
    if known is None:
        return ["-"] * 4
    return [
        _moment(known.last_fetched_at),
        str(known.feeds),
        str(len(known.failing)),
        _moment(known.next_poll_at),
    ]


def _moment(time: datetime | None) -> str:
    return "-" if time is None else f"{time:%Y-%m-%d %H:%M}"


def _entry_as_json(entry: Source) -> dict[str, object]:
    return {
        "id": entry.source_id,
        "name": entry.name,
        "kind": entry.kind,
        "folder": entry.location,
        "homepage": entry.homepage,
        "feeds": entry.feeds,
        "include": entry.patterns.include,
        "exclude": entry.patterns.exclude,
        "language": entry.language,
        "country": entry.country,
        "license": entry.license,
        "license_url": entry.license_url,
        "license_evidence": entry.license_evidence,
        "pace": entry.pace_s,
        "verified": entry.is_verified,
    }


def _listed_as_json(source: ListedSource) -> dict[str, object]:
    known = source.remembered
    remembered = known and {
        "last_fetched_at": known.last_fetched_at,
        "next_poll_at": known.next_poll_at,
        "feeds": known.feeds,
        "failing": [
            {"url": feed.url, "problem": feed.problem, "dead": feed.is_dead}
            for feed in known.failing
        ],
    }
    return {**_entry_as_json(source.entry), "remembered": remembered}


def _check_as_json(check: SourceCheck) -> dict[str, object]:
    look = check.look
    found = look and {
        "homepage": look.homepage,
        "robots": look.robots,
        "crawl_delay": look.crawl_delay_s,
        "feeds": look.feeds,
        "sitemaps": look.sitemaps,
        "newest_at": look.newest_at,
        "name": look.name,
        "language": look.language,
        "license": check.stated and check.stated.license,
        "license_evidence": check.stated and check.stated.license_evidence,
        "license_conflict": check.stated and check.stated.license_conflict,
        "reserved": look.reserved,
    }
    return {
        "id": check.source_id,
        "ok": check.problem is None,
        "problem": check.problem,
        "notes": check.notes,
        "found": found,
    }


def _print_json(value: object) -> None:
    # Escaped, all that a terminal could obey is letters.
    sys.stdout.write(json.dumps(value, default=_json_default) + "\n")


def _json_default(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
