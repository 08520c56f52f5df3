"""Columns: a record's fields declared once, from which schema, dictionary and null rules derive.

A record type is a frozen dataclass. Each stored field is annotated
``Annotated[python_type, Column(arrow_type, "meaning")]``; a field whose annotation is itself a
dataclass is a *group*, whose columns stand in the table as if they were written in its place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

UTC_MICROSECONDS = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.field("element", pa.string(), nullable=False))


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """How one field is stored, and what it means to a reader."""

    type: pa.DataType
    doc: str


@dataclasses.dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """One column of a table; `group` is the title of its group, None at top level."""

    name: str
    group: str | None
    nullable: bool
    column: Column


@cache
def declared_columns(record_type: type) -> tuple[DeclaredColumn, ...]:
    """List a record type's columns, groups flattened, in order of declaration.

    Raises:
        TypeError: if a field is neither a column nor a group.
    """
    return tuple(_walk(record_type, group=None))


def _walk(record_type: type, group: str | None) -> Iterator[DeclaredColumn]:
    hints = get_type_hints(record_type, include_extras=True)
    for field in dataclasses.fields(record_type):
        hint = hints[field.name]
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            yield from _walk(hint, group=(hint.__doc__ or hint.__name__).split(":", 1)[0])
            continue
        columns = [extra for extra in get_args(hint)[1:] if isinstance(extra, Column)]
        if len(columns) != 1:
            message = (
                f"{record_type.__name__}.{field.name} declares {len(columns)} columns, not one"
            )
            raise TypeError(message)
        nullable = _accepts_none(get_args(hint)[0])
        yield DeclaredColumn(field.name, group, nullable, columns[0])


def _accepts_none(hint: Any) -> bool:  # noqa: ANN401 - a type annotation has no type of its own
    return get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)


@cache
def arrow_schema(record_type: type) -> pa.Schema:
    """Arrow schema of a record type; each field carries its meaning in its metadata."""
    return pa.schema(
        pa.field(c.name, c.column.type, nullable=c.nullable, metadata={"doc": c.column.doc})
        for c in declared_columns(record_type)
    )


def to_row(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any record type
    """One record as a flat row: groups merged in, tuples as lists, nested records as dicts."""
    row: dict[str, Any] = {}
    for name in _field_names(record.__class__):
        value = getattr(record, name)
        if isinstance(value, tuple):
            row[name] = [to_row(v) if _is_record(v) else v for v in value]
        elif _is_record(value):
            row.update(to_row(value))
        else:
            row[name] = value
    return row


def to_table(record_type: type, records: Iterable[Any]) -> pa.Table:
    """Records as an Arrow table with exactly the type's schema, order kept."""
    return rows_to_table(record_type, (to_row(record) for record in records))


def rows_to_table(record_type: type, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows (of column name to value) as an Arrow table with exactly the type's schema."""
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(record_type))


@cache
def _field_names(record_type: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record_type))


def _is_record(value: object) -> bool:
    return dataclasses.is_dataclass(value)


def from_row(record_type: type, row: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any record type
    """Build a record from a flat row; the inverse of `to_row` for types without nested lists."""
    values: dict[str, Any] = {}
    for name, group_or_enum in _constructors(record_type).items():
        if group_or_enum is None:
            value = row[name]
            values[name] = tuple(value) if isinstance(value, list) else value
        elif issubclass(group_or_enum, StrEnum):
            values[name] = group_or_enum(row[name])
        else:
            values[name] = from_row(group_or_enum, row)
    return record_type(**values)


@cache
def _constructors(record_type: type) -> dict[str, type | None]:
    """Per field: its group's type, its enum, or None where the stored value is the value."""
    hints = get_type_hints(record_type)
    return {
        name: hint
        if isinstance(hint := hints[name], type)
        and (dataclasses.is_dataclass(hint) or issubclass(hint, StrEnum))
        else None
        for name in _field_names(record_type)
    }
