"""Answers: query results written as a table, CSV, JSON, JSON lines, Parquet or Markdown."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TextIO

import duckdb
import pyarrow.parquet as pq

ROWS_A_BATCH = 1_000
WIDEST_TABLE = 10_000  # characters: all of it, where no terminal sets a width
LONGEST_CELL = 300
MOST_TABLE_ROWS = 1_000


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Answer:
    """A query on a connection, run when it is written and never held in memory as a whole."""

    connection: duckdb.DuckDBPyConnection
    query: str

    def relation(self) -> duckdb.DuckDBPyRelation:
        """The answer as DuckDB's own object."""
        return self.connection.sql(self.query)

    def rows(self) -> tuple[list[str], Iterator[Sequence[object]]]:
        """Column names, and rows as they come."""
        cursor = self.connection.execute(self.query)
        return [column[0] for column in cursor.description or ()], _fetch(cursor)


def _fetch(cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[object]]:
    while rows := cursor.fetchmany(ROWS_A_BATCH):
        yield from rows


def write_answer(answer: Answer, out: TextIO, form: Format, *, width: int | None) -> None:
    """Write an answer as text, batch by batch.

    Args:
        answer: The query.
        out: Where to.
        form: Any but PARQUET, which is no text.
        width: Columns of the terminal, if there is one; only tables care.
    """
    WRITERS[form](answer, out, width)


def write_parquet(answer: Answer, path: Path) -> None:
    """Write an answer as one zstd Parquet file, streamed."""
    reader = answer.relation().to_arrow_reader(ROWS_A_BATCH)
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def _write_table(answer: Answer, out: TextIO, width: int | None) -> None:
    with redirect_stdout(out):
        answer.relation().show(
            max_width=width or WIDEST_TABLE,
            max_rows=MOST_TABLE_ROWS,
            max_col_width=LONGEST_CELL,
        )


def _write_csv(answer: Answer, out: TextIO, _width: int | None) -> None:
    writer = csv.writer(out, lineterminator="\n")
    names, rows = answer.rows()
    writer.writerow(names)
    for row in rows:
        writer.writerow(_csv_cell(cell) for cell in row)


def _write_json(answer: Answer, out: TextIO, _width: int | None) -> None:
    separator = "[\n"
    for line in _json_lines(answer):
        out.write(separator + line)
        separator = ",\n"
    out.write("[]\n" if separator == "[\n" else "\n]\n")


def _write_jsonl(answer: Answer, out: TextIO, _width: int | None) -> None:
    out.writelines(line + "\n" for line in _json_lines(answer))


def _write_markdown(answer: Answer, out: TextIO, _width: int | None) -> None:
    names, rows = answer.rows()
    out.write(_markdown_row(names))
    out.write("|" + " --- |" * len(names) + "\n")
    out.writelines(_markdown_row([_csv_cell(cell) for cell in row]) for row in rows)


WRITERS: dict[Format, Callable[[Answer, TextIO, int | None], None]] = {
    Format.TABLE: _write_table,
    Format.CSV: _write_csv,
    Format.JSON: _write_json,
    Format.JSONL: _write_jsonl,
    Format.MARKDOWN: _write_markdown,
}


def _json_lines(answer: Answer) -> Iterator[str]:
    columns, rows = answer.rows()
    names = _distinct(columns)
    for row in rows:
        cells = {name: _json_cell(cell) for name, cell in zip(names, row, strict=True)}
        yield json.dumps(cells, ensure_ascii=False, allow_nan=False)


def _distinct(names: Sequence[str]) -> list[str]:
    """Column names as object keys: a repeated one gets a number, so that no value is lost."""
    found: list[str] = []
    for name in names:
        key, number = name, 1
        while key in found:
            key, number = f"{name}_{number}", number + 1
        found.append(key)
    return found


def _json_cell(cell: object) -> object:
    if cell is None or isinstance(cell, (bool, int, str)):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, (list, tuple)):
        return [_json_cell(part) for part in cell]
    if isinstance(cell, dict):
        return {str(key): _json_cell(value) for key, value in cell.items()}
    return _plain_text(cell)


def _plain_text(cell: object) -> str:
    if isinstance(cell, datetime):
        return _iso_utc(cell)
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = Decimal(cell // timedelta(microseconds=1)).scaleb(-6).normalize()
        return f"PT{seconds:f}S"  # ISO 8601 duration
    return cell.hex() if isinstance(cell, bytes) else str(cell)


def _iso_utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        return moment.isoformat()
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _csv_cell(cell: object) -> str:
    value = _json_cell(cell)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _markdown_row(cells: Sequence[str]) -> str:
    escaped = (cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
    return "| " + " | ".join(" ".join(cell.split()) for cell in escaped) + " |\n"
