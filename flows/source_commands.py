"""What `broadsheet sources` does; imported when one of its commands is called."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flows.source_output import (
    check_as_json,
    check_line,
    entry_as_json,
    listed_as_json,
    notes_on,
    print_json,
    print_table,
)
from tasks import urls
from tasks.errors import SourceError, UsageError
from tasks.fetch.pace import InMemoryPaceStore
from tasks.fetch.robots import InMemoryRobotsStore
from tasks.memory import Memory, open_memory, read_memory
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
from tasks.remembered import RememberedPace, RememberedRobots
from tasks.settings import LAKE_MARKER
from tasks.show_text import safe
from tasks.site_check import SiteLook, SiteToLookAt, look_at_sites
from tasks.source_check import (
    SourceCheck,
    check_site,
    check_unfetched,
    site_to_check,
)
from tasks.source_list import list_sources
from tasks.storage import lake_at

_FEEDS_OF_AN_ENTRY = 5  # that are read and written down; each costs the site's pace


def print_sources(*, registry: Path, lake: str, as_json: bool) -> None:
    """Print the registry's entries and what the lake remembers of them."""
    entries = load_registry(registry)
    with read_memory(memory_of(lake_at(lake))) as memory:
        listed = list_sources(entries, memory)
    if as_json:
        print_json({"registry": str(registry), "sources": [listed_as_json(s) for s in listed]})
    else:
        print_table(listed, has_memory=memory is not None)


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
            sys.stdout.write(check_line(check) + "\n")
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
        found = [check_as_json(checks[name]) for name in wanted]
        print_json({"registry": str(registry), "verified": verified, "sources": found})
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
        named = urls.without_credentials(url)[:200]
        raise UsageError(f"cannot add {named!a}: it is no http:// or https:// address")
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
    for note in notes_on(look, homepage, entry):
        sys.stderr.write(f"{safe(note)}\n")
    if as_json:
        print_json({"registry": str(registry), "entry": entry_as_json(entry)})
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
    with ExitStack() as stack:
        yield stack.enter_context(open_memory(path)) if is_there else None
