"""SOURCE to files: a file, a folder (walked to its depth) or a glob."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path, PurePath

from tasks.errors import SourceError
from tasks.settings import LAKE_MARKER
from tasks.sources.inputs import printable

_LIKE_AN_ID = re.compile(r"[a-z0-9_-]{1,100}")
# What lies beside data in a folder, and is not data.
_OTHER_SUFFIXES = frozenset(
    f".{suffix}"
    for suffixes in (
        "md markdown rst adoc csv tsv log bak tmp swp part",  # documents, tables, remains
        "toml yaml yml ini cfg conf properties lock env xsd xsl xslt dtd",  # configuration
        "py pyc pyi ipynb js mjs ts css scss less map sh bash bat ps1 sql",  # code
        "c h cpp hpp java go rs rb php pl r",
        "crc md5 sha1 sha256 idx cdx cdxj duckdb",  # checksums and indexes
    )
    for suffix in suffixes.split()
)
_DOCUMENT_NAME = re.compile(
    r"(readme|licen[cs]e|copying|notice|authors|contributing|changelog|changes|makefile|dockerfile)"
    r"(\W|$)",
    re.IGNORECASE,
)
# Marker files and logs that Hadoop, Spark and Delta put beside Parquet.
_TABLE_MARKER = re.compile(
    r"_(success|metadata|common_metadata|delta_log|committed|started)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Found:
    """A path to read.

    `named` tells that the user asked for this very file (or for its suffix, in a glob); `error`
    is set for a folder that could not be listed.
    """

    path: Path
    named: bool
    error: OSError | None = None


def find_files(source: str) -> tuple[str, Iterator[Found]]:
    """Find the files of a SOURCE, in a fixed order: by name, folder by folder.

    A folder that several links lead to is walked once, so a loop of links ends.

    Returns:
        The default source id (last component of the resolved path; for a glob, of the folder
        before the first wildcard), and the files, listed while they are read.

    Raises:
        SourceError: if there is no such file or folder, or nothing in it.
    """
    path = Path(source)
    if _exists(path):
        if not _is_folder(path):
            return _last_name(path), iter([Found(path.absolute(), named=True)])
        nothing = f"folder {source!r} is empty: put files in it, or name another SOURCE"
        return _last_name(path), _at_least_one(_walk(path.absolute()), nothing)
    if glob.has_magic(source):
        nothing = f"no file matches {source!r}: check the pattern, and quote it in a shell"
        return _last_name(_folder_of_glob(path)), _at_least_one(_expand(source), nothing)
    is_like_an_id = _LIKE_AN_ID.fullmatch(source) is not None
    hint = f", or write @{source} for a source of the registry" if is_like_an_id else ""
    raise SourceError(f"there is no file or folder {source!r}: check the path{hint}")


def why_not_an_input(path: Path) -> str | None:
    """Say why a path met in a folder is no news, by its name alone; None if it may be."""
    name = path.name
    if name.startswith("."):
        return "hidden"
    if _is_lake(path):
        return "a lake; name it, or a folder in it, to read it"
    if _TABLE_MARKER.match(name):
        return "belongs to a table format"
    if PurePath(name.removesuffix(".gz")).suffix.lower() in _OTHER_SUFFIXES:
        return "documentation, configuration, code or an index"
    if _DOCUMENT_NAME.match(name):
        return "about the folder, not in it"
    return None


def _at_least_one(found: Iterator[Found], otherwise: str) -> Iterator[Found]:
    first = next(found, None)
    if first is None:
        raise SourceError(otherwise)
    return chain([first], found)


def _walk(folder: Path) -> Iterator[Found]:
    # A stack, for folders may be nested deeper than Python's calls; of names, for a folder may
    # hold a million files.
    seen: set[tuple[int, int]] = set()
    pending: list[tuple[Path, Iterator[str]]] = [(folder.parent, iter([folder.name]))]
    while pending:
        parent, names = pending[-1]
        name = next(names, None)
        if name is None:
            pending.pop()
            continue
        path = parent / name
        if not _is_folder(path) or (path != folder and _is_closed(path)):
            yield Found(path, named=False)
            continue
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                pending.append((path, iter(sorted(os.listdir(path)))))  # noqa: PTH208 - a tenth of the memory
        except OSError as error:
            yield Found(path, named=False, error=error)


def _expand(pattern: str) -> Iterator[Found]:
    suffix = PurePath(pattern).suffix
    asked_for = suffix if suffix and not glob.has_magic(suffix) else None
    for path in _matches(Path(pattern).absolute()):
        if _is_folder(path):
            yield from _walk(path)
        else:
            yield Found(path, named=path.suffix == asked_for)


def _matches(pattern: Path) -> Iterator[Path]:
    if "**" not in pattern.parts:
        yield from map(Path, sorted(glob.iglob(str(pattern))))  # noqa: PTH207 - as shells do, no hidden files
        return
    # Not by glob, which follows links round and round.
    folder = _folder_of_glob(pattern)
    wanted = pattern.relative_to(folder).parts
    for found in _walk(folder):
        if _fits(found.path.relative_to(folder).parts, wanted):
            yield found.path


def _fits(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if not wanted or not parts:
        return not parts and all(part == "**" for part in wanted)
    if wanted[0] == "**":
        return _fits(parts, wanted[1:]) or _fits(parts[1:], wanted)
    return fnmatchcase(parts[0], wanted[0]) and _fits(parts[1:], wanted[1:])


def _folder_of_glob(pattern: Path) -> Path:
    while glob.has_magic(str(pattern)):
        pattern = pattern.parent
    return pattern


def _last_name(path: Path) -> str:
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError):  # a loop of links: RuntimeError before Python 3.13
        resolved = path.absolute()
    return printable(resolved.name) or "root"


def _is_closed(folder: Path) -> bool:
    return folder.name.startswith(".") or bool(_TABLE_MARKER.match(folder.name)) or _is_lake(folder)


def _is_lake(path: Path) -> bool:
    # `ingest .` must not read the tables that it writes below.
    return os.path.isfile(path / LAKE_MARKER)  # noqa: PTH113 - False, not an error, if it is closed


def _exists(path: Path) -> bool:
    try:
        path.lstat()
    except PermissionError:
        return True  # reading it will say so
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return False
    return True


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False
