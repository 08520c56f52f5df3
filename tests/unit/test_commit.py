"""Commits: nothing is lost, and nothing happens twice."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.records import Article, Outcome, Rejection, Skip, Stage
from tasks import commit
from tasks.commit import commit_shard, rejection_id
from tasks.errors import LakeError, StaleTableError
from tasks.opening import open_or_create_lake
from tasks.storage import Lake
from tests.builders import a_rejection, a_shard, an_article
from tests.lakes import another_machine, ask, put

START = datetime(2026, 1, 1, tzinfo=UTC)
sources = st.sampled_from(["mehr", "irna"])


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


def rows(lake: Lake) -> dict[str, int]:
    counts = ask(
        lake,
        "select (select count(*) from article_versions), (select count(*) from rejections), "
        "(select count(*) from articles)",
    )[0]
    return dict(zip(("versions", "rejections", "articles"), counts, strict=True))


def story(number: int, day: int = 0, **changes: Any) -> Article:
    return an_article(
        url=f"https://example.org/{number}", fetched_at=START + timedelta(days=day), **changes
    )


items = st.lists(
    st.one_of(
        st.builds(story, st.integers(0, 3), st.integers(0, 3), source_id=sources),
        st.builds(a_rejection, source_id=sources, raw_ref=st.sampled_from(["a#0", "a#1"])),
        st.builds(Skip, source_id=sources, reason=st.sampled_from(["media_type", "revisit"])),
    ),
    max_size=8,
)


@settings(max_examples=6)
@given(shards=st.lists(items, max_size=3))
def test_pages_in_are_outcomes_out_for_each_source(
    tmp_path_factory: pytest.TempPathFactory, shards: Sequence[Sequence[Article | Rejection | Skip]]
) -> None:
    lake = open_or_create_lake(tmp_path_factory.mktemp("law") / "lake")
    expected = Counter[str]()
    for number, shard in enumerate(shards):
        built = a_shard(*shard, name=f"{number:05}")
        expected.update(built.discovered)
        commit_shard(lake, built, pipeline_version="1")
    found = ask(
        lake,
        "select source_id, sum(items) filter (outcome = 'discovered'), "
        "sum(items) filter (outcome != 'discovered') from funnel group by source_id",
    )
    assert {source: into for source, into, _ in found} == dict(expected)
    assert all(into == out for _, into, out in found)
    new, updated = (
        ask(lake, f"select coalesce(sum(items), 0) from funnel where outcome = '{outcome}'")[0][0]
        for outcome in ("new", "updated")
    )
    assert rows(lake)["versions"] == new + updated
    assert rows(lake)["articles"] == new


def test_an_item_without_an_outcome_stops_the_commit(lake: Lake) -> None:
    whole = a_shard(story(1), story(2))
    lossy = commit.Shard(
        run_id=whole.run_id,
        name=whole.name,
        discovered=whole.discovered,
        articles=whole.articles[:1],
        rejections=(),
        skips=(),
    )
    with pytest.raises(AssertionError, match="'example': 1"):
        commit_shard(lake, lossy, pipeline_version="1")
    assert rows(lake)["versions"] == 0


def test_the_same_shard_again_adds_no_row(lake: Lake) -> None:
    shard = (story(1), story(2), a_rejection())
    put(lake, *shard)
    before = rows(lake), ask(lake, "select * from funnel order by all")
    put(lake, *shard)
    assert (rows(lake), ask(lake, "select * from funnel order by all")) == before


def test_the_same_input_in_another_run_is_unchanged_and_adds_no_row(lake: Lake) -> None:
    shard = (story(1), story(2), a_rejection())
    assert put(lake, *shard) == {"discovered": 3, "new": 2, "rejected": 1}
    before = rows(lake)
    again = put(lake, *shard, run_id="20260102T000000Z-bbbbbb")
    assert again == {"discovered": 3, "unchanged": 2, "rejected": 1}
    assert rows(lake) == before


def test_a_changed_article_shows_its_newest_version_only(lake: Lake) -> None:
    put(lake, story(1, 1))
    assert put(lake, story(1, 2, title="Corrected"), name="1")["updated"] == 1
    assert ask(lake, "select title, revision from articles") == [("Corrected", 2)]
    assert rows(lake)["versions"] == 2


def test_a_return_to_older_content_is_a_new_revision(lake: Lake) -> None:
    for day, title in enumerate(("A", "B", "A")):
        put(lake, story(1, day, title=title), name=str(day))
    assert ask(lake, "select title, revision from articles") == [("A", 3)]
    for day, title in enumerate(("A", "B", "A")):
        assert put(lake, story(1, day, title=title), name=str(day), run_id="r2")["unchanged"] == 1


def test_an_older_state_from_an_archive_read_late_is_kept_behind_the_current_one(
    lake: Lake,
) -> None:
    put(lake, story(1, 5, title="Now"))
    assert put(lake, story(1, 2, title="Then"), name="1")["updated"] == 1
    assert ask(lake, "select title from articles") == [("Now",)]
    assert ask(
        lake, "select title, supersedes is null from article_versions order by revision"
    ) == [
        ("Now", True),
        ("Then", True),
    ]
    put(lake, story(1, 9, title="Later"), name="2")
    assert ask(lake, "select title, revision from articles") == [("Later", 3)]


def test_first_seen_at_never_moves(lake: Lake) -> None:
    put(lake, story(1, 1))
    first = ask(lake, "select first_seen_at from articles")
    put(lake, story(1, 2, title="B"), name="1")
    put(lake, story(1, 0, title="C"), name="2")
    assert ask(lake, "select distinct first_seen_at from article_versions") == first


@contextmanager
def meanwhile(monkeypatch: pytest.MonkeyPatch, table: str, act: Callable[[], object]) -> Any:
    """Have somebody act once, between the reading of a table and the commit to it."""
    real, refused, waiting = commit.append, list[str](), [act]

    def append(lake: Lake, table_now: str, *rest: Any, **names: Any) -> bool:
        if table_now == table and waiting:
            waiting.pop()()
        try:
            return real(lake, table_now, *rest, **names)
        except StaleTableError:
            refused.append(table_now)
            raise

    with monkeypatch.context() as patch:
        patch.setattr(commit, "append", append)
        patch.setattr("tasks.lake.LONGEST_PAUSE_S", 0.0)
        yield refused
    assert waiting == []


def test_of_two_machines_that_revise_a_version_at_once_the_second_decides_anew(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, story(1, 1, title="A"))
    other = another_machine(lake, tmp_path / "other")

    def revise() -> None:
        assert put(other, story(1, 2, title="B"), run_id="run-b")["updated"] == 1

    with meanwhile(monkeypatch, "articles", revise) as refused:
        assert put(lake, story(1, 3, title="C"), run_id="run-c")["updated"] == 1
    assert refused == ["articles"]
    assert ask(lake, "select title, revision, run_id from articles") == [("C", 3, "run-c")]
    assert ask(
        lake,
        "select v.title, v.revision, p.title from article_versions v "
        "left join article_versions p on v.supersedes = p.version_id order by v.revision",
    ) == [("A", 1, None), ("B", 2, "A"), ("C", 3, "B")]
    assert put(other, story(1, 4, title="D"), run_id="run-d")["updated"] == 1
    assert ask(other, "select title, revision from articles") == [("D", 4)]


def test_what_two_machines_find_at_once_is_new_to_one_of_them(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = another_machine(lake, tmp_path / "other")
    found = (story(1), a_rejection())

    def find() -> None:
        assert put(other, *found, run_id="run-b") == {"discovered": 2, "new": 1, "rejected": 1}

    with meanwhile(monkeypatch, "articles", find) as refused:
        again = put(lake, *found, run_id="run-c")
    assert refused == ["articles"]
    assert again == {"discovered": 2, "unchanged": 1, "rejected": 1}
    assert rows(lake) == {"versions": 1, "articles": 1, "rejections": 1}


def test_a_shard_refused_at_its_second_table_is_not_judged_by_its_own_rows(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = another_machine(lake, tmp_path / "other")

    def reject() -> None:
        put(other, a_rejection(), story(1, 2, title="B"), run_id="run-b")

    with meanwhile(monkeypatch, "quarantine", reject) as refused:
        found = put(lake, story(1, 1, title="A"), a_rejection(), run_id="run-c")
    assert refused == ["quarantine"]
    assert found == {"discovered": 2, "new": 1, "rejected": 1}
    assert rows(lake) == {"versions": 2, "articles": 1, "rejections": 1}
    assert ask(lake, "select title, revision from articles") == [("B", 2)]


def test_an_older_state_that_another_machine_adds_meanwhile_stays_behind(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = another_machine(lake, tmp_path / "other")

    def read_an_archive() -> None:
        put(other, a_rejection(), story(1, 0, title="Then"), run_id="run-b")

    with meanwhile(monkeypatch, "quarantine", read_an_archive) as refused:
        found = put(lake, story(1, 5, title="Now"), a_rejection(), run_id="run-c")
    assert refused == ["quarantine"]
    assert found == {"discovered": 2, "new": 1, "rejected": 1}
    assert ask(lake, "select title, revision from articles") == [("Now", 1)]
    assert rows(lake) == {"versions": 2, "articles": 1, "rejections": 1}


def test_a_machine_that_is_always_too_late_gives_up_with_a_line(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> bool:
        raise StaleTableError("articles changed after version 0")

    monkeypatch.setattr(commit, "append", refuse)
    monkeypatch.setattr("tasks.lake.LONGEST_PAUSE_S", 0.0)
    with pytest.raises(StaleTableError, match="changed after version"):
        put(lake, story(1))
    assert rows(lake)["versions"] == 0


def test_the_same_rejection_twice_is_counted_twice_and_stored_once(lake: Lake) -> None:
    assert put(lake, a_rejection(), a_rejection())["rejected"] == 2
    assert rows(lake)["rejections"] == 1


def test_a_crash_between_two_tables_is_completed_by_the_next_try(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = commit.append

    def dies_at_quarantine(lake: Lake, table: str, *rest: Any, **names: Any) -> bool:
        if table == "quarantine":
            raise KeyboardInterrupt
        return real(lake, table, *rest, **names)

    monkeypatch.setattr(commit, "append", dies_at_quarantine)
    with pytest.raises(KeyboardInterrupt):
        put(lake, story(1), a_rejection())
    monkeypatch.undo()
    assert ask(lake, "select * from funnel") == []
    put(lake, story(1), a_rejection())
    assert rows(lake) == {"versions": 1, "articles": 1, "rejections": 1}
    assert ask(lake, "select sum(items) from funnel where outcome = 'discovered'") == [(2,)]


def test_rejections_that_differ_in_any_part_of_their_name_are_different() -> None:
    variants = [
        a_rejection(),
        a_rejection(source_id="b"),
        a_rejection(url="https://example.org/"),
        a_rejection(raw_ref="example.jsonl#121"),
        a_rejection(raw_ref=None),
        a_rejection(rule="empty"),
        a_rejection(stage=Stage.DECODE),
        a_rejection(record='{"a":1}'),
        a_rejection(url="a\nb", raw_ref="c"),
        a_rejection(url="a", raw_ref="b\nc"),
    ]
    assert len({rejection_id(r) for r in variants}) == len(variants)
    assert rejection_id(a_rejection(detail="other words")) == rejection_id(a_rejection())


def test_articles_that_differ_only_by_partition_are_found_again(lake: Lake) -> None:
    put(lake, story(1, 1, published_at=None))
    dated = story(1, 2, published_at=datetime(2025, 5, 5, tzinfo=UTC))
    assert put(lake, dated, name="1")["updated"] == 1
    assert ask(lake, "select published_month from articles") == [("2025-05",)]
    assert put(lake, dated, name="2")["unchanged"] == 1


def test_a_damaged_data_file_is_a_line_that_says_so(lake: Lake) -> None:
    put(lake, story(1))
    (data,) = (lake.home / "articles").rglob("*.parquet")
    data.chmod(0o644)
    data.write_bytes(b"not Parquet")
    with pytest.raises(LakeError, match="cannot be read"):
        put(lake, story(2), name="1")


def test_outcomes_have_the_stage_that_decided_them(lake: Lake) -> None:
    put(lake, story(1), a_rejection(stage=Stage.EXTRACT), Skip(source_id="example", reason="x"))
    assert ask(lake, "select stage, outcome, reason from funnel order by all") == [
        ("commit", str(Outcome.NEW), None),
        ("extract", str(Outcome.REJECTED), "broken_line"),
        ("read", str(Outcome.DISCOVERED), None),
        ("read", str(Outcome.SKIPPED), "x"),
    ]


def test_the_file_of_views_is_never_writable(lake: Lake) -> None:
    put(lake, story(1))
    with (
        duckdb.connect(str(lake.catalog), read_only=True) as connection,
        pytest.raises(duckdb.Error, match="read-only"),
    ):
        connection.execute("create table t (a int)")


def test_items_without_a_page_keep_their_outcome_and_their_number(lake: Lake) -> None:
    known = Skip(source_id="example", reason="not_due", stage=Stage.FETCH, items=1_000)
    gone = Skip(source_id="example", reason="dns", stage=Stage.FETCH, outcome=Outcome.FAILED)
    same = Skip(
        source_id="example", reason="not_modified", stage=Stage.FETCH, outcome=Outcome.UNCHANGED
    )
    put(lake, known, gone, same)
    assert ask(lake, "select stage, outcome, reason, items from funnel order by all") == [
        ("fetch", str(Outcome.FAILED), "dns", 1),
        ("fetch", str(Outcome.SKIPPED), "not_due", 1_000),
        ("fetch", str(Outcome.UNCHANGED), "not_modified", 1),
        ("read", str(Outcome.DISCOVERED), None, 1_002),
    ]
