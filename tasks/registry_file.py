"""Writing the source registry: entries added, entries marked as verified, all else left as it is.

Text is added or one line changed, and the result is read and compared before it takes the file's
place: whatever the file holds, an edit that would mean anything else is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from tasks import urls
from tasks.durable import write_text
from tasks.errors import UsageError
from tasks.licensing import parse_given_license
from tasks.network.site import source_id_of
from tasks.registry import EntryKind, Source, parse_registry, read_registry
from tasks.site_check import SiteLook
from tasks.source_check import stated_rights

_HEADER = re.compile(r"\s*\[\[\s*(?:source|\"source\"|'source')\s*\]\]")
_UNVERIFIED = re.compile(r"(\s*verified\s*=\s*)false(?=\s|#|$)")
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9._-]+")
_MAX_ID_CHARS = 100
# Names are strangers' words in a file that people read: nothing in it may hide or turn a line
# around. Controls, separators, bidirectional embeddings and isolates (UAX #9), BOM, surrogates.
_NOT_IN_A_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def entry_of(look: SiteLook) -> Source:
    """Make an entry of what was found at a site.

    A license is taken over if the homepage states one for the whole site, and no other beside it.
    The feeds are those that could be read and have entries, else such sitemaps.

    Raises:
        UsageError: if the site could not be had, or its address gives no id.
    """
    home = urls.canonicalise(look.homepage or "")
    if home is None:
        raise UsageError(f"there is no homepage to register: {look.problem}")
    readable = tuple(d.url for d in look.documents if d.is_of_use)
    feeds = tuple(url for url in readable if url in look.feeds)
    rights = stated_rights(look.statements)
    known = parse_given_license(rights.license) if rights.license else None
    is_sure = known is not None and known[0] == rights.license and not rights.license_conflict
    source_id = id_of(home)
    return Source(
        source_id=source_id,
        name=_plain(look.name) or source_id,
        kind=EntryKind.SITE,
        homepage=home,
        language=look.language,
        license=rights.license if is_sure else None,
        license_url=(rights.license_url or (known[1] if known else None)) if is_sure else None,
        license_evidence=(_plain(rights.license_evidence) or home) if is_sure else None,
        feeds=feeds or readable,
        is_verified=True,
    )


def id_of(homepage: str) -> str:
    """Name a source by its homepage's host, and the path of an edition below it: `m.example-en`."""
    path = _NOT_IN_AN_ID.sub("-", urlsplit(homepage).path.lower()).strip("-._")
    named = f"{source_id_of(homepage)}-{path}" if path else source_id_of(homepage)
    return named[:_MAX_ID_CHARS].strip("-._") or "web"


def find_known(entries: Collection[Source], *, source_id: str, homepage: str) -> Source | None:
    """The entry that has this id or this homepage; `www.`, http or https do not count."""
    wanted = _place(homepage)
    return next((e for e in entries if e.source_id == source_id), None) or next(
        (e for e in entries if e.homepage and _place(e.homepage) == wanted), None
    )


def render_entry(entry: Source) -> str:
    """An entry of a site as TOML."""
    known = parse_given_license(entry.license) if entry.license else None
    license_url = entry.license_url if known is None or known[1] != entry.license_url else None
    values: dict[str, object] = {
        "id": entry.source_id,
        "name": entry.name,
        "kind": str(entry.kind),
        "homepage": entry.homepage,
        "feeds": entry.feeds,
        "include": entry.patterns.include,
        "exclude": entry.patterns.exclude,
        "language": entry.language,
        "country": entry.country,
        "license": entry.license,
        "license_url": license_url,
        "license_evidence": entry.license_evidence,
        "pace": entry.pace_s,
        "verified": entry.is_verified,
    }
    lines = (f"{key} = {_toml(value)}" for key, value in values.items() if value not in (None, ()))
    return "[[source]]\n" + "\n".join(lines) + "\n"


def add_entry(path: Path, entry: Source) -> str:
    """Add an entry at the end of a registry, which is made if there is none.

    Returns:
        The entry as written.

    Raises:
        UsageError: if it is in the registry already, or the file cannot be written.
    """
    rendered = render_entry(entry)
    with _editing(path) as file:
        text = read_registry(file) if file.exists() else ""
        before = parse_registry(text, file)
        known = find_known(before, source_id=entry.source_id, homepage=entry.homepage or "")
        if known is not None:
            raise UsageError(already_known(known, path))
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        _replace(file, f"{text}{gap}{rendered}", (*before, entry))
    return rendered


def already_known(known: Source, path: Path) -> str:
    """Say that a site is in the registry."""
    return f"it is in the registry already, as @{known.source_id} ({known.homepage}): see {path}"


def mark_verified(path: Path, checked: Collection[Source]) -> tuple[str, ...]:
    """Set `verified = true` for entries that still are as they were when they were checked.

    Returns:
        The ids of those that were changed.

    Raises:
        UsageError: if the file cannot be written, or not be edited safely.
    """
    with _editing(path) as file:
        text = read_registry(file)
        before = parse_registry(text, file)
        after = tuple(
            replace(entry, is_verified=True) if entry in checked else entry for entry in before
        )
        changed = [n for n, entry in enumerate(before) if entry != after[n]]
        if changed:
            _replace(file, _with_verified(text, changed), after)
    return tuple(before[number].source_id for number in changed)


def _with_verified(text: str, numbers: Collection[int]) -> str:
    """The text with the entries of these numbers verified, if their tables are where they seem."""
    lines = text.split("\n")
    headers = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    for number in sorted(numbers, reverse=True):  # from the end: lines are put in
        if number >= len(headers):
            break
        first = headers[number] + 1
        end = headers[number + 1] if number + 1 < len(headers) else len(lines)
        stated = next((at for at in range(first, end) if _UNVERIFIED.match(lines[at])), None)
        if stated is not None:
            lines[stated] = _UNVERIFIED.sub(r"\1true", lines[stated], count=1)
            continue
        # After the last key: the comments that follow are on the next entry.
        last = max(
            (at for at in range(first, end) if lines[at].strip()[:1] not in ("", "#")),
            default=first - 1,
        )
        lines.insert(last + 1, "verified = true" + ("\r" if lines[last].endswith("\r") else ""))
    return "\n".join(lines)


def _replace(file: Path, text: str, meant: tuple[Source, ...]) -> None:
    """Put a text in the registry's place if it says what is meant."""
    try:
        is_meant, why = parse_registry(text, file) == meant, "it would mean something else"
    except UsageError as error:
        is_meant, why = False, str(error)
    if not is_meant:
        raise UsageError(
            f"{file} was left as it is, for it cannot be edited safely ({why}): change it by hand, "
            "and let each source be a [[source]] table"
        )
    has_mode = file.exists()
    mode = file.stat().st_mode if has_mode else 0
    write_text(file, text)
    if has_mode:
        file.chmod(mode)


@contextmanager
def _editing(path: Path) -> Iterator[Path]:
    """Hold a registry against others that edit it; the file that a link means, not the link."""
    file = path.resolve()
    try:
        descriptor = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # Of the folder: the file is replaced, and a lock beside it would be litter.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UsageError(
            f"cannot write the source registry {path}: {error.strerror}; keep one of your own, "
            "and name it with --registry or BROADSHEET_REGISTRY"
        ) from error


def _toml(value: object) -> str:
    """A value as TOML: strings are JSON's, but for DEL (toml.io, 1.0.0: Basic strings)."""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)


def _plain(text: str | None) -> str:
    return " ".join(_NOT_IN_A_NAME.sub(" ", text or "").split())


def _place(homepage: str) -> tuple[str, str, str]:
    parts = urlsplit(urls.canonicalise(homepage) or homepage)
    return parts.netloc.removeprefix("www."), parts.path.rstrip("/"), parts.query
