"""Bodies and fields of `ingest` and of trafilatura alone, on the same labelled pages.

`python -m benchmarks.quality [--workers 2]` needs the labelled pages in `../shared/corpus`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import duckdb
import pyarrow.parquet as pq

from benchmarks.corpus import (
    BUILD,
    LABELLED,
    LABELLED_SETS,
    Labelled,
    build_warc,
    labelled_pages,
)
from benchmarks.measure import measure
from benchmarks.results import circumstances, write_section
from benchmarks.scoring import plain, precision_recall_f1, shingle_overlap

MEASURES = ("precision", "recall", "F1")
# Seconds since 1970 instead of a timestamp: no time zone of this machine can get in.
ROWS = "select url, title, authors, epoch(published_at) as published, text from articles"


@dataclass(frozen=True, slots=True)
class Found:
    """What one tool made of one page; an instant where it knows the time, else at most a day."""

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    at: datetime | None = None
    on: date | None = None


Results = dict[str, Found]


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
        )
        for url, title, authors, published, text in rows
    }


def from_bare_pool(path: Path) -> Results:
    """What trafilatura alone wrote, by URL; it joins authors by `; ` and knows days only."""
    return {
        row["url"]: Found(
            text=row["text"] or "",
            title=row["title"],
            authors=tuple((row["author"] or "").split("; ")) if row["author"] else (),
            on=date.fromisoformat(row["date"]) if row["date"] else None,
        )
        for row in pq.read_table(path).to_pylist()
    }


def bodies(pages: Sequence[Labelled], results: Results) -> tuple[float, float, float]:
    """Precision, recall and F1 of the bodies."""
    return precision_recall_f1(
        shingle_overlap(page.truth["body"], results.get(page.url, Found()).text) for page in pages
    )


def has_title(truth: dict[str, Any], found: Found) -> bool:
    """The same headline."""
    return plain(found.title) == plain(truth["title"])


def has_authors(truth: dict[str, Any], found: Found) -> bool:
    """The same names, in any order; none where there are none."""
    return {plain(a) for a in found.authors} == {plain(a) for a in truth["authors"]}


def has_day(truth: dict[str, Any], found: Found) -> bool:
    """The same day where the newsroom is."""
    at = datetime.fromisoformat(truth["published_at"])
    day = found.at.astimezone(at.tzinfo or UTC).date() if found.at else found.on
    return day == at.date()


def has_instant(truth: dict[str, Any], found: Found) -> bool:
    """The same second."""
    at = datetime.fromisoformat(truth["published_at"])
    return found.at is not None and found.at.replace(microsecond=0) == at.replace(microsecond=0)


FIELDS: tuple[tuple[str, Callable[[dict[str, Any], Found], bool]], ...] = (
    ("title exact", has_title),
    ("authors exact", has_authors),
    ("day of publication", has_day),
)


def table(ours: Results, bare: Results) -> str:
    """All measures of both tools."""
    rows: list[tuple[str, int, float, float | None]] = []
    for name in LABELLED_SETS:
        pages = list(labelled_pages(name))
        for measured, a, b in zip(MEASURES, bodies(pages, ours), bodies(pages, bare), strict=True):
            rows.append((f"body {measured}, {name}/", len(pages), a, b))
    pages = list(labelled_pages("publishers"))
    zoned = [page for page in pages if _has_zone(page.truth)]
    for name, agrees in FIELDS:
        rows.append((name, len(pages), share(agrees, pages, ours), share(agrees, pages, bare)))
    exact = share(has_instant, zoned, ours)
    rows.append(("second of publication, where labelled with a zone", len(zoned), exact, None))
    lines = ["| measure | pages | broadsheet | trafilatura |", "|---|--:|--:|--:|"]
    for name, count, mine, its in rows:
        lines.append(f"| {name} | {count} | {mine:.4f} | {'' if its is None else f'{its:.4f}'} |")
    return "\n".join(lines)


def share(
    agrees: Callable[[dict[str, Any], Found], bool], pages: Sequence[Labelled], results: Results
) -> float:
    """Share of the pages on which a field agrees with its label."""
    return fmean(agrees(page.truth, results.get(page.url, Found())) for page in pages)


def _has_zone(truth: dict[str, Any]) -> bool:
    return datetime.fromisoformat(truth["published_at"]).tzinfo is not None


def main() -> None:
    """Run both on all labelled pages; print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if not LABELLED.is_dir():
        print("quality: skipped, it needs the labelled pages in ../shared/corpus", file=sys.stderr)
        return
    count = sum(1 for name in LABELLED_SETS for _ in labelled_pages(name))
    warc, corpus = build_warc(count)
    workers = ["--workers", str(options.workers)]
    with tempfile.TemporaryDirectory(prefix="quality-", dir=BUILD) as folder:
        lake, parquet = Path(folder) / "lake", Path(folder) / "bare.parquet"
        ingest = ["-m", "flows", "ingest", str(warc), "--lake", str(lake), "--json"]
        measure([sys.executable, *ingest, *workers])
        pool = ["-m", "benchmarks.bare_pool", str(warc), str(parquet)]
        measure([sys.executable, *pool, *workers])
        ours, bare = from_lake(lake), from_bare_pool(parquet)
    missing = f"{count - len(ours)} of broadsheet, {count - len(bare)} of trafilatura"
    lines = [
        "## Quality\n",
        circumstances(f"python -m benchmarks.quality --workers {options.workers}"),
        f"- {corpus}",
        "- Bodies: Scrapinghub's measure (benchmarks/scoring.py). trafilatura gives no time of day",
        f"- Pages without a row count as empty: {missing}\n",
        table(ours, bare),
    ]
    text = "\n".join(lines)
    print(text)
    write_section("quality", text)


if __name__ == "__main__":
    main()
