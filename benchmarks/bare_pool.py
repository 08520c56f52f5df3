"""The baseline: what a user would write with trafilatura, a pool and a Parquet file.

`python -m benchmarks.bare_pool PAGES.warc.gz OUT.parquet --workers 2`
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType

SCHEMA = pa.schema([(name, pa.string()) for name in ("url", "title", "author", "date", "text")])
Row = tuple[str, str | None, str | None, str | None, str | None]


def read_pages(path: Path) -> Iterator[tuple[str, bytes]]:
    """URL and bytes of each response."""
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            yield record.headers["WARC-Target-URI"], record.reader.read()


def extract(page: tuple[str, bytes]) -> Row | None:
    """Body and metadata of one page; None where trafilatura finds nothing."""
    url, html = page
    found = trafilatura.bare_extraction(html, url=url, with_metadata=True)
    if found is None:
        return None
    return url, found.title, found.author, found.date, found.text


def main() -> None:
    """Read, extract, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warc", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with multiprocessing.Pool(options.workers) as pool:
        rows = [row for row in pool.imap_unordered(extract, read_pages(options.warc)) if row]
    columns = dict(zip(SCHEMA.names, zip(*rows, strict=True), strict=True))
    pq.write_table(pa.table(columns, schema=SCHEMA), options.out, compression="zstd")


if __name__ == "__main__":
    main()
