"""`broadsheet reprocess` as a user runs it, on pages that were fetched from a site that is gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.opening import open_lake
from tests.archived import commit_as, retitled, versions
from tests.flows.conftest import ROOT, ask, broadsheet
from tests.flows.documents import Checkout, code_blocks
from tests.newsroom import a_text, news_site

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PUBLISHED_AT = datetime(2026, 6, 21, 8, 30, tzinfo=UTC)
ABOUT = (
    '<meta name="author" content="Sara Ahmadi">'
    f'<meta property="article:published_time" content="{PUBLISHED_AT.isoformat()}">'
    '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'
)
PIERS = 3
SOURCE = "example.org"
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of fetched pages, which a faulty release has read again. Copy it."""
    lake = tmp_path_factory.mktemp("fetched") / "lake"
    with news_site() as site:
        paths = [f"/pier-{number}" for number in range(PIERS)]
        for path in paths:
            site.publish(path, f"The harbor opens {path[1:]}", a_text(path[1:]), extra=ABOUT)
        site.offer_feed(
            "/feed", {path: (f"The harbor opens {path[1:]}", PUBLISHED_AT) for path in paths}
        )
        done = broadsheet(
            "ingest", f"{site.url}/feed", "--lake", lake, "--source-id", SOURCE,
            "--delay", "0", "--allow-private", "--json",
        )  # fmt: skip
    assert done.exit_code == 0, done.err
    assert done.json["items"]["new"] == PIERS, done.out
    return lake


@pytest.fixture
def misread(fetched: Path, tmp_path: Path) -> Path:
    lake = tmp_path / "lake"
    shutil.copytree(fetched, lake, symlinks=True)
    opened = open_lake(lake)
    places = [str(place) for (place,) in versions(opened, "raw_ref")]
    commit_as("0.1.1", opened, places[:2], retitled, staging=tmp_path / "s", reprocessed=True)
    return lake


def test_pages_come_out_right_again_without_their_site(misread: Path) -> None:
    done = broadsheet("reprocess", "--lake", misread)
    assert done.exit_code == 0, done.err
    assert "3 discovered = 2 updated, 1 unchanged" in done.out
    assert "changed  2 articles got a new version" in done.out
    assert "title  " in done.out
    assert " | Example News -> The harbor opens pier-" in done.out
    rows = ask(misread, "select title, changed_by, revision from articles order by url")
    assert [(row["title"], row["changed_by"], row["revision"]) for row in rows] == [
        ("The harbor opens pier-0", "pipeline", 3),
        ("The harbor opens pier-1", "pipeline", 3),
        ("The harbor opens pier-2", None, 1),
    ]

    again = broadsheet("reprocess", "--lake", misread, "--json")
    assert again.exit_code == 0, again.err
    assert again.json["items"] == dict.fromkeys(again.json["items"], 0) | {
        "discovered": PIERS,
        "unchanged": PIERS,
    }
    assert again.json["changed"] == {"articles": 0, "fields": []}
    assert again.json["outside"] == 0
    runs = ask(misread, "select flow, status, sources from runs order by run_id desc limit 1")
    assert runs == [{"flow": "reprocess", "status": "completed", "sources": []}]
    funnel = ask(
        misread,
        "select sum(items) filter (outcome = 'discovered') as into, "
        "sum(items) filter (outcome != 'discovered') as out from funnel group by run_id",
    )
    assert all(row["into"] == row["out"] for row in funnel)
    assert broadsheet("status", "--lake", misread, "--json").json["alerts"] == []
    shown = broadsheet("show", rows_id(misread), "--lake", misread)
    assert "the same page, read differently" in shown.out


def rows_id(lake: Path) -> str:
    return str(ask(lake, "select article_id from articles order by url limit 1")[0]["article_id"])


def test_the_changes_are_one_json_object(misread: Path) -> None:
    done = broadsheet("reprocess", "--lake", misread, "--since-version", "0.1.1", "--json")
    assert done.exit_code == 0, done.err
    changed = done.json["changed"]
    assert changed["articles"] == 2
    (title,) = changed["fields"]
    assert (title["field"], title["articles"]) == ("title", 2)
    assert {example["after"] for example in title["examples"]} == {
        "The harbor opens pier-0",
        "The harbor opens pier-1",
    }


def test_the_page_on_operations_says_how(misread: Path, tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "checkout", misread)
    blocks = [block for block in code_blocks(OPERATIONS) if block.heading == "Reprocess"]
    assert len(blocks) == 3
    outputs = [checkout.run(block.language, block.code) for block in blocks]
    assert [done.exit_code for done in outputs] == [0, 0, 0], [done.err for done in outputs]
    assert "2 updated" in outputs[0].out
    assert outputs[1].out.count("3 discovered") + outputs[1].out.count('"discovered": 3') == 2
    assert outputs[2].out.count("pipeline") >= 4


def test_a_run_that_is_killed_is_made_good_by_the_next(misread: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", "reprocess", "--lake", misread],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while not list((misread / "_staging").glob("*/00000")):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    again = broadsheet("reprocess", "--lake", misread, "--json")
    assert again.exit_code == 0, again.err
    assert again.json["items"]["discovered"] == PIERS
    rows = ask(misread, "select revision, title from articles order by url")
    assert [row["revision"] for row in rows] == [3, 3, 1]
    assert not any("Example News" in row["title"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["--since-version", "latest"], 2, "is no version"),
        (["--source-id", "nobody"], 2, "no article of 'nobody'"),
        (["--workers", "0"], 2, "--workers"),
    ],
)
def test_a_mistake_is_told_in_a_line_before_anything_starts(
    fetched: Path, arguments: list[str], exit_code: int, words: str
) -> None:
    done = broadsheet("reprocess", "--lake", fetched, *arguments)
    assert done.exit_code == exit_code, done.err
    assert words in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_no_lake_is_made_where_there_is_none(tmp_path: Path) -> None:
    done = broadsheet("reprocess", "--lake", tmp_path / "lake")
    assert done.exit_code == 1
    assert "there is no lake" in done.err
    assert not (tmp_path / "lake").exists()
