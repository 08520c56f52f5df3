"""Datatrove's own steps, each with its own defaults: WARC reader, trafilatura, Parquet writer.

Run by benchmarks.peers in an environment of the peers: `peer_datatrove.py WARCS OUT --workers 2`.
Each file of the folder WARCS is one of its tasks. Reads nothing of this project.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

import pyarrow as pa
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers import ParquetWriter

SCHEMA = pa.schema([(name, pa.string()) for name in ("url", "title", "author", "date", "text")])


def row(_writer: ParquetWriter, document: Document) -> dict[str, Any]:
    """The columns of bare_pool.py; it extracts text only."""
    empty = dict.fromkeys(("title", "author", "date"))
    return {"url": document.metadata["url"], **empty, "text": document.text}


def main() -> None:
    """Read, extract, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warcs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    LocalPipelineExecutor(
        pipeline=[
            WarcReader(str(options.warcs), glob_pattern="*.warc.gz"),
            Trafilatura(),
            ParquetWriter(str(options.out), adapter=row, schema=SCHEMA),
        ],
        tasks=len(list(options.warcs.glob("*.warc.gz"))),
        workers=options.workers,
        logging_dir=str(options.out.with_suffix(".logs")),
    ).run()


if __name__ == "__main__":
    main()
