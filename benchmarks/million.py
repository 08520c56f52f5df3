"""Articles by the million: the rows that the lake is measured on.

Invented, and shaped like news where the cost of a query depends on it: publishers of very unequal
size, every hour of the year, texts of some KB that zstd compresses about as it does real ones
(benchmarks/words.py), and revisions that say nearly what the version before them said.
The same block is the same rows, always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.words import SEED, Integers, names, phrases, texts, vocabulary, zipf
from expectations.columns import UTC_MICROSECONDS
from tasks.tables import table_schema
from tasks.versions import version_key

PUBLISHERS = 300
ROWS_A_BLOCK = 1_000_000  # at most: articles are numbered through
REVISED = 0.03  # share of the rows that are later versions
SECOND = 1_000_000  # times are in microseconds
HOUR = 3_600 * SECOND
LANGUAGES = ("en", "en", "en", "en", "de", "es", "fr", "pt")
SECTIONS = ("world", "politics", "economy", "sport", "culture", "science", "local", "opinion")
LICENSES = (None, None, None, None, None, None, None, "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0")
FOOTER = "All content of this site is licensed under a Creative Commons Attribution License."
CORRECTION = "\nThis article has been corrected: an earlier version gave another figure."


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that came in between two moments, in the order in which they did."""

    number: int
    rows: int
    begin: datetime
    end: datetime


def article_versions(block: Block) -> pa.Table:
    """Rows of the table `articles`; no row of one block revises one of another."""
    rng = np.random.default_rng([SEED, block.number])
    came_in = np.sort(rng.integers(_micros(block.begin), _micros(block.end), block.rows))
    parents, origins = _revisions(rng, block.rows)
    # A version says what its article's first one said, and the correction.
    first = _pages(rng, block, came_in).take(pa.array(origins))
    is_revision = pa.array(parents >= 0)
    correction = pc.if_else(is_revision, CORRECTION, "")
    text = pc.binary_join_element_wise(first.column("text"), correction, "")
    added_words = np.where(parents >= 0, len(CORRECTION.split()), 0)
    columns = dict(zip(first.column_names, first.columns, strict=True)) | {
        "text": text,
        "text_length": pc.utf8_length(text).cast("int64"),
        "word_count": pc.add(first.column("word_count"), added_words),
        "modified_at": pc.if_else(is_revision, _times(came_in - HOUR), None),
        "fetched_at": _times(came_in - 600 * SECOND),
        "first_seen_at": _times(came_in[origins]),
        "ingested_at": _times(came_in),
        "run_id": pc.strftime(_times(came_in), format="%Y%m%dT%H0000Z-bench"),
        "raw_ref": pa.array(
            f"news-{block.number:05}.warc.gz#{offset}"
            for offset in rng.integers(0, 1 << 30, block.rows)
        ),
        **_versions(block, first.column("article_id").to_pylist(), parents),
    }
    return _table(columns, block.rows)


def _revisions(rng: np.random.Generator, rows: int) -> tuple[Integers, Integers]:
    """For each row the one that it revises, or -1, and the first version of its article."""
    parents, origins = np.full(rows, -1), np.arange(rows)
    newest = np.arange(rows)
    revised = np.flatnonzero(rng.random(rows) < REVISED)
    for row, back in zip(revised, rng.exponential(rows / 20, len(revised)), strict=True):
        seen = row - 1 - int(back)
        if seen >= 0:
            origin = origins[seen]
            parents[row], origins[row] = newest[origin], origin
            newest[origin] = row
    return parents, origins


def _versions(block: Block, article_ids: list[str], parents: Integers) -> dict[str, pa.Array]:
    """The columns of tasks/versions.py, by its rules; only `version_hash` is drawn, not hashed."""
    hashes: list[str] = []
    ids: list[str] = []
    keys: list[int] = []
    revisions: list[int] = []
    supersedes: list[str | None] = []
    retires: list[int | None] = []
    for row, (article_id, parent) in enumerate(zip(article_ids, parents.tolist(), strict=True)):
        content = sha256(f"{block.number}/{row}".encode()).hexdigest()
        superseded = ids[parent] if parent >= 0 else None
        name = f"{article_id}\n{content}\n{superseded or ''}"
        hashes.append(content)
        ids.append(sha256(name.encode()).hexdigest())
        keys.append(version_key(ids[-1]))
        revisions.append(revisions[parent] + 1 if parent >= 0 else 1)
        supersedes.append(superseded)
        retires.append(keys[parent] if parent >= 0 else None)
    return {
        "version_id": pa.array(ids),
        "version_hash": pa.array(hashes),
        "revision": pa.array(revisions),
        "supersedes": pa.array(supersedes, pa.string()),
        "version_key": pa.array(keys),
        "retires": pa.array(retires, pa.int64()),
    }


def _pages(rng: np.random.Generator, block: Block, came_in: Integers) -> pa.Table:
    """What each page says when it is seen first."""
    rows = block.rows
    publishers = _publishers().take(pa.array(rng.choice(PUBLISHERS, rows, p=zipf(PUBLISHERS))))
    numbers = range(block.number * ROWS_A_BLOCK, block.number * ROWS_A_BLOCK + rows)
    titles = phrases(rng, rng.integers(5, 14, rows))
    sections = rng.choice(SECTIONS, rows).tolist()
    urls = [
        f"https://www.{host}/{section}/{number}-{title[:40].lower().replace(' ', '-')}"
        for host, section, number, title in zip(
            publishers.column("host").to_pylist(),
            sections,
            numbers,
            titles.to_pylist(),
            strict=True,
        )
    ]
    written = came_in - rng.exponential(4 * HOUR, rows).astype(np.int64)
    published_at = np.maximum(written, _micros(block.begin))
    words = np.clip(rng.lognormal(5.85, 0.45, rows), 90, 1_500).astype(np.int64)
    text = texts(rng, words)
    license_ = publishers.column("license")
    is_open = pc.is_valid(license_)
    removed = [
        [{"kind": "license", "text": FOOTER}] if shown else [] for shown in is_open.to_pylist()
    ]
    columns = {
        "source_id": publishers.column("host"),
        "article_id": pa.array(sha256(url.encode()).hexdigest() for url in urls),
        "url": pa.array(urls),
        "canonical_url": pa.array(urls),
        "title": titles,
        "description": texts(rng, rng.integers(12, 35, rows)),
        "authors": names(rng, rng.integers(0, 3, rows)),
        "section": pa.array(sections),
        "tags": names(rng, rng.integers(0, 6, rows)),
        "image_url": pa.array(f"{url}/lead-1200x800.jpg" for url in urls),
        "language_score": pa.array(np.round(0.9 + rng.random(rows) / 10, 6)),
        "text": text,
        "word_count": pa.array(words),
        "published_at": _times(published_at),
        "published_month": pc.strftime(_times(published_at), format="%Y-%m"),
        "license_evidence": pc.if_else(is_open, FOOTER, None),
        "removed": pa.array(removed, table_schema("articles").field("removed").type),
        "content_hash": pa.array(
            sha256(f"text {number}".encode()).hexdigest() for number in numbers
        ),
    }
    shared = dict(zip(publishers.column_names, publishers.columns, strict=True))
    return pa.table(shared | columns)


@cache
def _publishers() -> pa.Table:
    """One row a publisher: its columns in `articles`."""
    rng = np.random.default_rng([SEED, 1 << 40])
    titles = [
        f"{a.title()} {b.title()}"
        for a, b in rng.choice(vocabulary().to_pylist()[99:9_999], (PUBLISHERS, 2))
    ]
    licenses = rng.choice(np.array(LICENSES, dtype=object), PUBLISHERS).tolist()
    return pa.table(
        {
            "publisher": titles,
            "host": [f"publisher-{number:03}.example" for number in range(PUBLISHERS)],
            "language": rng.choice(LANGUAGES, PUBLISHERS).tolist(),
            "license": pa.array(licenses, pa.string()),
            "license_url": pa.array(
                [f"https://licenses.example/{name}" if name else None for name in licenses],
                pa.string(),
            ),
            "license_scope": pa.array(["site" if name else None for name in licenses], pa.string()),
            "license_source": pa.array(
                ["text" if name else None for name in licenses], pa.string()
            ),
            "rights_holder": titles,
        }
    )


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND


def _times(micros: Integers) -> pa.Array:
    return pa.array(micros).cast(UTC_MICROSECONDS)


def _table(columns: dict[str, pa.Array], rows: int) -> pa.Table:
    """All columns of `articles`; those that are not given say the same in each row."""
    same = {
        "published_at_precision": "second",
        "published_at_source": "json-ld",
        "date_conflict": False,
        "fetched_at_source": "warc",
        "license_conflict": False,
        "rights_reserved": [],
        "extractor": "trafilatura 2.3.1",
        "warnings": [],
        "pipeline_version": "0.1.0",
    }
    schema = table_schema("articles")
    arrays = [
        columns[field.name]
        if field.name in columns
        else pa.repeat(pa.scalar(same.get(field.name), field.type), rows)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)
