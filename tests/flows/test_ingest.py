"""The whole program, from samples to answers, through its command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.flows.conftest import ROOT, SeedLake, ask, broadsheet

FOOTER = (
    "All Content by Mehr News Agency is licensed under a Creative Commons Attribution 4.0 "
    "International License."
)
BROKEN = {path.name for path in (ROOT / "seeds" / "broken").iterdir()}


def rows_of(lake: Path) -> dict[str, int]:
    (counts,) = ask(
        lake,
        "select (select count(*) from article_versions) as versions, "
        "(select count(*) from rejections) as rejections",
    )
    return counts


# The samples, once


def test_the_samples_are_ingested_and_the_summary_adds_up(seed_lake: SeedLake) -> None:
    done = seed_lake.ingested
    assert done.exit_code == 0, done.err
    summary = done.json
    assert summary["status"] == "completed"
    items = summary["items"]
    assert items == {
        "discovered": 51,
        "new": 34,
        "updated": 0,
        "unchanged": 0,
        "rejected": 12,
        "skipped": 5,
        "failed": 0,
    }
    assert summary["failed_gates"] == []
    assert summary["lake"] == str(seed_lake.root)
    assert sum(summary["reasons"].values()) == items["rejected"] + items["skipped"]
    assert Path(summary["report"]).is_file()


def test_nothing_but_the_result_is_on_stdout_and_no_traceback_on_stderr(
    seed_lake: SeedLake,
) -> None:
    assert seed_lake.ingested.out.count("\n") == 1
    assert "Traceback" not in seed_lake.ingested.err
    assert "WARNING" not in seed_lake.ingested.err


def test_the_users_article_comes_out_as_promised(seed_lake: SeedLake) -> None:
    (row,) = ask(
        seed_lake.root, "select * from articles where raw_ref like '%000_223cd3afbc42ce5b%'"
    )
    text = row["text"]
    assert text.startswith("TEHRAN - Ali Alizadeh")
    assert text.endswith('history of relations between the two countries."')
    assert "licensed under" not in text
    assert "  " not in text
    expected: dict[str, Any] = {
        "dateline_place": "TEHRAN",
        "license": "CC-BY-4.0",
        "license_source": "text",
        "license_scope": "site",
        "license_evidence": FOOTER,
        "rights_holder": "Mehr News Agency",
        "publisher": "Mehr News Agency",
        "language": "en",
        "title": None,
        "published_at": None,
        "url": None,
        "revision": 1,
        "supersedes": None,
        "published_month": "unknown",
    }
    assert {name: row[name] for name in expected} == expected
    assert FOOTER in [piece["text"] for piece in row["removed"]]
    assert "title_expected" in row["warnings"]


def test_every_broken_sample_is_explained(seed_lake: SeedLake) -> None:
    rows = ask(seed_lake.root, "select stage, rule, detail, raw_ref from rejections")
    assert all(row["stage"] and row["rule"] and row["detail"] for row in rows)
    explained = {Path(row["raw_ref"].partition("#")[0]).name for row in rows}
    skipped = {
        row["reason"]
        for row in ask(seed_lake.root, "select reason from funnel where outcome = 'skipped'")
    }
    assert BROKEN - explained == {"urls.txt"}
    assert "needs_fetching" in skipped


def test_the_funnel_adds_up_for_every_run_and_source(seed_lake: SeedLake) -> None:
    rows = ask(
        seed_lake.root,
        "select run_id, source_id, sum(items) filter (outcome = 'discovered') as into, "
        "sum(items) filter (outcome != 'discovered') as out from funnel group by all",
    )
    assert rows
    assert all(row["into"] == row["out"] for row in rows)


def test_every_sample_in_another_script_keeps_it(seed_lake: SeedLake) -> None:
    rows = ask(
        seed_lake.root,
        "select language, title from articles where language in ('ar', 'fa', 'ja', 'ru')",
    )
    assert {row["language"] for row in rows} == {"ar", "fa", "ja", "ru"}
    assert not any(row["title"].isascii() for row in rows)


def test_nothing_is_left_of_the_work(seed_lake: SeedLake) -> None:
    assert list((seed_lake.root / "_staging").iterdir()) == []
    assert [path for path in seed_lake.root.iterdir() if path.name.endswith(".new")] == []


# The samples, twice


def test_a_second_run_adds_nothing_and_compaction_loses_nothing(
    seed_lake: SeedLake, tmp_path: Path
) -> None:
    lake = tmp_path / "moved lake"
    shutil.copytree(seed_lake.root, lake)
    before = (
        rows_of(lake),
        ask(lake, "select * exclude (published_month) from articles order by all"),
    )

    again = broadsheet("ingest", "seeds", "--lake", lake)
    assert again.exit_code == 0, again.err
    assert "34 unchanged, 12 rejected, 5 skipped" in again.out
    assert rows_of(lake) == before[0]

    compacted = broadsheet("compact", "--lake", lake, "--json")
    assert compacted.exit_code == 0, compacted.err
    assert compacted.json["files_fewer"]["funnel"] > 0
    after = (
        rows_of(lake),
        ask(lake, "select * exclude (published_month) from articles order by all"),
    )
    assert after == before

    status = broadsheet("status", "--lake", lake, "--json").json
    assert [run["flow"] for run in status["last_runs"]] == ["compact", "ingest", "ingest"]
    assert {run["status"] for run in status["last_runs"]} == {"completed"}
    assert status["alerts"] == []


# Questions


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl", "markdown"])
def test_sql_answers_in_every_format(seed_lake: SeedLake, form: str) -> None:
    query = "select title, authors, published_at from articles order by url"
    done = broadsheet("sql", query, "--lake", seed_lake.root, "--format", form)
    assert (done.exit_code, done.err) == (0, "")
    assert "Kestrel Bay votes" in done.out
    if form == "jsonl":
        rows = [json.loads(line) for line in done.out.splitlines()]
        assert len(rows) == 34
        assert all(isinstance(row["authors"], list) for row in rows)
        assert "2025-03-14T10:30:00Z" in [row["published_at"] for row in rows]


def test_sql_writes_a_file(seed_lake: SeedLake, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    query = "select language, count(*) as n from articles group by language"
    arguments = ("sql", query, "--lake", seed_lake.root, "--format", "parquet")
    refused = broadsheet(*arguments)
    assert refused.exit_code == 2
    assert "-o FILE" in refused.err
    done = broadsheet(*arguments, "-o", path)
    assert (done.exit_code, done.out) == (0, "")
    assert sum(pq.read_table(path)["n"].to_pylist()) == 34


def test_sql_mistakes_are_told_in_a_line_with_exit_code_1(seed_lake: SeedLake) -> None:
    done = broadsheet("sql", "select * from article", "--lake", seed_lake.root)
    assert done.exit_code == 1
    assert done.out == ""
    assert "the views are" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(("when", "exit_code"), [("", 2), ("yesterday", 2), ("2001-01-01", 1)])
def test_a_time_without_a_snapshot_is_told_in_a_line(
    seed_lake: SeedLake, when: str, exit_code: int
) -> None:
    done = broadsheet("sql", "select 1", "--as-of", when, "--lake", seed_lake.root)
    assert (done.exit_code, done.out) == (exit_code, "")
    assert done.err.count("\n") == 1


def test_a_reader_that_has_read_enough_is_no_failure(seed_lake: SeedLake) -> None:
    query = "select a.text, b.text from articles a, articles b, articles c"
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", "sql", query, "--format", "csv"],
        cwd=ROOT,
        env=os.environ | {"BROADSHEET_LAKE": str(seed_lake.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"text,text\n"
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() in {0, 1}, "click ends with 1"


def test_status_and_report_work_and_print_only_results(seed_lake: SeedLake) -> None:
    status = broadsheet("status", "--lake", seed_lake.root)
    assert (status.exit_code, status.err) == (0, "")
    assert "34 articles in 34 versions, 12 open rejections" in status.out
    report = broadsheet("report", "--lake", seed_lake.root)
    assert (report.exit_code, report.err) == (0, "")
    assert Path(report.out.strip()).is_file()


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["ingest", "no-such-file.txt"], 1, "no-such-file.txt"),
        (["ingest", "global-voices"], 1, "or write @global-voices"),
        (["ingest", "@nobody"], 2, "@nobody"),
        (["ingest", "https://"], 2, "no http"),
        (["ingest", "ftp://example.org/"], 2, "http(s) address"),
        (["ingest"], 2, "SOURCE"),
        (["ingest", "seeds", "--as", "pdf"], 2, "pdf"),
        (["ingest", "seeds", "--workers", "0"], 2, "--workers"),
        (["sql", "select 1", "--format", "xml"], 2, "xml"),
        (["sql", "select 1"], 1, "there is no lake"),
        (["status"], 1, "there is no lake"),
        (["report"], 1, "there is no lake"),
        (["compact"], 1, "there is no lake"),
        (["sql", "drop table x"], 1, "only reads"),
        (["nothing"], 2, "nothing"),
    ],
)
def test_a_mistake_is_told_without_a_traceback_and_makes_no_lake(
    arguments: list[str], exit_code: int, words: str, tmp_path: Path
) -> None:
    done = broadsheet(*arguments, env=os.environ | {"BROADSHEET_LAKE": str(tmp_path / "lake")})
    assert done.exit_code == exit_code, done.err
    assert words in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert not (tmp_path / "lake").exists()


def test_a_folder_that_is_no_lake_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    done = broadsheet("ingest", "seeds", "--lake", tmp_path)
    assert done.exit_code == 1
    assert "is not a lake" in done.err
    assert done.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_run_of_which_nothing_passes_ends_with_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "empty.html").touch()
    lake = tmp_path / "lake"
    done = broadsheet("ingest", tmp_path / "empty.html", "--lake", lake, "--source-id", "quiet")
    assert done.exit_code == 3, done.err
    assert "something_passed: FAILED" in done.out
    status = broadsheet("status", "--lake", lake, "--json").json
    assert status["last_runs"][0]["status"] == "gate-failed"
    assert len(status["alerts"]) == 1
    assert ask(lake, "select source_id, rule from rejections") == [
        {"source_id": "quiet", "rule": "empty"}
    ]
