"""The source registry: a TOML file that names the places which news comes from.

Each `[[source]]` has an `id` (written `@id` on the command line), a `name` and a `kind`: a `folder`
has a `path`, relative to the registry file; a `site` is to be fetched, beginning at its `homepage`.
What an entry says of itself is checked here; what its license covers, in `tasks.registered`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tasks import urls
from tasks.discover.patterns import Patterns
from tasks.errors import UsageError
from tasks.iso_countries import ISO_3166_1
from tasks.language import ISO_639_1
from tasks.licensing import parse_given_license

_ID = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_REQUIRED = ("id", "name", "kind")
_TEXTS = (
    *_REQUIRED,
    "path",
    "homepage",
    "language",
    "country",
    "license",
    "license_url",
    "license_evidence",
)
_LISTS = ("feeds", "include", "exclude")
_KNOWN = (*_TEXTS, *_LISTS, "pace", "verified")
_MAX_FEEDS = 100
_MAX_PACE_S = 3600  # slower than once an hour is a mistake in the unit


EVERYTHING = Patterns()


class EntryKind(StrEnum):
    """How an entry's source is read."""

    FOLDER = "folder"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One entry of the registry, as its file states it.

    `location` is a folder's absolute path, None for a site. `license` is an SPDX
    expression or a LicenseRef, and never without `license_evidence`: the words, or the address,
    that say so.
    `license_url` is that of a well-known license where the entry names none.
    `feeds` are its feeds and sitemaps, if they are not to be looked for. `patterns` say which
    addresses are its articles. `pace_s` are the seconds between two requests. `is_verified` says
    that somebody has looked.
    """

    source_id: str
    name: str
    kind: EntryKind
    location: str | None = None
    homepage: str | None = None
    language: str | None = None
    country: str | None = None
    license: str | None = None
    license_url: str | None = None
    license_evidence: str | None = None
    feeds: tuple[str, ...] = ()
    patterns: Patterns = EVERYTHING
    pace_s: float | None = None
    is_verified: bool = False


def load_registry(path: Path) -> tuple[Source, ...]:
    """Read a registry file; its sources in the order of the file.

    Raises:
        UsageError: if the file cannot be read or says something that no source can mean.
    """
    return parse_registry(read_registry(path), path)


def read_registry(path: Path) -> str:
    """Read a registry file's text, its line ends as they are.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise UsageError(f"cannot read the source registry {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the source registry {path} is not valid TOML: {error}") from error


def parse_registry(text: str, path: Path) -> tuple[Source, ...]:
    """Read a registry's text; its sources in the order of the file.

    Args:
        text: As the file has it, or is to have it.
        path: The file, for messages and for the paths of folders.

    Raises:
        UsageError: if it says something that no source can mean.
    """
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the source registry {path} is not valid TOML: {error}") from error
    tables = entries.pop("source", [])
    if entries or not isinstance(tables, list):
        raise UsageError(f"the source registry {path} may hold only [[source]] tables")
    sources: dict[str, Source] = {}
    for number, table in enumerate(tables, start=1):
        source = _source(table, where=f"source {number} of {path}", base=path.parent)
        if source.source_id in sources:
            raise UsageError(f"{path} names the source {source.source_id!r} twice")
        sources[source.source_id] = source
    return tuple(sources.values())


def find_source(sources: tuple[Source, ...], name: str) -> Source:
    """Find the source that `@name` means; the leading `@` may be left out.

    Raises:
        UsageError: if there is none; the message lists the names that exist.
    """
    wanted = name.removeprefix("@")
    for source in sources:
        if source.source_id == wanted:
            return source
    known = ", ".join(f"@{source.source_id}" for source in sources) or "none"
    raise UsageError(f"no source is called @{wanted}; the registry knows: {known}")


def _source(table: object, *, where: str, base: Path) -> Source:
    if not isinstance(table, dict):
        raise UsageError(f"{where} is not a [[source]] table")
    if isinstance(table.get("id"), str):
        where = f"{where} ({table['id']!r})"
    texts = _texts(table, where)
    if not _ID.fullmatch(texts["id"]):
        raise UsageError(f"{where}: for an id use lower-case letters, digits, '.', '_', '-'")
    kind = _kind(texts, where)
    _check_codes(texts, where)
    homepage = _address("homepage", texts.get("homepage"), where)
    _address("license_url", texts.get("license_url"), where)
    license_id = _license(texts, where)
    known = parse_given_license(license_id) if license_id else None
    return Source(
        source_id=texts["id"],
        name=texts["name"],
        kind=kind,
        location=str((base / texts["path"]).resolve()) if kind is EntryKind.FOLDER else None,
        homepage=homepage,
        language=texts.get("language"),
        country=texts.get("country"),
        license=license_id,
        license_url=texts.get("license_url") or (known[1] if known else None),
        license_evidence=texts.get("license_evidence"),
        feeds=_feeds(table, where),
        patterns=_patterns(table, where),
        pace_s=_pace(table, where),
        is_verified=_is_verified(table, where),
    )


def _texts(table: Mapping[str, object], where: str) -> dict[str, str]:
    """The entry's strings, white space folded; all keys are known and none is missing."""
    unknown = [key for key in table if key not in _KNOWN]
    if unknown:
        raise UsageError(f"{where} has the unknown key {unknown[0]!r}; known: {', '.join(_KNOWN)}")
    texts: dict[str, str] = {}
    for key in _TEXTS:
        value = table.get(key)
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise UsageError(f"{where}: {key} must be a string that is not empty, without NUL")
        texts[key] = value if key == "path" else " ".join(value.split())
    missing = [key for key in _REQUIRED if key not in table]
    if missing:
        raise UsageError(f"{where} lacks: {', '.join(missing)}")
    return texts


def _kind(texts: Mapping[str, str], where: str) -> EntryKind:
    if texts["kind"] not in list(EntryKind):
        raise UsageError(
            f"{where} is of the unknown kind {texts['kind']!r}; known: {', '.join(EntryKind)}"
        )
    kind = EntryKind(texts["kind"])
    if kind is EntryKind.FOLDER and "path" not in texts:
        raise UsageError(f"{where} lacks: path (the folder, from the registry file)")
    if kind is EntryKind.SITE and "path" in texts:
        raise UsageError(f"{where}: a site has no path; give its homepage, or the kind folder")
    return kind


def _check_codes(texts: Mapping[str, str], where: str) -> None:
    language, country = texts.get("language"), texts.get("country")
    if language is not None and language not in ISO_639_1:
        raise UsageError(f"{where}: language {language!r} is no ISO 639-1 code, such as 'en'")
    if country is not None and country not in ISO_3166_1:
        raise UsageError(f"{where}: country {country!r} is no ISO 3166-1 code, such as 'GB'")


def _address(key: str, stated: str | None, where: str) -> str | None:
    """An address as it is asked of its server; registries are shared, so it holds no password."""
    if stated is None:
        return None
    url = urls.as_requested(stated)
    if url is None:
        raise UsageError(f"{where}: {key} must be an http:// or https:// address")
    if urls.without_credentials(stated) != stated:
        raise UsageError(f"{where}: {key} must be an address without user and password")
    return url


def _license(texts: Mapping[str, str], where: str) -> str | None:
    stated = texts.get("license")
    if stated is None:
        for key in ("license_url", "license_evidence"):
            if key in texts:
                raise UsageError(f"{where} has a {key}, but no license: name it, by its SPDX id")
        return None
    if "license_evidence" not in texts:
        raise UsageError(f"{where} lacks: license_evidence (the words, or address, that say so)")
    read = parse_given_license(stated)
    if read is None:
        raise UsageError(
            f"{where} has the unknown license {stated!r}; use an SPDX id or expression, such as "
            "'CC-BY-4.0', or 'LicenseRef-CC-BY' (no version known), "
            "'LicenseRef-AllRightsReserved', or a LicenseRef-... of your own"
        )
    if read[0] != stated:
        raise UsageError(f"{where}: the license {stated!r} is written {read[0]!r}")
    return stated


def _feeds(table: Mapping[str, object], where: str) -> tuple[str, ...]:
    feeds = _strings(table, "feeds", where)
    if len(feeds) > _MAX_FEEDS:
        raise UsageError(f"{where}: feeds must be at most {_MAX_FEEDS} http(s) addresses")
    addresses = [_address("each of feeds", feed, where) for feed in feeds]
    return tuple(dict.fromkeys(filter(None, addresses)))


def _patterns(table: Mapping[str, object], where: str) -> Patterns:
    try:
        return Patterns(
            include=_strings(table, "include", where), exclude=_strings(table, "exclude", where)
        )
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def _strings(table: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
        raise UsageError(f"{where}: {key} must be a list of strings")
    return tuple(values)


def _pace(table: Mapping[str, object], where: str) -> float | None:
    pace = table.get("pace")
    if pace is None:
        return None
    if isinstance(pace, bool) or not isinstance(pace, int | float) or not 0 < pace <= _MAX_PACE_S:
        raise UsageError(f"{where}: pace must be seconds, more than 0 and at most {_MAX_PACE_S}")
    return float(pace)


def _is_verified(table: Mapping[str, object], where: str) -> bool:
    verified = table.get("verified", False)
    if not isinstance(verified, bool):
        raise UsageError(f"{where}: verified must be true or false, without quotes")
    return verified
