"""Opening: which folders are lakes, which can become one, and lakes of other Broadsheets."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import make_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from expectations.columns import DeclaredColumn, declared_columns, to_table
from expectations.records import Article, ArticleVersion, FunnelCount, Outcome, Run, Stage
from tasks import opening, tables
from tasks.catalog import publish, rebuild_catalog
from tasks.errors import LakeError
from tasks.lake import active_files, append, open_table
from tasks.opening import check_place, open_lake, open_or_create_lake
from tasks.query import open_catalog, open_snapshot
from tasks.settings import LAKE_MARKER
from tasks.snapshots import find_snapshot
from tasks.storage import Lake
from tasks.tables import TABLES, schema_tag, table_schema
from tasks.versions import assign_versions
from tasks.views import TABLE_VIEWS
from tests.builders import TEXT, a_rejection, an_article
from tests.lakes import ask, everything_in, put

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
OPENERS = [open_lake, open_or_create_lake, check_place]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


# Places


@pytest.mark.parametrize("name", ["thesis.doc", ".git", "articles", "lake.json.bak"])
def test_a_folder_that_holds_something_else_is_refused_and_left_untouched(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("mine")
    for opened in OPENERS:
        with pytest.raises(LakeError, match="is not a lake"):
            opened(tmp_path)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {name: "mine"}


def test_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    for opened in (open_or_create_lake, check_place):
        with pytest.raises(LakeError, match="is a file"):
            opened(file)
    with pytest.raises(LakeError, match="is not a lake"):
        open_lake(file)
    assert file.read_text() == "mine"


def test_an_empty_folder_becomes_a_lake_and_what_systems_leave_there_does_not_matter(
    tmp_path: Path,
) -> None:
    (tmp_path / ".DS_Store").touch()
    (tmp_path / f".{LAKE_MARKER}.4711").touch()
    check_place(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2, "to see makes nothing"
    lake = open_or_create_lake(tmp_path)
    assert open_lake(tmp_path) == lake
    assert all(active_files(lake, table) == [] for table in TABLES)


def test_a_missing_lake_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="broadsheet ingest SOURCE --lake"):
        open_lake(tmp_path / "none")
    check_place(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_two_processes_may_make_the_same_lake_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from tasks.opening import open_or_create_lake\n"
        "open_or_create_lake(sys.argv[1])"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "lake")], cwd=ROOT)
        for _ in range(3)
    ]
    assert [process.wait() for process in started] == [0, 0, 0]
    lake = open_lake(tmp_path / "lake")
    assert [open_table(lake, table).version() for table in TABLES] == [0] * len(TABLES)


def test_a_folder_that_another_process_makes_a_lake_of_meanwhile_is_no_foreign_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, others = opening._refuse_foreign_content, []

    def refuse_late(lake: Lake) -> None:
        monkeypatch.undo()
        others.append(open_or_create_lake(lake.home))
        real(lake)

    monkeypatch.setattr(opening, "_refuse_foreign_content", refuse_late)
    assert [open_or_create_lake(tmp_path / "lake")] == others


def test_machines_that_make_one_lake_at_once_agree_on_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine, which this one's lock does not hold off, makes it just before the marker."""
    real, others = opening._write_marker, []

    def write_late(lake: Lake, marker: opening.Marker) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(opening, "exclusive", lambda _: nullcontext())
        others.append(open_or_create_lake(lake.home))
        real(lake, marker)

    monkeypatch.setattr(opening, "_write_marker", write_late)
    lake = open_or_create_lake(tmp_path / "lake")
    assert [lake] == others == [open_lake(lake.home)]
    assert put(lake, an_article())["new"] == 1


def test_a_link_to_a_lake_is_the_lake(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(lake.home)
    assert open_lake(tmp_path / "link") == lake


@pytest.mark.parametrize(
    "name",
    ["with space", "100% b", "Käse – ایران", "it's", "a#b", "[a]*{b}", "x=y", 'a"b', "a;b&c"],
)
def test_the_lake_may_lie_at_a_path_with_any_characters(tmp_path: Path, name: str) -> None:
    lake = open_or_create_lake(tmp_path / name / "lake")
    put(lake, an_article(), an_article(url="https://a.example/2", published_at=None), a_rejection())
    assert put(lake, an_article(), name="1")["unchanged"] == 1
    assert ask(lake, "select count(*) from articles") == [(2,)]
    assert ask(lake, "select rule from rejections") == [("broken_line",)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("name", ["per%20cent", "a\\b", "a\tb", "who?", "\udcff"])
def test_a_path_that_delta_or_duckdb_would_misread_makes_no_folder(
    tmp_path: Path, name: str
) -> None:
    for opened in OPENERS:
        with pytest.raises(LakeError, match="would misread"):
            opened(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


# The marker


def test_the_marker_says_the_format_the_lakes_id_and_the_columns_of_its_tables(lake: Lake) -> None:
    columns = {table: table_schema(table).names for table in TABLES}
    assert json.loads((lake.home / LAKE_MARKER).read_text()) == {
        "broadsheet_lake": 2,
        "id": lake.id,
        "columns": columns,
    }
    assert open_or_create_lake(lake.home) == lake, "it stays what it is"


def marker(**changes: Any) -> str:
    return json.dumps({"broadsheet_lake": 2, "id": "a", "columns": {"runs": ["run_id"]}} | changes)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (marker(broadsheet_lake=3), "format 3.*update Broadsheet"),
        (marker(broadsheet_lake=3, columns="of another kind"), "update Broadsheet"),
        (marker(columns={"runs": ["run_id", "cost"]}), "'cost' of runs.*update Broadsheet"),
        (marker(columns={"images": ["image_id"]}), "'image_id' of images.*update Broadsheet"),
        (marker(broadsheet_lake=1), "trial version.*a new lake"),
        ('{"broadsheet_lake": 1}', "trial version.*a new lake"),
        ('{"broadsheet_lake": 2}', "damaged"),
        ('{"broadsheet_lake": "two"}', "damaged"),
        ('{"broadsheet_lake": null}', "damaged"),
        (marker(columns=["runs"]), "damaged"),
        (marker(columns={"runs": 1}), "damaged"),
        ("{}", "damaged"),
        ("[]", "damaged"),
        ("", "damaged"),
        (marker()[:20], "damaged"),
        ("\xff", "damaged"),
    ],
)
def test_a_lake_that_is_newer_too_old_or_damaged_is_refused_and_left_as_it_is(
    lake: Lake, content: str, message: str
) -> None:
    (lake.home / LAKE_MARKER).write_bytes(content.encode("latin-1"))
    before = everything_in(lake.home)
    for opened in OPENERS:
        with pytest.raises(LakeError, match=message) as raised:
            opened(lake.home)
        assert str(lake.home) in str(raised.value)
        assert "\n" not in str(raised.value)
    assert everything_in(lake.home) == before


def test_a_lake_whose_marker_is_lost_is_not_taken_for_an_empty_folder(lake: Lake) -> None:
    (lake.home / LAKE_MARKER).unlink()
    before = everything_in(lake.home)
    for opened in OPENERS:
        with pytest.raises(LakeError, match="is not a lake"):
            opened(lake.home)
    assert everything_in(lake.home) == before


def test_a_table_of_another_lake_is_refused(lake: Lake, tmp_path: Path) -> None:
    other = open_or_create_lake(tmp_path / "other")
    put(other, an_article())
    (lake.home / "articles").rename(tmp_path / "aside")
    (other.home / "articles").rename(lake.home / "articles")
    before = everything_in(lake.home / "articles")
    with pytest.raises(LakeError, match=r"is not of this lake.*two lakes were mixed"):
        put(lake, an_article())
    assert everything_in(lake.home / "articles") == before


def die_in(monkeypatch: pytest.MonkeyPatch, step: str, at: int, place: Path) -> None:
    """Open a lake for writing, and be killed at the n-th call of a step of it."""
    real: Callable[..., None] = getattr(opening, step)
    calls = iter(range(at + 1))

    def dies(*arguments: Any) -> None:
        if next(calls) == at:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(opening, step, dies)
    with pytest.raises(KeyboardInterrupt):
        open_or_create_lake(place)
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("step", "at"),
    [("_write_marker", 0), *(("create_table", n) for n in range(6)), ("_write_marker", 1)],
)
def test_a_lake_whose_making_was_interrupted_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, at: int
) -> None:
    place = tmp_path / "lake"
    die_in(monkeypatch, step, at, place)
    with pytest.raises(LakeError, match=r"broadsheet ingest SOURCE|is not a lake"):
        open_lake(place)
    named = (place / LAKE_MARKER).exists() and json.loads((place / LAKE_MARKER).read_text())["id"]
    lake = open_or_create_lake(place)
    assert lake.id == (named or lake.id), "tables that were made already are this lake's"
    assert put(lake, an_article()) == {"discovered": 1, "new": 1}
    assert open_lake(place) == lake


# Lakes of older and newer Broadsheets

LATER = {
    "articles": ("tags", "removed", "agency", "word_count", "date_conflict", "modified_at"),
    "runs": ("sources", "detail"),
}


def without(record_type: type, names: tuple[str, ...]) -> type:
    """The record type of a Broadsheet that did not have some columns yet."""
    return make_dataclass(
        f"Old{record_type.__name__}",
        [(c.name, _annotation(c)) for c in declared_columns(record_type) if c.name not in names],
    )


def _annotation(column: DeclaredColumn) -> Any:
    return Annotated[str | None if column.nullable else str, column.column]


@contextmanager
def an_older_program(missing_table: str | None = None) -> Iterator[None]:
    """Work as a Broadsheet without the columns of `LATER`, or without a whole table."""
    caches = (tables.table_schema, tables.file_schema, tables.schema_tag)
    with pytest.MonkeyPatch.context() as patch:
        for table, names in LATER.items():
            old = replace(TABLES[table], record_type=without(TABLES[table].record_type, names))
            patch.setitem(TABLES, table, old)
        if missing_table:
            patch.delitem(TABLES, missing_table)
        try:
            for cached in caches:
                cached.cache_clear()
            yield
        finally:
            for cached in caches:
                cached.cache_clear()


def old_rows(table: str, record_type: type, *records: Any) -> pa.Table:
    return to_table(record_type, records).drop_columns(list(LATER[table]))


def write_as_older_program(place: Path, *articles: Article) -> Lake:
    """A lake with one run's articles, as the older program leaves it."""
    assigned = assign_versions(articles, {}, run_id="old", now=NOW, pipeline_version="0")
    run = Run(
        run_id="old",
        flow="ingest",
        status="completed",
        started_at=NOW,
        ended_at=NOW,
        sources=("a",),
        detail=None,
        pipeline_version="0",
    )
    count = FunnelCount(
        run_id="old",
        shard="0",
        source_id="example",
        stage=Stage.COMMIT,
        outcome=Outcome.NEW,
        reason=None,
        items=len(articles),
    )
    with an_older_program():
        lake = open_or_create_lake(place)
        rows = old_rows("articles", ArticleVersion, *(a.row for a in assigned))
        append(lake, "articles", rows, app_id="old/0")
        append(lake, "funnel", to_table(FunnelCount, [count]), app_id="old/0")
        append(lake, "runs", old_rows("runs", Run, run), app_id="old")
        publish(lake, "old")
    return lake


def test_a_lake_of_an_older_program_is_read_with_nulls_and_empty_lists(tmp_path: Path) -> None:
    write_as_older_program(tmp_path / "lake", an_article())
    lake = open_lake(tmp_path / "lake")
    before = everything_in(lake.home)
    with open_catalog(lake) as connection:
        ((tags, removed, agency, words, conflict, modified, text),) = connection.execute(
            "select tags, removed, agency, word_count, date_conflict, modified_at, text "
            "from articles"
        ).fetchall()
        assert (tags, removed) == ([], [])
        assert (agency, words, conflict, modified) == (None, None, None, None)
        assert text == TEXT
        assert connection.execute("select run_id, sources, detail from runs").fetchall() == [
            ("old", [], None)
        ]
    after = everything_in(lake.home)
    assert {name for name in after if after[name] != before.get(name)} <= {
        "broadsheet.duckdb",
        ".lock",
    }, "to read a lake does not change it"


def test_an_older_lake_gets_the_new_columns_and_both_kinds_of_files_read_in_one_view(
    tmp_path: Path,
) -> None:
    old = write_as_older_program(
        tmp_path / "lake", an_article(), an_article(url="https://a.example/2", tags=("lost",))
    )
    lake = open_or_create_lake(tmp_path / "lake")
    assert lake == old
    for table in LATER:
        names = [field.name for field in open_table(lake, table).schema().fields]
        assert sorted(names) == sorted(table_schema(table).names)
    version = open_table(lake, "articles").version()
    assert open_or_create_lake(tmp_path / "lake") == lake
    assert open_table(lake, "articles").version() == version, "once"

    found = put(
        lake,
        an_article(),
        an_article(
            url="https://a.example/2", title="Corrected", agency="A", fetched_at=datetime.now(UTC)
        ),
        an_article(url="https://a.example/3", tags=("kept",)),
    )
    assert found == {"discovered": 3, "unchanged": 1, "updated": 1, "new": 1}
    tags = {schema_tag("articles"), *(Path(f).name[:8] for f in active_files(lake, "articles"))}
    assert len(tags) == 2
    assert ask(
        lake, "select title, revision, tags, word_count is null, agency from articles order by url"
    ) == [
        ("Corrected", 2, ["trade"], False, "A"),
        (an_article().content.title, 1, ["kept"], False, None),
        (an_article().content.title, 1, [], True, None),
    ]
    rows = DeltaTable(lake.address("articles")).to_pyarrow_table(columns=["url", "word_count"])
    assert sorted(count is None for count in rows["word_count"].to_pylist()) == [
        False,
        False,
        True,
        True,
    ], "other readers of Delta have the columns too"


def test_a_view_has_the_same_types_whether_its_files_are_old_new_or_both(tmp_path: Path) -> None:
    def types(lake: Lake) -> dict[str, list[tuple[Any, ...]]]:
        rebuild_catalog(lake)
        with open_catalog(lake) as connection:
            return {
                view: [row[:2] for row in connection.execute(f"describe {view}").fetchall()]
                for view in TABLE_VIEWS
            }

    fresh = open_or_create_lake(tmp_path / "fresh")
    put(fresh, an_article())
    write_as_older_program(tmp_path / "lake", an_article())
    only_old = types(open_lake(tmp_path / "lake"))
    lake = open_or_create_lake(tmp_path / "lake")
    put(lake, an_article(url="https://a.example/2"))
    assert only_old == types(lake) == types(fresh)


def test_what_an_older_lake_was_can_still_be_asked_for_after_the_columns_came(
    tmp_path: Path,
) -> None:
    write_as_older_program(tmp_path / "lake", an_article())
    lake = open_or_create_lake(tmp_path / "lake")
    put(lake, an_article(url="https://a.example/2"))
    with open_snapshot(lake, find_snapshot(lake, "old")) as connection:
        assert connection.execute("select tags from articles").fetchall() == [([],)]


def test_an_older_program_says_so_and_stops_at_a_newer_lake(lake: Lake) -> None:
    put(lake, an_article())
    before = everything_in(lake.home)
    with an_older_program():
        for opened in OPENERS:
            with pytest.raises(LakeError, match=r"does not know .*: update Broadsheet"):
                opened(lake.home)
    with an_older_program(missing_table="metrics"):
        for opened in OPENERS:
            with pytest.raises(LakeError, match="update Broadsheet"):
                opened(lake.home)
    assert everything_in(lake.home) == before


def test_a_lake_from_before_a_table_existed_gets_it(tmp_path: Path) -> None:
    with an_older_program(missing_table="metrics"):
        open_or_create_lake(tmp_path / "lake")
    assert not (tmp_path / "lake" / "metrics").exists()
    lake = open_or_create_lake(tmp_path / "lake")
    assert put(lake, an_article())["new"] == 1
    assert ask(lake, "select count(*) from metrics") == [(0,)]


@pytest.mark.parametrize("step", ["add_missing_columns", "_write_marker"])
def test_adding_columns_can_be_interrupted_and_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    write_as_older_program(tmp_path / "lake", an_article())
    die_in(monkeypatch, step, 1 if step == "add_missing_columns" else 0, tmp_path / "lake")
    lake = open_lake(tmp_path / "lake")
    assert ask(lake, "select tags from articles") == [([],)]
    lake = open_or_create_lake(tmp_path / "lake")
    assert put(lake, an_article(url="https://a.example/2"))["new"] == 1
    assert ask(lake, "select count(*) from articles") == [(2,)]
