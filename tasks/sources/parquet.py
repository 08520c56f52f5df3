"""Parquet: a row a page, by the same names as JSONL."""

from __future__ import annotations

from collections.abc import Iterator
from io import FileIO

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.records import Page, Reason, Rejection
from tasks.sources.fields import is_wanted, list_names, may_hold_page, read_row
from tasks.sources.inputs import Input

_ROWS_AT_ONCE = 64  # at 100 KB a page a few megabytes; reading is no slower than with more
_BUFFER_BYTES = 1 << 20  # of a column's stream, instead of the whole row group at once


def read_parquet(file: FileIO, source: Input) -> Iterator[Page | Rejection]:
    """Read the rows; `raw_ref` counts them from 0. Only columns of use are read."""
    try:
        table = pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER_BYTES)
        found = table.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError) as error:
        yield source.reject(Reason.DAMAGED_ARCHIVE, f"not a sound Parquet file: {_line(error)}")
        return
    if not any(may_hold_page(name) for name in found):
        wanted = "wanted: `text` or `html` (or `content`, `body`, `raw_html`, ...)"
        what = f"no column for the page; {wanted}; found: {list_names(found)}"
        yield source.reject(Reason.MISSING_COLUMNS, what)
        return
    row_number = 0
    try:
        columns = [name for name in found if is_wanted(name)]
        for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE, columns=columns):
            for row in range(batch.num_rows):
                yield _read_row(batch, row, source, row_number)
                row_number += 1
    except (pa.ArrowException, OSError, ValueError) as error:
        what = f"row {row_number} and all after it are lost: {_line(error)}"
        yield source.reject(Reason.DAMAGED_ARCHIVE, what, offset=row_number)
        return
    if row_number == 0:
        yield source.reject(Reason.EMPTY, "the table has no rows")


def _read_row(batch: pa.RecordBatch, row: int, source: Input, number: int) -> Page | Rejection:
    values: dict[str, object] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            values[name] = column[row].as_py()
        except (pa.ArrowException, ValueError, OverflowError) as error:
            what = f"row {number}, column {name!r}: {_line(error)}"
            return source.reject(Reason.BROKEN_ROW, what, offset=number)
    return read_row(values, source, offset=number)


def _line(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"invalid UTF-8 at byte {error.start}"  # its own message carries the data
    return " ".join(str(error).split())[:300]
