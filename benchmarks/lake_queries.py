"""What the view `articles` costs over the same files read without it."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256

import duckdb

from benchmarks.words import common_word
from tasks.lake import active_files
from tasks.query import open_catalog
from tasks.storage import Lake

ROUNDS = 11
LOOK_UPS = 25
MONTH = "2025-06"
FIRST_DAY, DAY_AFTER = "2025-06-10", "2025-06-13"

Tally = Counter[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Ratio:
    """CPU seconds of one query, medians of rounds in which each was run once, in turns."""

    query: str
    view_s: float
    raw_s: float
    rounds: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times the CPU the view costs."""
        return self.view_s / self.raw_s


@dataclass(frozen=True, slots=True)
class LookUps:
    """Seconds of wall time that single articles took, by id."""

    existing_s: tuple[float, ...]
    absent_s: tuple[float, ...]


def queries(publisher: str) -> dict[str, str]:
    """The queries, by name; `{}` is where they read from."""
    return {
        "count by day": "select (published_at at time zone 'UTC')::date as day, count(*) from {} "
        "group by day",
        "publisher + three days": "select published_at, title, url from {} "
        f"where publisher = '{publisher}' "
        f"and published_at >= '{FIRST_DAY}' and published_at < '{DAY_AFTER}'",
        "text search in a month": "select count(*) from {} "
        f"where published_month = '{MONTH}' and text ilike '%{common_word()}%'",
    }


def compare(lake: Lake, rounds: int = ROUNDS) -> list[Ratio]:
    """Run each query on the view and on the files, in turns, on one connection.

    Raises:
        AssertionError: if the answers differ by other rows than versions that are not current.
    """
    with open_catalog(lake) as connection:
        files = ", ".join(f"'{file}'" for file in active_files(lake, "articles"))
        raw = f"read_parquet([{files}])"
        superseded = f"(select * from {raw} where version_id in (select supersedes from {raw}))"
        ratios = []
        for name, query in queries(_publisher(connection)).items():
            both = query.format("articles"), query.format(raw)
            current, all_versions = (_tally(connection, each) for each in both)
            if current + _tally(connection, query.format(superseded)) != all_versions:
                raise AssertionError(f"{name}: the view lacks or has rows that it should not")
            costs = [
                (_cpu_s(connection, both[0]), _cpu_s(connection, both[1])) for _ in range(rounds)
            ]
            view_s, raw_s = (statistics.median(part) for part in zip(*costs, strict=True))
            ratios.append(Ratio(name, view_s, raw_s, tuple(a / b for a, b in costs)))
    return ratios


def look_up(lake: Lake) -> LookUps:
    """Read articles by id, all columns, each id once, after one query that nobody times."""
    with open_catalog(lake) as connection:
        existing = connection.execute(
            "select article_id from articles order by version_key limit ?", [LOOK_UPS]
        ).fetchall()
        absent = [(sha256(f"absent {n}".encode()).hexdigest(),) for n in range(LOOK_UPS)]
        _by_id(connection, existing[0][0])
        times = []
        for ids, found in ((existing, 1), (absent, 0)):
            for (article_id,) in ids:
                began = time.perf_counter()
                rows = _by_id(connection, article_id)
                times.append(time.perf_counter() - began)
                if len(rows) != found:
                    raise AssertionError(f"{article_id} has {len(rows)} current versions")
    return LookUps(tuple(times[:LOOK_UPS]), tuple(times[LOOK_UPS:]))


def _publisher(connection: duckdb.DuckDBPyConnection) -> str:
    """A large one, not the largest."""
    query = "select publisher from articles group by publisher order by count(*) desc, publisher"
    return str(connection.execute(f"{query} limit 1 offset 9").fetchall()[0][0])


def _by_id(connection: duckdb.DuckDBPyConnection, article_id: str) -> list[tuple[object, ...]]:
    query = f"select * from articles where article_id = '{article_id}'"
    return list(connection.execute(query).fetchall())


def _tally(connection: duckdb.DuckDBPyConnection, query: str) -> Tally:
    """How often each row is in an answer, or what it counts if its last column is a count."""
    tally: Tally = Counter()
    for *values, last in connection.execute(query).fetchall():
        is_count = isinstance(last, int)
        tally[tuple(values) if is_count else (*values, last)] += last if is_count else 1
    return tally


def _cpu_s(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """User and system time of all of DuckDB's threads."""
    began = time.process_time()
    connection.execute(query).fetchall()
    return time.process_time() - began
