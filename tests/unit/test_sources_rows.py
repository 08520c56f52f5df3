"""JSON, JSONL and Parquet: rows to pages."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.columns import arrow_schema
from expectations.records import ArticleVersion, Given, Page, PageKind, Reason, Rejection, Skip
from tasks.sources import open_source
from tasks.sources.times import as_iso, parse_time

Item = Page | Rejection | Skip


def read(path: Path, data: bytes, **options: Any) -> list[Item]:
    path.write_bytes(data)
    return list(open_source(str(path), **options))


def read_row(tmp_path: Path, row: dict[str, Any]) -> Item:
    (item,) = read(tmp_path / "one.jsonl", json.dumps(row).encode())
    return item


def page_of(tmp_path: Path, row: dict[str, Any]) -> Page:
    item = read_row(tmp_path, row)
    assert isinstance(item, Page)
    return item


def test_the_usual_names_are_known_whatever_their_case_and_separators(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {
            "url": "https://example.org/a",
            "title": "T",
            "text": "Body",
            "description": "D",
            "authors": ["A", "B"],
            "published_at": "2026-01-02",
            "modified_at": "2026-01-03",
            "publisher": "P",
            "section": "S",
            "tags": ["x", "y"],
            "image_url": "https://example.org/i",
            "language": "en",
            "license": "CC-BY-4.0",
        },
        {  # news-please
            "source_url": "https://example.org/a",
            "Title": "T",
            "maintext": "Body",
            "description": "D",
            "authors": ["A", "B"],
            "date_publish": "2026-01-02",
            "date_modify": "2026-01-03",
            "source_domain": "P",
            "category": "S",
            "keywords": "x, y",
            "image_url": "https://example.org/i",
            "language": "en",
            "license": "CC-BY-4.0",
        },
        {  # schema.org
            "URL": "https://example.org/a",
            "headline": "T",
            "articleBody": "Body",
            "abstract": "D",
            "author": [{"name": "A"}, {"name": "B"}],
            "datePublished": "2026-01-02",
            "dateModified": "2026-01-03",
            "publisher": {"name": "P"},
            "articleSection": ["S"],
            "keywords": ["x", "y"],
            "image": {"url": "https://example.org/i"},
            "inLanguage": "en",
            "license": "CC-BY-4.0",
        },
        {  # dolma
            "id": "1",
            "text": "Body",
            "source": "P",
            "created": "2026-01-02",
            "metadata": {
                "url": "https://example.org/a",
                "title": "T",
                "summary": "D",
                "authors": ["A", "B"],
                "updated": "2026-01-03",
                "section": "S",
                "tags": "x،y",
                "image": "https://example.org/i",
                "lang": "en",
                "license": "CC-BY-4.0",
            },
        },
    ]
    for row in rows:
        page = page_of(tmp_path, row)
        assert (page.url, page.body, page.kind, page.charset) == (
            "https://example.org/a",
            b"Body",
            PageKind.TEXT,
            "utf-8",
        )
        assert page.given == Given(
            given_title="T",
            given_description="D",
            given_authors=("A", "B"),
            given_published="2026-01-02",
            given_modified="2026-01-03",
            given_publisher="P",
            given_section="S",
            given_tags=("x", "y"),
            given_image_url="https://example.org/i",
            given_language="en",
            given_license="CC-BY-4.0",
        )


@pytest.mark.parametrize(
    ("row", "kind", "body"),
    [
        ({"html": "<p>h", "text": "t"}, PageKind.HTML, b"<p>h"),
        ({"html": " ", "text": "t"}, PageKind.TEXT, b"t"),
        ({"html": None, "content": "t"}, PageKind.TEXT, b"t"),
        ({"text": "\n<!DOCTYPE html><p>x"}, PageKind.HTML, b"\n<!DOCTYPE html><p>x"),
        ({"content": "<html lang=fa>x"}, PageKind.HTML, b"<html lang=fa>x"),
        ({"content": {"no": "body"}, "text": "t"}, PageKind.TEXT, b"t"),
        ({"text": "a < b and <html"}, PageKind.TEXT, b"a < b and <html"),
        ({"text": "نان و نمک"}, PageKind.TEXT, "نان و نمک".encode()),
    ],
)
def test_html_wins_over_text_where_there_is_any(
    tmp_path: Path, row: dict[str, Any], kind: PageKind, body: bytes
) -> None:
    page = page_of(tmp_path, row)
    assert (page.kind, page.body) == (kind, body)


def test_a_lone_surrogate_costs_one_character_and_a_pair_none(tmp_path: Path) -> None:
    line = rb'{"text": "a\ud83d b\ud83d\ude00", "title": "\udc00", "url": "\ud800"}'
    (page,) = read(tmp_path / "a.jsonl", line)
    assert isinstance(page, Page)
    assert page.body.decode() == "a\ufffd b😀"
    assert (page.given.given_title, page.url) == ("\ufffd", "\ufffd")


def test_a_broken_line_is_a_rejection_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = b'{"text": "x"}'
    broken = [
        b"{",
        b"no json",
        b"[1]",
        b'"text"',
        b"null",
        b'{"text": "\xff"}',
        b'{"text": "x"} {"text": "y"}',
        b"[" * 100_000,
        b'{"n": ' + b"9" * 10_000 + b"}",
    ]
    lines = [line for each in broken for line in (good, each)] + [b"", b"  \r", good]
    items = read(tmp_path / "a.jsonl", b"\n".join(lines))
    assert [type(item) for item in items] == [Page, Rejection] * len(broken) + [Page]
    found = iter(items)
    offset = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            item = next(found)
            assert isinstance(item, Page | Rejection)
            assert item.raw_ref == f"{tmp_path / 'a.jsonl'}#{offset}"
            if isinstance(item, Rejection):
                assert item.rule == Reason.BROKEN_LINE
                assert item.detail.startswith(f"line {number} at byte {offset}")
                assert len(item.detail) < 200
        offset += len(line) + 1


def test_a_row_without_text_names_what_it_has(tmp_path: Path) -> None:
    item = read_row(tmp_path, {"url": "https://example.org/", "titel": "x"})
    assert isinstance(item, Rejection)
    assert (item.rule, item.url) == (Reason.MISSING_CONTENT, "https://example.org/")
    assert "titel" in item.detail


def test_a_line_or_page_over_the_limit_is_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [{"text": "x" * 50_000}, {"text": "short"}, {"text": "x" * 1500}]
    data = "\n".join(map(json.dumps, lines)).encode()
    items = read(tmp_path / "a.jsonl", data, max_page_bytes=1000)
    assert [getattr(item, "rule", "page") for item in items] == ["too_large", "page", "too_large"]


@pytest.mark.parametrize("pretty", [None, 2])
def test_a_json_file_may_be_one_document(tmp_path: Path, pretty: int | None) -> None:
    row = {"title": "T", "maintext": "Body"}
    for document, count in ((row, 1), ([row, row], 2)):
        items = read(tmp_path / "a.json", json.dumps(document, indent=pretty).encode())
        assert [item.body for item in items if isinstance(item, Page)] == [b"Body"] * count
    items = read(tmp_path / "a.json", json.dumps([row, 7, row]).encode())
    assert [getattr(item, "rule", "page") for item in items] == ["page", "broken_line", "page"]


def test_a_json_file_may_hold_a_line_each_after_all(tmp_path: Path) -> None:
    data = b'{"text": "a"}\n{"text": "b"}\n'
    assert len(read(tmp_path / "a.json", data)) == 2
    items = read(tmp_path / "b.json", b'{"text": \n' + data)
    assert [getattr(item, "rule", "page") for item in items] == ["broken_line", "page", "page"]


def test_a_number_that_python_calls_nan_is_a_missing_value(tmp_path: Path) -> None:
    lines = b'{"text": "x", "score": NaN, "title": NaN}\n{"text": NaN}'
    page, without = read(tmp_path / "a.jsonl", lines)
    assert isinstance(page, Page)
    assert page.given.given_title is None
    assert isinstance(without, Rejection)
    assert without.rule == Reason.MISSING_CONTENT


def test_broken_documents_are_one_rejection(tmp_path: Path) -> None:
    for data in (b'[{"text": "a"},\n', b'{\n"text": \n', b"[" * 100_000):
        (item,) = read(tmp_path / "a.json", data)
        assert isinstance(item, Rejection)
        assert item.rule == Reason.BROKEN_LINE


def test_a_document_too_large_to_parse_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.sources.jsonl.MAX_DOCUMENT_BYTES", 1000)
    (item,) = read(tmp_path / "a.json", b'[\n{"text": "' + b"x" * 2000 + b'"}]')
    assert isinstance(item, Rejection)
    assert item.rule == Reason.TOO_LARGE


def test_gzipped_lines_cut_off_anywhere_keep_the_whole_lines(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"line {n} " * 5}).encode() + b"\n" for n in range(30)]
    data = gzip.compress(b"".join(lines[:15])) + gzip.compress(b"".join(lines[15:]))
    path = tmp_path / "a.jsonl.gz"
    assert len(read(path, data)) == 30
    first_member = len(gzip.compress(b"".join(lines[:15])))
    for cut in range(2, len(data), 3):
        items = read(path, data[:cut])
        kept = [item.body.decode() for item in items if isinstance(item, Page)]
        assert kept == [f"line {n} " * 5 for n in range(len(kept))]
        assert cut < first_member or len(kept) >= 15
        if cut != first_member:
            damage = items[-1]
            assert isinstance(damage, Rejection)
            assert damage.rule == Reason.DAMAGED_ARCHIVE
            assert damage.raw_ref == f"{path}#{sum(map(len, lines[: len(kept)]))}"
            assert f"byte {cut} of the file" in damage.detail


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
names = st.sampled_from(
    ["url", "text", "html", "title", "authors", "date", "tags", "image", "metadata", "added"]
)


@given(st.lists(st.dictionaries(names | st.text(max_size=5), json_values, max_size=6), max_size=4))
def test_any_rows_are_one_item_each_and_fit_utf_8(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    items = read(path, b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    assert len(items) == max(1, len(rows))
    for item in items:
        assert isinstance(item, Page | Rejection)
        repr(item).encode()
        if isinstance(item, Page):
            item.body.decode()


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        (1_700_000_000, "2023-11-14T22:13:20+00:00"),
        (1_700_000_000.5, "2023-11-14T22:13:20.500000+00:00"),
        (1_700_000_000_000, "2023-11-14T22:13:20+00:00"),
        (1_700_000_000_000_000, "2023-11-14T22:13:20+00:00"),
        (1_700_000_000_000_000_000, "2023-11-14T22:13:20+00:00"),
        (20231114, "20231114"),
        (2023, "2023"),
        (float("inf"), "inf"),
        (True, None),
        (None, None),
        ([], None),
        (" 14 Nov 2023 ", "14 Nov 2023"),
        (date(2023, 11, 14), "2023-11-14"),
        (datetime(2023, 11, 14, 1, tzinfo=UTC), "2023-11-14T01:00:00+00:00"),
    ],
)
def test_numeric_dates_become_iso_strings(value: object, iso: str | None) -> None:
    assert as_iso(value) == iso


@given(st.integers() | st.floats() | st.text() | st.datetimes() | st.booleans() | st.none())
def test_any_time_is_understood_or_left_alone(value: object) -> None:
    parsed = parse_time(value)
    assert parsed is None or parsed.utcoffset() == timedelta(0)
    as_iso(value)


def test_the_time_of_the_crawl_comes_from_the_row_else_from_the_file(tmp_path: Path) -> None:
    page = page_of(tmp_path, {"text": "x", "date_download": "2020-01-02 03:04:05"})
    assert page.fetched_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    page = page_of(tmp_path, {"text": "x", "fetched_at": "whenever"})
    modified = (tmp_path / "one.jsonl").stat().st_mtime
    assert page.fetched_at is not None
    assert page.fetched_at.timestamp() == pytest.approx(modified, abs=0.001)


def write_table(path: Path, **columns: object) -> list[Item]:
    pq.write_table(pa.table(columns), path, row_group_size=2)
    return list(open_source(str(path)))


def test_parquet_rows_are_pages_by_the_same_names(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    items = write_table(
        path,
        URL=["https://example.org/1", None, "https://example.org/3"],
        text=["One", "Two", ""],
        html=[None, b"<p>Two", None],
        authors=[["A"], [], None],
        published_at=pa.array([datetime(2026, 1, 2, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC")),
        date_download=pa.array([datetime(2026, 1, 3, tzinfo=UTC)] * 3),
        unread=[b"\0"] * 3,
    )
    first, second, third = items
    assert isinstance(first, Page)
    assert (first.body, first.url, first.raw_ref) == (b"One", "https://example.org/1", f"{path}#0")
    assert first.given.given_authors == ("A",)
    assert first.given.given_published == "2026-01-02T00:00:00+00:00"
    assert first.fetched_at == datetime(2026, 1, 3, tzinfo=UTC)
    assert isinstance(second, Page)
    assert (second.kind, second.body, second.charset) == (PageKind.HTML, b"<p>Two", None)
    assert isinstance(third, Rejection)
    assert (third.rule, third.raw_ref) == (Reason.MISSING_CONTENT, f"{path}#2")


def test_a_file_of_the_lake_can_be_read_as_a_source(tmp_path: Path) -> None:
    schema = arrow_schema(ArticleVersion)
    values = {"text": "Body", "url": "https://example.org/", "title": "T", "license": "CC0-1.0"}
    fields = [pa.field(field.name, field.type) for field in schema]
    table = pa.Table.from_pylist([values], schema=pa.schema(fields))
    pq.write_table(table, tmp_path / "a.parquet")
    (page,) = open_source(str(tmp_path / "a.parquet"))
    assert isinstance(page, Page)
    assert (page.body, page.url) == (b"Body", "https://example.org/")
    assert (page.given.given_title, page.given.given_license) == ("T", "CC0-1.0")


def test_parquet_without_a_page_in_it_names_the_columns_found_and_wanted(tmp_path: Path) -> None:
    (item,) = write_table(tmp_path / "a.parquet", url=["x"], titel=["y"])
    assert isinstance(item, Rejection)
    assert item.rule == Reason.MISSING_COLUMNS
    assert "`text`" in item.detail
    assert "url, titel" in item.detail


def test_damaged_parquet_is_a_rejection(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_table(path, text=[f"{n}" * 50 for n in range(40)])
    data = path.read_bytes()
    for cut in (4, 8, 100, len(data) - 1):
        (item,) = read(path, data[:cut])
        assert isinstance(item, Rejection)
        assert item.rule == Reason.DAMAGED_ARCHIVE
    for place in range(5, len(data) - 8, 97):
        items = read(path, data[:place] + b"\xff" * 8 + data[place + 8 :])
        assert items
        assert {getattr(item, "rule", "page") for item in items} <= {
            "page",
            Reason.DAMAGED_ARCHIVE,
            Reason.BROKEN_ROW,
            Reason.MISSING_COLUMNS,
            Reason.MISSING_CONTENT,
        }


def test_a_bad_row_of_parquet_does_not_spoil_its_neighbours(tmp_path: Path) -> None:
    binary = pa.array([b"One", b"\xff\xfe\xfd", b"Three"])
    text = pa.Array.from_buffers(pa.string(), 3, binary.buffers())
    items = write_table(tmp_path / "a.parquet", text=text)
    assert [getattr(item, "rule", "page") for item in items] == ["page", "broken_row", "page"]


def test_a_table_without_rows_is_empty(tmp_path: Path) -> None:
    (item,) = write_table(tmp_path / "a.parquet", text=pa.array([], pa.string()))
    assert isinstance(item, Rejection)
    assert item.rule == Reason.EMPTY
