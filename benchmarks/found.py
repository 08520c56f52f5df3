"""What a tool made of the labelled pages, and whether its fields agree with their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import duckdb
import pyarrow.parquet as pq

from benchmarks.corpus import Labelled
from benchmarks.scoring import folded, plain

# Seconds since 1970 instead of a timestamp: no time zone of this machine can get in.
ROWS = "select url, title, authors, epoch(published_at) as published, language, text from articles"


@dataclass(frozen=True, slots=True)
class Found:
    """What one tool made of one page; an instant where it knows the time, else at most a day."""

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    at: datetime | None = None
    on: date | None = None
    language: str | None = None


Results = dict[str, Found]
Agrees = Callable[[dict[str, Any], Found], bool]


def from_lake(lake: Path) -> Results:
    """The articles of a lake, by URL."""
    with duckdb.connect(str(lake / "broadsheet.duckdb"), read_only=True) as connection:
        rows = connection.execute(ROWS).fetchall()
    return {
        url: Found(
            text=text,
            title=title,
            authors=tuple(authors),
            at=None if published is None else datetime.fromtimestamp(published, tz=UTC),
            language=language,
        )
        for url, title, authors, published, language, text in rows
    }


def from_table(path: Path) -> Results:
    """What another tool wrote, by URL: a file or folder with the columns of bare_pool.py.

    Authors are joined by `; `; a date is a day, or a day and a time with its offset.
    """
    found = {}
    for row in pq.read_table(path).to_pylist():
        day, _, time = (row["date"] or "").partition("T")
        found[row["url"]] = Found(
            text=row["text"] or "",
            title=row["title"],
            authors=tuple((row["author"] or "").split("; ")) if row["author"] else (),
            at=_instant(f"{day}T{time}") if time else None,
            on=date.fromisoformat(day) if day else None,
        )
    return found


def _instant(text: str) -> datetime | None:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else None


def has_title(truth: dict[str, Any], found: Found) -> bool:
    """The same headline, but for case, space and punctuation."""
    return folded(found.title) == folded(truth["title"])


def has_authors(truth: dict[str, Any], found: Found) -> bool:
    """The same names, in any order; none where there are none."""
    return {plain(a) for a in found.authors} == {plain(a) for a in truth["authors"]}


def has_day(truth: dict[str, Any], found: Found) -> bool:
    """The same day where the newsroom is."""
    at = datetime.fromisoformat(truth["published_at"])
    day = found.at.astimezone(at.tzinfo or UTC).date() if found.at else found.on
    return day == at.date()


def has_minute(truth: dict[str, Any], found: Found) -> bool:
    """The same minute; of a label with a zone."""
    at = datetime.fromisoformat(truth["published_at"])
    return found.at is not None and _minute(found.at) == _minute(at)


def has_zone(truth: dict[str, Any]) -> bool:
    """The label's time is an instant."""
    return datetime.fromisoformat(truth["published_at"]).tzinfo is not None


def share(agrees: Agrees, pages: Sequence[Labelled], results: Results) -> float:
    """Share of the pages on which a field agrees with its label."""
    return fmean(agrees(page.truth, results.get(page.url, Found())) for page in pages)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
