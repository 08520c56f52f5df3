"""Answers: every type that SQL can give, in every format, without loss or lies."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tasks.answers import Answer, Format, write_answer, write_parquet

TEXTS = [form for form in Format if form is not Format.PARQUET]


def answer(query: str, form: Format, *, width: int | None = None) -> str:
    out = StringIO()
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        write_answer(Answer(connection, query), out, form, width=width)
    return out.getvalue()


def value(sql: str) -> Any:
    """A value as JSON gives it back."""
    ((cell,),) = (row.values() for row in json.loads(answer(f"select {sql} as v", Format.JSON)))
    return cell


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("null", None),
        ("true", True),
        ("42", 42),
        ("170141183460469231731687303715884105727::hugeint", 2**127 - 1),
        ("1.10::decimal(10, 2)", 1.1),
        ("5.00::decimal(10, 2)", 5),
        ("0.1::double", 0.1),
        ("'nan'::double", None),
        ("'-inf'::double", None),
        ("'ایران \"و\" 日本'", 'ایران "و" 日本'),
        ("timestamptz '2026-06-21 10:30:00.5+02:00'", "2026-06-21T08:30:00.500000Z"),
        ("timestamptz '2026-06-21 00:00:00Z'", "2026-06-21T00:00:00Z"),
        ("timestamp '2026-06-21 10:30:00'", "2026-06-21T10:30:00"),
        ("date '2026-06-21'", "2026-06-21"),
        ("date '0044-03-15 (BC)'", "0044-03-15 (BC)"),
        ("time '10:30:00'", "10:30:00"),
        ("interval 90 minute", "PT5400S"),
        ("interval 1234567.5 second", "PT1234567.5S"),
        ("interval 30 day", "PT2592000S"),
        ("['a', null]", ["a", None]),
        ("[]::varchar[]", []),
        ("[['a'], []]", [["a"], []]),
        ("{'a': {'b': [1, 2]}, 'c': null}", {"a": {"b": [1, 2]}, "c": None}),
        ("map {'k': date '2026-01-01'}", {"k": "2026-01-01"}),
        ("[{'t': timestamptz '2026-01-01 00:00:00Z'}]", [{"t": "2026-01-01T00:00:00Z"}]),
        ("'\\xAA\\x00'::blob", "aa00"),
        (
            "'00000000-0000-0000-0000-000000000001'::uuid",
            "00000000-0000-0000-0000-000000000001",
        ),
    ],
)
def test_a_value_of_any_type_is_plain_json(sql: str, expected: object) -> None:
    assert value(sql) == expected


def test_json_is_an_array_of_objects_and_jsonl_an_object_a_line() -> None:
    query = "select * from (values (1, 'a\nb'), (2, null)) t(n, s)"
    expected = [{"n": 1, "s": "a\nb"}, {"n": 2, "s": None}]
    assert json.loads(answer(query, Format.JSON)) == expected
    lines = answer(query, Format.JSONL).splitlines()
    assert [json.loads(line) for line in lines] == expected


def test_columns_of_the_same_name_all_keep_their_values() -> None:
    (row,) = json.loads(answer("select 1 as a, 2 as a, 3 as a_1, 4 as a", Format.JSON))
    assert sorted(row.values()) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (Format.JSON, "[]\n"),
        (Format.JSONL, ""),
        (Format.CSV, "n,s\n"),
        (Format.MARKDOWN, "| n | s |\n| --- | --- |\n"),
    ],
)
def test_an_answer_without_rows_is_empty_but_valid(form: Format, expected: str) -> None:
    assert answer("select 1 as n, 'a' as s where false", form) == expected


def test_a_table_without_rows_names_its_columns() -> None:
    table = answer("select 1 as title, 'a' as url where false", Format.TABLE)
    assert "title" in table
    assert "0 rows" in table


@pytest.mark.parametrize("form", TEXTS)
def test_more_rows_than_a_batch_all_arrive(form: Format) -> None:
    text = answer("select range as n from range(2500)", form)
    if form is Format.TABLE:
        assert "2500 rows" in text
    else:
        assert text.count("\n") >= 2500


def test_csv_quotes_what_needs_quoting_and_leaves_nulls_empty() -> None:
    text = answer(
        """select 'a,"b"\n' as s, null as z, 'nan'::double as f, [1, 2] as l""", Format.CSV
    )
    rows = list(csv.reader(StringIO(text)))
    assert rows == [["s", "z", "f", "l"], ['a,"b"\n', "", "", "[1, 2]"]]


def test_markdown_cells_cannot_break_the_table() -> None:
    text = answer("select 'a|b' as x, 'c\nd' as \"y|z\", '\\|' as e", Format.MARKDOWN)
    assert text.splitlines()[0] == "| x | y\\|z | e |"
    assert text.splitlines()[2] == "| a\\|b | c d | \\\\\\| |"


def test_a_table_fits_the_terminal() -> None:
    query = "select repeat('x', 500) as a, repeat('y', 500) as b"
    assert max(map(len, answer(query, Format.TABLE, width=80).splitlines())) <= 80


def test_explain_and_pivot_are_answered_too() -> None:
    (plan,) = json.loads(answer("explain select 42 as meaning", Format.JSON))
    assert "meaning" in plan["explain_value"]
    assert json.loads(answer("describe select 1 as a", Format.JSON))[0]["column_name"] == "a"
    pivot = "pivot (select 'x' as k, 1 as v) on k using sum(v)"
    assert json.loads(answer(pivot, Format.JSON)) == [{"x": 1}]


def test_parquet_keeps_types_and_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "answer.parquet"
    query = (
        "select range as n, ['a'] as l, {'k': 1} as s, timestamptz '2026-01-01 00:00:00Z' as t, "
        "1.5::decimal(4, 1) as d from range(2500)"
    )
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        write_parquet(Answer(connection, query), path)
    table = pq.read_table(path)
    assert table.num_rows == 2500
    assert [str(field.type) for field in table.schema] == [
        "int64",
        "list<element: string>",
        "struct<k: int32>",
        "timestamp[us, tz=UTC]",
        "decimal128(4, 1)",
    ]


def test_parquet_of_no_rows_still_has_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "answer.parquet"
    with duckdb.connect() as connection:
        write_parquet(Answer(connection, "select 1 as n where false"), path)
    assert pq.read_table(path).schema.names == ["n"]
