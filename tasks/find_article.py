"""Which article a user means by an id, the beginning of one, or a URL."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import duckdb

from tasks.errors import LakeError, UsageError
from tasks.urls import article_id, canonicalise, host, without_credentials

ID_LENGTH = 64  # SHA-256 in hex
SHORTEST_PREFIX = 6
SHORT_ID = 12
MOST_CANDIDATES = 10

_HEX = re.compile(r"[0-9a-f]{1,64}", re.IGNORECASE)
_DOOR = re.compile(r"^https?://(?:www\.)?")


@dataclass(frozen=True, slots=True)
class Found:
    """An article, and the version of it if that was named."""

    article_id: str
    version_id: str | None = None


def find_article(connection: duckdb.DuckDBPyConnection, name: str, root: str) -> Found:
    """Find the article that a name means.

    Args:
        connection: The lake's views.
        name: An article_id or version_id, the first 6 or more digits of one, or a URL.
        root: Where the lake lies, for messages.

    Raises:
        UsageError: if the name is no id and no URL, or means several articles.
        LakeError: if the lake does not hold the article.
    """
    name = name.strip()
    if _HEX.fullmatch(name):
        return _find_by_id(connection, name.lower(), root)
    # What browsers show, and people copy, has no scheme.
    without_scheme = "://" not in name and "." in name.partition("/")[0]
    url = canonicalise(f"https://{name}" if without_scheme else name)
    if url is None:
        raise UsageError(
            f"{name!r} is neither an id ({SHORTEST_PREFIX} to {ID_LENGTH} hex digits) "
            "nor an http(s) URL"
        )
    found = _find_by_article_id(connection, url) or _find_by_page_url(connection, url)
    if found is None:
        raise LakeError(_not_found(connection, name, url, root))
    return found


def _find_by_id(connection: duckdb.DuckDBPyConnection, name: str, root: str) -> Found:
    if len(name) < SHORTEST_PREFIX:
        raise UsageError(f"{name!r} is too short for an id: give at least {SHORTEST_PREFIX} digits")
    # Equality, where it is possible, is answered from the Parquet files' bloom filters.
    condition = "{} = ?" if len(name) == ID_LENGTH else "starts_with({}, ?)"
    for column, version in (("article_id", "null"), ("version_id", "version_id")):
        rows = connection.execute(
            f"select distinct article_id, {version} from article_versions "
            f"where {condition.format(column)} limit {MOST_CANDIDATES + 1}",
            [name],
        ).fetchall()
        if len(rows) > 1:
            raise _ambiguous(name, {row[1] or row[0] for row in rows}, "give more digits")
        if rows:
            return Found(*rows[0])
    raise LakeError(
        f"no article or version in {root} has an id that begins with {name!r}: "
        "give its URL, or ask `broadsheet sql` for its article_id"
    )


def _find_by_article_id(connection: duckdb.DuckDBPyConnection, url: str) -> Found | None:
    """Find the article whose canonical URL it is; else the one behind another door to that page.

    http or https, with `www.` or without: different addresses, but readers do not tell them apart.
    """
    page = _DOOR.sub("", url)
    doors = [f"{scheme}://{www}{page}" for scheme in ("https", "http") for www in ("", "www.")]
    places = {article_id(door): door for door in doors}
    held = connection.execute(
        "select distinct article_id from article_versions where article_id in (?, ?, ?, ?)",
        list(places),
    ).fetchall()
    return _the_one(url, [(name, places[name]) for (name,) in held])


def _find_by_page_url(connection: duckdb.DuckDBPyConnection, url: str) -> Found | None:
    """Find the article whose page was fetched from that address, but declared another."""
    parts = urlsplit(_DOOR.sub("//", url))
    paths = "|".join(re.escape(path) for path in dict.fromkeys([parts.path, unquote(parts.path)]))
    pattern = rf"(?is)^\s*https?://(www\.)?{re.escape(parts.netloc)}(:\d*)?({paths})?([;?#].*)?$"
    rows = connection.execute(
        "select distinct article_id, url from article_versions where regexp_matches(url, ?)",
        [pattern],
    ).fetchall()
    places = [(name, canonicalise(fetched) or "") for name, fetched in rows]
    page = _DOOR.sub("", url)
    return _the_one(url, [(name, place) for name, place in places if _DOOR.sub("", place) == page])


def _the_one(url: str, places: Sequence[tuple[str, str]]) -> Found | None:
    """The article at exactly that URL, or else the only one."""
    names = {name for name, place in places if place == url} or {name for name, _ in places}
    if len(names) > 1:
        raise _ambiguous(url, names, "give the id of one")
    return Found(names.pop()) if names else None


def _ambiguous(name: str, ids: Collection[str], advice: str) -> UsageError:
    length = SHORT_ID
    while len({candidate[:length] for candidate in ids}) < len(ids):
        length += 1
    shown = sorted(candidate[:length] for candidate in ids)
    more = " and others" if len(shown) > MOST_CANDIDATES else ""
    return UsageError(
        f"{name!r} may be any of {', '.join(shown[:MOST_CANDIDATES])}{more}: {advice}"
    )


def _not_found(connection: duckdb.DuckDBPyConnection, name: str, url: str, root: str) -> str:
    """Say why the article may not be there, or where to look for it."""
    rejected = connection.execute(
        "select stage, rule, run_id from rejections where url in (?, ?) "
        "order by rejected_at desc limit 1",
        [without_credentials(name), url],
    ).fetchone()
    place = host(url)
    known = connection.execute(
        "select 1 from article_versions where host = ? limit 1", [place]
    ).fetchone()
    if rejected:
        stage, rule, run_id = rejected
        hint = f"its page was rejected at {stage} by {rule} in run {run_id}; see `rejections`"
    elif known:
        query = f"select article_id, url, title from articles where host = '{place}'"
        hint = f'list those of its host with `broadsheet sql "{query}"`'
    else:
        hint = f"it holds nothing of {place}; `broadsheet status` lists its sources"
    return f"no article in {root} has the URL {url}: {hint}"
