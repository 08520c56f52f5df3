"""Columns: declared once, flattened, and stored without loss."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.columns import (
    STRINGS,
    Column,
    arrow_schema,
    declared_columns,
    from_row,
    to_row,
    to_table,
)
from expectations.records import (
    Article,
    ArticleVersion,
    FunnelCount,
    Metric,
    Outcome,
    Page,
    Quarantined,
    Rejection,
    Removed,
    Run,
    Snapshot,
    Stage,
)
from tests.builders import a_page, a_rejection, an_article

STORED = [ArticleVersion, Quarantined, Run, FunnelCount, Metric, Snapshot, Page]


class Color(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Group:
    """Paint: what it looks like."""

    color: Annotated[Color, Column(pa.string(), "Its color")]
    names: Annotated[tuple[str, ...], Column(STRINGS, "Its names")]


@dataclass(frozen=True, slots=True)
class Thing:
    """A record with a group."""

    size: Annotated[int | None, Column(pa.int64(), "Its size")]
    paint: Group


def test_a_group_stands_in_the_table_as_its_columns() -> None:
    columns = declared_columns(Thing)
    assert [(c.name, c.group, c.nullable) for c in columns] == [
        ("size", None, True),
        ("color", "Paint", False),
        ("names", "Paint", False),
    ]


def test_a_record_comes_back_from_its_row_as_it_was() -> None:
    thing = Thing(size=None, paint=Group(Color.RED, ("a", "b")))
    back = from_row(Thing, to_table(Thing, [thing]).to_pylist()[0])
    assert back == thing
    assert isinstance(back.paint.color, Color)


def test_a_page_and_a_rejection_come_back_from_their_rows_as_they_were() -> None:
    page, rejected = a_page(body=b"\x00\xff"), a_rejection(url="https://example.org/")
    assert from_row(Page, to_table(Page, [page]).to_pylist()[0]) == page
    assert from_row(Rejection, to_table(Rejection, [rejected]).to_pylist()[0]) == rejected


def test_pieces_removed_from_an_article_are_stored_as_structs() -> None:
    row = to_row(an_article(removed=(Removed("license-footer", "All content is free."),)))
    assert row["removed"] == [{"kind": "license-footer", "text": "All content is free."}]


@pytest.mark.parametrize("record_type", STORED)
def test_every_column_says_what_it_means(record_type: type) -> None:
    for field in arrow_schema(record_type):
        assert len(field.metadata[b"doc"]) > 2, field.name


@pytest.mark.parametrize("record_type", STORED)
def test_no_two_columns_of_a_table_share_a_name(record_type: type) -> None:
    names = arrow_schema(record_type).names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("record_type", STORED)
def test_lists_are_never_null(record_type: type) -> None:
    for field in arrow_schema(record_type):
        if pa.types.is_list(field.type):
            assert not field.nullable, field.name
            assert not field.type.value_field.nullable, field.name


def test_a_null_where_none_is_allowed_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(pa.ArrowInvalid, match="null"):
        pq.write_table(to_table(Article, [an_article(text=None)]), tmp_path / "x.parquet")


def test_a_field_without_a_column_is_a_mistake_of_the_program() -> None:
    @dataclass(frozen=True)
    class Bare:
        name: str

    with pytest.raises(TypeError, match="declares 0 columns"):
        declared_columns(Bare)


def test_values_of_enums_are_stored_as_their_words() -> None:
    count = FunnelCount(
        run_id="r",
        shard="0",
        source_id="s",
        stage=Stage.COMMIT,
        outcome=Outcome.NEW,
        reason=None,
        items=1,
    )
    row = to_table(FunnelCount, [count]).to_pylist()[0]
    assert (row["stage"], row["outcome"]) == ("commit", "new")
