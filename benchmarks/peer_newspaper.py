"""newspaper4k in a pool, as bare_pool.py does with trafilatura.

Run by benchmarks.peers in an environment of the peers:
`peer_newspaper.py WARCS OUT --workers 2`. Reads nothing of this project.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import newspaper
import pyarrow as pa
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator

SCHEMA = pa.schema([(name, pa.string()) for name in ("url", "title", "author", "date", "text")])
Row = tuple[str, str | None, str | None, str | None, str | None]


def read_pages(folder: Path) -> Iterator[tuple[str, bytes]]:
    """URL and bytes of each response."""
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == "response":
                    url = record.rec_headers.get("WARC-Target-URI")
                    yield url, record.content_stream().read()


def extract(page: tuple[str, bytes]) -> Row | None:
    """Body and metadata of one page; None where it fails."""
    url, html = page
    article = newspaper.Article(url, fetch_images=False)
    try:
        article.download(input_html=html)
        article.parse()
    except Exception:  # noqa: BLE001 - a page that it cannot read is one that it does not return
        return None
    at = article.publish_date
    date = at.isoformat() if isinstance(at, datetime) else None
    return url, article.title, "; ".join(article.authors), date, article.text


def main() -> None:
    """Read, extract, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warcs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with multiprocessing.Pool(options.workers) as pool:
        rows = [row for row in pool.imap_unordered(extract, read_pages(options.warcs)) if row]
    columns = dict(zip(SCHEMA.names, zip(*rows, strict=True), strict=True))
    options.out.mkdir()
    pq.write_table(pa.table(columns, schema=SCHEMA), options.out / "0.parquet", compression="zstd")


if __name__ == "__main__":
    main()
