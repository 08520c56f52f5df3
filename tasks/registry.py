"""The source registry: a TOML file that names the places which news comes from.

Each `[[source]]` has an `id` (written `@id` on the command line), a `name` and a `kind`; a
`folder` also has a `path`, relative to the registry file.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tasks.errors import UsageError

_ID = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_REQUIRED = ("id", "name", "kind", "path")


class EntryKind(StrEnum):
    """How an entry's source is read."""

    FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One entry of the registry; `location` is a folder's absolute path."""

    source_id: str
    name: str
    kind: EntryKind
    location: str


def load_registry(path: Path) -> tuple[Source, ...]:
    """Read a registry file; its sources in the order of the file.

    Raises:
        UsageError: if the file cannot be read or says something that no source can mean.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the source registry {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
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
    fields = _strings(table, where)
    missing = [key for key in _REQUIRED if key not in fields]
    if missing:
        raise UsageError(f"{where} lacks: {', '.join(missing)}")
    if not _ID.fullmatch(fields["id"]):
        raise UsageError(
            f"{where} has the id {fields['id']!r}; use lower-case letters, digits, '.', '_', '-'"
        )
    if fields["kind"] not in list(EntryKind):
        raise UsageError(
            f"{where} is of the unknown kind {fields['kind']!r}; known: {', '.join(EntryKind)}"
        )
    return Source(
        source_id=fields["id"],
        name=fields["name"],
        kind=EntryKind(fields["kind"]),
        location=str((base / fields["path"]).resolve()),
    )


def _strings(table: object, where: str) -> dict[str, str]:
    if not isinstance(table, dict):
        raise UsageError(f"{where} is not a [[source]] table")
    for key, value in table.items():
        if key not in _REQUIRED:
            raise UsageError(f"{where} has the unknown key {key!r}; known: {', '.join(_REQUIRED)}")
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise UsageError(f"{where}: {key} must be a string that is not empty, without NUL")
    return table
