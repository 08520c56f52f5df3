"""Runs: their start, their end, and what they measured."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations.records import Article, Outcome, Removed, Severity, Skip
from tasks.commit import commit_shard
from tasks.errors import LakeError
from tasks.opening import open_or_create_lake
from tasks.query import open_catalog
from tasks.rule_hits import count_hits
from tasks.runs import (
    finish_run,
    latest_run_id,
    new_run_id,
    record_end,
    record_start,
    recorded_run,
)
from tasks.shard_steps import ShardResult
from tasks.status import read_status
from tasks.storage import Lake
from tasks.validate import RuleCount
from tests.builders import a_rejection, a_shard, an_article

NOW = datetime(2026, 11, 23, 7, 8, 9, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


def ask(lake: Lake, query: str) -> list[tuple[Any, ...]]:
    with open_catalog(lake) as connection:
        return connection.execute(query).fetchall()


def alerts(lake: Lake) -> tuple[str, ...]:
    with open_catalog(lake) as connection:
        return read_status(connection, str(lake.home)).alerts


def shard_result(lake: Lake, run_id: str, *items: Any, name: str = "00000") -> ShardResult:
    shard = a_shard(*items, run_id=run_id, name=name)
    committed = commit_shard(lake, shard, pipeline_version="1")
    rule = RuleCount(
        source_id="example", rule="title_expected", severity=Severity.WARNING, checked=2, failed=1
    )
    return ShardResult(
        committed.funnel, (rule,), count_hits(a for a in items if isinstance(a, Article))
    )


def test_names_of_runs_sort_by_their_start_and_differ_within_a_millisecond() -> None:
    names = [new_run_id(NOW + timedelta(milliseconds=50 * n)) for n in range(50)]
    assert names == sorted(names)
    assert len({new_run_id(NOW) for _ in range(50)}) == 50
    assert re.fullmatch(
        r"20261123T070809Z-07b[0-9a-f]{6}", new_run_id(NOW.replace(microsecond=123_456))
    )


def test_a_run_is_running_until_it_has_an_end(lake: Lake) -> None:
    run = record_start(lake, flow="ingest", sources=["a.txt"], now=NOW)
    record_end(lake, record_start(lake, flow="compact", sources=[], now=NOW), status="completed")
    query = "select flow, status, ended_at is null, sources from runs order by flow"
    assert ask(lake, query) == [
        ("compact", "completed", False, []),
        ("ingest", "running", True, ["a.txt"]),
    ]
    record_end(lake, run, status="completed")
    assert ask(lake, query)[1] == ("ingest", "completed", False, ["a.txt"])


def test_a_run_that_fails_says_why_and_the_error_goes_on(lake: Lake) -> None:
    with (
        pytest.raises(ValueError, match="broken"),
        recorded_run(lake, flow="ingest", sources=["a"]),
    ):
        raise ValueError("broken \udcff machinery")
    assert ask(lake, "select status, detail from runs") == [
        ("failed", "ValueError: broken \\udcff machinery")
    ]
    (alert,) = alerts(lake)
    assert "ValueError" in alert


def test_an_interrupted_run_is_recorded_as_failed(lake: Lake) -> None:
    with pytest.raises(KeyboardInterrupt), recorded_run(lake, flow="ingest", sources=["a"]):
        raise KeyboardInterrupt
    assert ask(lake, "select status from runs") == [("failed",)]


def test_a_source_whose_name_is_not_utf_8_can_be_recorded(lake: Lake) -> None:
    run = record_start(lake, flow="ingest", sources=["bad\udcff.txt"], now=NOW)
    record_end(lake, run, status="completed")
    assert ask(lake, "select sources from runs") == [(["bad\\udcff.txt"],)]


def test_a_run_that_was_killed_shows_as_an_alert_once_another_has_started(lake: Lake) -> None:
    killed = record_start(lake, flow="ingest", sources=["a"], now=NOW)
    later = record_start(lake, flow="ingest", sources=["a"], now=NOW + timedelta(hours=1))
    record_end(lake, later, status="completed")
    (alert,) = alerts(lake)
    assert killed.run_id in alert


def test_a_compaction_does_not_hide_that_the_last_ingest_failed_its_gate(lake: Lake) -> None:
    with recorded_run(lake, flow="ingest", sources=["a"]) as run:
        summary, _ = finish_run(lake, run, [shard_result(lake, run.run_id, a_rejection())])
    assert (summary.status, summary.failed_gates) == ("gate-failed", ("something_passed",))
    compaction = record_start(
        lake, flow="compact", sources=[], now=datetime.now(UTC) + timedelta(seconds=2)
    )
    record_end(lake, compaction, status="completed")
    assert any("something_passed" in alert for alert in alerts(lake))


def test_the_summary_adds_shards_up_and_metrics_hold_each_rule(lake: Lake) -> None:
    with recorded_run(lake, flow="ingest", sources=["a"]) as run:
        shards = [
            shard_result(lake, run.run_id, an_article(), a_rejection(), name="0"),
            shard_result(lake, run.run_id, Skip(source_id="example", reason="x"), name="1"),
        ]
        summary, markdown = finish_run(lake, run, iter(shards))
    assert summary.items == {
        str(outcome): {"discovered": 3, "new": 1, "rejected": 1, "skipped": 1}.get(outcome, 0)
        for outcome in Outcome
    }
    assert summary.status == "completed"
    assert Path(summary.report).is_file()
    assert run.run_id in markdown
    assert ask(
        lake,
        "select source_id, value, n, verdict from metrics "
        "where metric = 'rule.title_expected.failed'",
    ) == [("example", 2.0, 4, "warn")]
    assert ask(lake, "select count(*) from metrics where metric like 'gate.%'")[0][0] > 0


def test_a_rule_that_suddenly_fires_at_a_source_is_a_warning_in_the_metrics_and_the_report(
    lake: Lake,
) -> None:
    def ingest(number: int, *, first: int, removed: tuple[Removed, ...] = ()) -> str:
        """A run over new articles, in two shards; its report."""
        with recorded_run(lake, flow="ingest", sources=["a"]) as run:
            shards = [
                shard_result(
                    lake,
                    run.run_id,
                    *(
                        an_article(url=f"https://news.example.org/{n}", removed=removed)
                        for n in range(start, start + number)
                    ),
                    name=str(start),
                )
                for start in (first, first + number)
            ]
            summary, _ = finish_run(lake, run, shards)
        return Path(summary.report).read_text(encoding="utf-8")

    usual = ingest(50, first=0)
    sudden = ingest(10, first=1_000, removed=(Removed("byline", "By Sara Ahmadi"),))
    assert ask(
        lake,
        "select metric, value, n, baseline, verdict from metrics "
        "where starts_with(metric, 'hits.') order by run_id, metric",
    ) == [
        ("hits.any", 100, 100, None, None),
        ("hits.license.holder", 100, 100, None, None),
        ("hits.license.rel", 100, 100, None, None),
        ("hits.any", 20, 20, None, None),
        ("hits.license.holder", 20, 20, 1, "ok"),
        ("hits.license.rel", 20, 20, 1, "ok"),
        ("hits.removed.byline", 20, 20, 0, "warn"),
    ]
    assert "suddenly fires" not in usual
    assert "removed.byline suddenly fires on 100% of the articles of example" in sudden
    assert alerts(lake) == ()


def test_the_newest_ingest_is_the_one_to_report_on(lake: Lake) -> None:
    record_end(lake, record_start(lake, flow="compact", sources=[], now=NOW), status="completed")
    with open_catalog(lake) as connection, pytest.raises(LakeError, match="broadsheet ingest"):
        latest_run_id(connection)
    first = record_start(lake, flow="ingest", sources=[], now=NOW)
    second = record_start(lake, flow="ingest", sources=[], now=NOW + timedelta(seconds=1))
    record_end(lake, second, status="completed")
    record_end(lake, first, status="completed")
    with open_catalog(lake) as connection:
        assert latest_run_id(connection) == second.run_id
