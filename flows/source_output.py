"""What `broadsheet sources` prints: tables and lines for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from tasks.registry import Source
from tasks.show_text import safe
from tasks.site_check import SiteLook
from tasks.source_check import SourceCheck, stated_rights
from tasks.source_list import ListedSource

_PIPED_WIDTH = 10_000  # characters: a line an entry, where no terminal sets a width
_LONGEST_CELL = 300


def check_line(check: SourceCheck) -> str:
    """What came of a check, in one line."""
    found = [] if check.look is None or check.problem else list(_found(check.look))
    if check.stated is not None and check.stated.license and not check.problem:
        found.append(f"states {check.stated.license}")
    said = "; ".join(filter(None, [check.problem, ", ".join(found), *check.notes]))
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


def notes_on(look: SiteLook, homepage: str, entry: Source) -> Iterator[str]:
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


def print_table(listed: Sequence[ListedSource], *, has_memory: bool) -> None:
    """Print entries as a table, and below it the feeds that fail."""
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


def entry_as_json(entry: Source) -> dict[str, object]:
    """An entry as the registry has it."""
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


def listed_as_json(source: ListedSource) -> dict[str, object]:
    """An entry, and what is remembered of it."""
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
    return {**entry_as_json(source.entry), "remembered": remembered}


def check_as_json(check: SourceCheck) -> dict[str, object]:
    """What came of a check."""
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


def print_json(value: object) -> None:
    """Print one value as one line."""
    # Escaped, all that a terminal could obey is letters.
    sys.stdout.write(json.dumps(value, default=_json_default) + "\n")


def _json_default(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
