"""Versions: new, unchanged, or the next revision."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.columns import to_row
from expectations.records import Article, ArticleVersion, Outcome, Removed
from tasks.versions import (
    EXTRACTED_FIELDS,
    Known,
    KnownVersion,
    assign_versions,
    fields_hash,
    version_hash,
    version_key,
)
from tests.builders import an_article

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def seen(text: str, day: int | None, **changes: Any) -> Article:
    """The one article as it stood on a day; None where the page has no time."""
    fetched_at = None if day is None else datetime(2026, 1, 1, tzinfo=UTC) + day * DAY
    return an_article(
        text=f"{text} is what the article said then.", fetched_at=fetched_at, **changes
    )


class Memory:
    """What a lake knows of one article, kept by the outcomes of `assign_versions` alone."""

    def __init__(self) -> None:
        self.rows: list[ArticleVersion] = []
        self.ingested_at = NOW

    def take(self, *articles: Article, reprocessed: bool = False) -> list[str]:
        """Ingest articles as one shard; the outcomes in order of observation."""
        self.ingested_at += timedelta(seconds=1)
        assigned = assign_versions(
            articles,
            self._known(),
            run_id="r",
            now=self.ingested_at,
            pipeline_version="1",
            reprocessed=reprocessed,
        )
        self.rows += [a.row for a in assigned if a.row]
        return [str(a.outcome) for a in assigned]

    def current(self) -> ArticleVersion:
        """The one version that none retires."""
        retired = {row.version.retires for row in self.rows}
        (current,) = (row for row in self.rows if row.version.version_key not in retired)
        return current

    def text(self) -> str:
        return self.current().article.content.text.split()[0]

    def newest(self) -> ArticleVersion:
        """The version that was observed last, the later revision of two at once."""
        return max(self.rows, key=lambda row: (observed_at(row), row.version.revision))

    def _known(self) -> dict[str, Known]:
        if not self.rows:
            return {}
        return {self.rows[0].article.article_id: Known.of([known_version(r) for r in self.rows])}


def observed_at(row: ArticleVersion) -> datetime:
    is_file = row.article.fetched_at_source == "file"
    fetched_at = None if is_file else row.article.fetched_at
    return min(fetched_at or row.ingested_at, row.ingested_at)


def known_version(row: ArticleVersion) -> KnownVersion:
    version = row.version
    return KnownVersion(
        version_id=version.version_id,
        version_hash=version.version_hash,
        revision=version.revision,
        version_key=version.version_key,
        retires=version.retires,
        first_seen_at=version.first_seen_at,
        observed_at=observed_at(row),
        fetched_at=row.article.fetched_at,
        raw_hash=row.article.raw_hash,
        fields_hash=row.fields_hash,
    )


def test_an_article_never_seen_is_new_and_has_revision_1() -> None:
    memory = Memory()
    assert memory.take(seen("A", 1)) == ["new"]
    version = memory.current().version
    assert (version.revision, version.supersedes) == (1, None)


def test_the_same_article_again_is_unchanged() -> None:
    memory = Memory()
    memory.take(seen("A", 1))
    assert memory.take(seen("A", 1)) == ["unchanged"]
    assert memory.take(seen("A", 2)) == ["unchanged"]
    assert memory.take(seen("A", None)) == ["unchanged"]


def test_a_changed_article_is_the_next_revision_of_the_same_article() -> None:
    memory = Memory()
    memory.take(seen("A", 1))
    assert memory.take(seen("B", 2)) == ["updated"]
    first, second = (row.version for row in memory.rows)
    assert (second.revision, second.supersedes) == (2, first.version_id)
    assert second.version_id != first.version_id
    assert (first.retires, second.retires) == (None, first.version_key)


def test_a_return_to_older_content_is_a_new_revision() -> None:
    memory = Memory()
    for text, day in (("A", 1), ("B", 2), ("A", 3)):
        memory.take(seen(text, day))
    assert [row.version.revision for row in memory.rows] == [1, 2, 3]
    assert len({row.version.version_id for row in memory.rows}) == 3
    assert memory.text() == "A"


def test_a_correction_in_a_file_with_an_older_time_becomes_current() -> None:
    memory = Memory()
    memory.take(seen("A", 2, fetched_at_source="file"))
    assert memory.take(seen("B", 1, fetched_at_source="file")) == ["updated"]
    assert memory.text() == "B"
    assert memory.rows[1].version.supersedes == memory.rows[0].version.version_id


def test_a_file_rewritten_to_its_older_content_is_a_new_revision() -> None:
    memory = Memory()
    for text, day in (("A", 1), ("B", 2), ("A", 3)):
        memory.take(seen(text, day, fetched_at_source="file"))
    assert [row.version.revision for row in memory.rows] == [1, 2, 3]
    assert memory.text() == "A"


def test_two_files_that_disagree_do_not_alternate_for_ever() -> None:
    memory = Memory()
    files = [seen("A", 1, fetched_at_source="file"), seen("B", 2, fetched_at_source="file")]
    assert memory.take(*files) == ["new", "updated"]
    assert memory.take(*files) == ["unchanged", "unchanged"]
    assert memory.take(*reversed(files)) == ["unchanged", "unchanged"]
    assert memory.text() == "B"


def test_an_old_observation_replayed_is_unchanged() -> None:
    memory = Memory()
    for text, day in (("A", 1), ("B", 2), ("A", 3), ("C", 4)):
        memory.take(seen(text, day))
    for text, day in (("A", 1), ("B", 2), ("A", 3), ("C", 4)):
        assert memory.take(seen(text, day)) == ["unchanged"]
    assert memory.text() == "C"


def test_an_older_state_that_comes_in_late_is_kept_but_does_not_become_current() -> None:
    memory = Memory()
    memory.take(seen("B", 5))
    assert memory.take(seen("A", 1)) == ["updated"]
    assert memory.text() == "B"
    late = memory.rows[-1].version
    assert (late.revision, late.supersedes) == (2, None)
    assert late.retires == late.version_key, "it was never current"
    assert memory.take(seen("A", 1), seen("B", 5)) == ["unchanged", "unchanged"]


def test_after_a_late_one_the_next_revision_supersedes_the_current_version() -> None:
    memory = Memory()
    memory.take(seen("B", 5))
    memory.take(seen("A", 1))
    memory.take(seen("C", 6))
    assert memory.rows[2].version.supersedes == memory.rows[0].version.version_id
    assert memory.rows[2].version.revision == 3


def test_a_change_without_a_time_counts_as_seen_when_it_came_in() -> None:
    memory = Memory()
    memory.take(seen("A", 1))
    assert memory.take(seen("B", None)) == ["updated"]
    assert memory.text() == "B"


def test_states_without_times_do_not_alternate_for_ever() -> None:
    memory = Memory()
    memory.take(seen("A", None), seen("B", None))
    for _ in range(3):
        assert memory.take(seen("A", None), seen("B", None)) == ["unchanged", "unchanged"]


def test_two_states_in_one_file_do_not_alternate_for_ever() -> None:
    memory = Memory()
    assert memory.take(seen("A", 1), seen("B", 1)) == ["new", "updated"]
    for _ in range(3):
        assert memory.take(seen("A", 1), seen("B", 1)) == ["unchanged", "unchanged"]


def test_a_clock_in_the_future_does_not_keep_a_version_current_for_ever() -> None:
    memory = Memory()
    memory.take(seen("A", 100_000))
    assert memory.take(seen("B", 100_001)) == ["updated"]
    assert memory.text() == "B"


observations = st.lists(st.integers(1, 60), min_size=1, max_size=8, unique=True)


@given(days=observations, data=st.data())
def test_order_does_not_matter_for_what_ends_up_current(
    days: list[int], data: st.DataObject
) -> None:
    articles = [seen(f"D{day}", day) for day in data.draw(st.permutations(days))]
    memory = Memory()
    while articles:
        size = data.draw(st.integers(1, len(articles)))
        memory.take(*articles[:size])
        articles = articles[size:]
    assert memory.text() == f"D{max(days)}"
    assert sorted(row.version.revision for row in memory.rows) == list(range(1, len(days) + 1))
    assert len({row.version.first_seen_at for row in memory.rows}) == 1


@given(name=st.binary(min_size=32, max_size=32))
def test_the_key_of_a_version_is_a_bigint_of_its_first_16_digits(name: bytes) -> None:
    key = version_key(name.hex())
    assert -(2**63) <= key < 2**63
    assert f"{key % 2**64:016x}" == name.hex()[:16]


history = st.lists(
    st.tuples(st.sampled_from("ABC"), st.one_of(st.none(), st.integers(1, 9))),
    min_size=1,
    max_size=8,
)


@given(history=history, one_shard=st.booleans())
def test_a_history_read_again_adds_nothing_and_first_seen_at_never_moves(
    history: list[tuple[str, int | None]], *, one_shard: bool
) -> None:
    """A history read out of order may need a second reading to settle.

    That B of day 2 was gone again on day 3 is forgotten where day 3 was only "unchanged".
    """
    memory = Memory()
    for reading in range(3):
        before = len(memory.rows)
        if one_shard:
            memory.take(*(seen(text, day) for text, day in history))
        else:
            for text, day in history:
                memory.take(seen(text, day))
        if reading == 2 or (reading == 1 and _is_in_order(history)):
            assert len(memory.rows) == before
    assert memory.current() == memory.newest()
    assert len({row.version.first_seen_at for row in memory.rows}) == 1
    ids = [row.version.version_id for row in memory.rows]
    assert len(ids) == len(set(ids))


PAGES = "XYZ"  # of days 1, 2 and 3
readings = st.lists(st.tuples(st.sampled_from(PAGES), st.sampled_from("ABC")), max_size=12)


def read_as(page: str, text: str) -> Article:
    return replace(seen(text, PAGES.index(page) + 1), raw_hash=page * 32)


def page_of(row: ArticleVersion) -> str:
    assert row.article.raw_hash
    return row.article.raw_hash[0]


@given(readings=readings, first=st.sampled_from("ABC"))
def test_the_newest_page_comes_to_what_it_was_reprocessed_to_last(
    readings: list[tuple[str, str]], first: str
) -> None:
    memory = Memory()
    memory.take(read_as("Z", first))
    expected = first
    for page, text in readings:
        outcome = memory.take(read_as(page, text), reprocessed=True)
        assert outcome == ["updated" if page == "Z" and text != expected else "unchanged"]
        expected = text if page == "Z" else expected
        assert memory.text() == expected
    assert {row.changed_by for row in memory.rows[1:]} <= {"pipeline"}
    assert memory.rows[0].changed_by is None


@given(readings=readings)
def test_a_change_is_the_pipelines_where_both_versions_are_of_one_page(
    readings: list[tuple[str, str]],
) -> None:
    memory = Memory()
    for page, text in readings:
        memory.take(read_as(page, text))
    rows = {row.version.version_id: row for row in memory.rows}
    for row in memory.rows:
        before = rows.get(row.version.supersedes or "")
        if before is None:
            assert row.changed_by is None
        else:
            is_one_page = page_of(before) == page_of(row)
            assert row.changed_by == ("pipeline" if is_one_page else "publisher")


@given(readings=readings)
def test_releases_that_read_a_page_differently_do_not_alternate_for_ever(
    readings: list[tuple[str, str]],
) -> None:
    memory = Memory()
    for _ in range(3):
        before = len(memory.rows)
        for page, text in readings:
            memory.take(read_as(page, text))
    assert len(memory.rows) == before


def test_fields_that_make_no_version_make_one_where_a_page_is_reprocessed() -> None:
    memory = Memory()
    memory.take(seen("A", 1))
    assert memory.take(seen("A", 1, tags=("ports",))) == ["unchanged"]
    assert memory.take(seen("A", 1, tags=("ports",)), reprocessed=True) == ["updated"]
    assert memory.take(seen("A", 1, tags=("ports",)), reprocessed=True) == ["unchanged"]


@pytest.mark.parametrize(
    "change",
    [{"raw_ref": "b#1"}, {"source_id": "b"}, {"extractor": "x 2"}, {"language_score": 0.5}],
)
def test_what_the_page_is_not_the_cause_of_makes_none(change: dict[str, Any]) -> None:
    assert fields_hash(an_article(**change)) == fields_hash(an_article())


@pytest.mark.parametrize("name", EXTRACTED_FIELDS)
def test_all_else_does(name: str) -> None:
    columns = to_row(an_article())
    value = columns[name]
    other: object = "another"
    if isinstance(value, bool):
        other = not value
    elif isinstance(value, list):
        other = () if value else (Removed("x", "y"),) if name == "removed" else ("another",)
    elif isinstance(value, int):
        other = value + 1
    elif isinstance(value, datetime) or name == "modified_at":
        other = NOW
    assert fields_hash(an_article(**{name: other})) != fields_hash(an_article())


def test_a_column_that_comes_later_and_is_empty_changes_no_hash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fields_hash(an_article(image_url=None, tags=(), date_conflict=False))
    fewer = [n for n in EXTRACTED_FIELDS if n not in {"image_url", "tags", "date_conflict"}]
    monkeypatch.setattr("tasks.versions.EXTRACTED_FIELDS", fewer)
    assert fields_hash(an_article(image_url=None, tags=(), date_conflict=False)) == before


def _is_in_order(history: Sequence[tuple[str, int | None]]) -> bool:
    days = [day for _, day in history if day is not None]
    return len(days) == len(history) and days == sorted(days)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another headline"},
        {"description": "Another summary."},
        {"authors": ("Sara Ahmadi", "Jane Doe")},
        {"published_at": datetime(2026, 6, 21, 8, 31, tzinfo=UTC)},
        {"publisher": "Another News"},
        {"license": "CC-BY-SA-4.0"},
        {"rights_holder": "Another News"},
    ],
)
def test_what_a_publisher_changes_makes_a_version(change: dict[str, Any]) -> None:
    assert version_hash(an_article(**change)) != version_hash(an_article())


@pytest.mark.parametrize(
    "change",
    [
        {"image_url": "https://cdn.example.org/1.jpg"},
        {"tags": ("trade", "ports")},
        {"modified_at": NOW},
        {"fetched_at": NOW},
        {"warnings": ("title_expected",)},
        {"language_score": 0.5},
        {"raw_ref": "other.warc.gz#7"},
        {"source_id": "another"},
    ],
)
def test_what_moves_of_itself_makes_none(change: dict[str, Any]) -> None:
    assert version_hash(an_article(**change)) == version_hash(an_article())


@pytest.mark.parametrize("source", ["feed", "sitemap"])
def test_a_date_that_only_a_feed_states_makes_a_version_once(source: str) -> None:
    undated = an_article(published_at=None, published_at_source=None)
    dated, later = (
        an_article(published_at=datetime(2026, 6, day, tzinfo=UTC), published_at_source=source)
        for day in (1, 2)
    )
    assert version_hash(undated) != version_hash(dated) == version_hash(later)


def test_parts_of_a_version_cannot_be_shifted_into_each_other() -> None:
    one = an_article(title="A", description="B")
    other = an_article(title="A B", description=None)
    assert version_hash(one) != version_hash(other)


@pytest.mark.parametrize(
    ("published_at", "month"),
    [
        (None, "unknown"),
        (datetime(2026, 6, 1, tzinfo=UTC), "2026-06"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "9999-12"),
        (datetime(33, 4, 3, tzinfo=UTC), "0033-04"),
        (datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=3.5))), "2025-12"),
    ],
)
def test_the_partition_is_the_month_of_publication_in_utc(
    published_at: datetime | None, month: str
) -> None:
    memory = Memory()
    assert memory.take(an_article(published_at=published_at)) == [Outcome.NEW]
    assert memory.current().published_month == month
