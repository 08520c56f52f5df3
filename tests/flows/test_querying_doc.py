"""Each block of docs/querying.md runs, and all readers find the same articles."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tasks.commit import commit_shard
from tasks.opening import open_lake
from tasks.query import open_catalog
from tests.builders import a_shard, an_article
from tests.flows.conftest import ROOT, SeedLake
from tests.flows.documents import Block, Checkout, code_blocks

QUERYING = (ROOT / "docs" / "querying.md").read_text(encoding="utf-8")
BLOCKS = list(code_blocks(QUERYING))
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def revised_lake(tmp_path_factory: pytest.TempPathFactory, seed_lake: SeedLake) -> Path:
    """The seeds' lake after another run: one more article, in a new, a newer and a late version."""
    root = tmp_path_factory.mktemp("revised") / "lake"
    shutil.copytree(seed_lake.root, root, symlinks=True)
    lake = open_lake(root)
    seen = datetime(2026, 6, 22, tzinfo=UTC)
    for number, fetched_at in enumerate((seen, seen + DAY, seen - DAY)):
        text = f"The council met on day {number} and agreed to open the new bridge before winter."
        shard = a_shard(an_article(text=text, fetched_at=fetched_at), name=f"{number:05}")
        commit_shard(lake, shard, pipeline_version="1")
    time.sleep(1)  # The page asks for the second it runs in: it is to begin after the commits.
    return root


@pytest.fixture
def checkout(tmp_path: Path, revised_lake: Path) -> Checkout:
    return Checkout.at(tmp_path, revised_lake)


def ask(lake: Path, query: str) -> int:
    with duckdb.connect(lake / "broadsheet.duckdb", read_only=True) as connection:
        ((answer,),) = connection.execute(query).fetchall()
    return int(answer)


def articles_of_the_seeds(lake: SeedLake) -> int:
    return int(lake.ingested.json["items"]["new"])


def what_is_missing(block: Block) -> str | None:
    """Why a block cannot run here."""
    if "pyspark" in block.code and not (find_spec("pyspark") and find_spec("delta")):
        return "needs pyspark and delta-spark, whose Java part comes from Maven"
    beside = Path(sys.executable).with_name("duckdb")
    if "duckdb -" in block.code and not (beside.exists() or shutil.which("duckdb")):
        return "needs DuckDB's command line (the package duckdb-cli)"
    return None


def numbered(blocks: Sequence[Block]) -> list[object]:
    return [
        pytest.param(block, id=f"{block.heading or 'top'}-{block.language}-{number}")
        for number, block in enumerate(blocks)
    ]


@pytest.mark.parametrize("block", numbered([b for b in BLOCKS if b.language != "sql"]))
def test_each_block_ends_with_the_number_of_articles(
    block: Block, checkout: Checkout, seed_lake: SeedLake
) -> None:
    if missing := what_is_missing(block):
        pytest.skip(missing)
    seeds = articles_of_the_seeds(seed_lake)
    done = checkout.run(block.language, block.code)
    assert done.exit_code == 0, done.err
    numbers = [int(number) for number in re.findall(r"\b\d+\b", done.out)]
    if block.heading == "As of":
        assert numbers == [seeds + 1, seeds]
    else:
        assert numbers[-1] == seeds + 1


def test_the_query_of_the_page_is_the_view_of_current_articles(checkout: Checkout) -> None:
    (block,) = [block for block in BLOCKS if block.language == "sql"]
    lake = checkout.folder / "lake"
    of_the_view, of_the_page = "(from articles)", f"({block.code})"
    for one, other in ((of_the_view, of_the_page), (of_the_page, of_the_view)):
        assert ask(lake, f"select count(*) from ({one} except all {other})") == 0
    assert ask(lake, f"select count(*) from ({block.code})") > 0


def test_the_late_version_is_the_last_revision_and_not_current(checkout: Checkout) -> None:
    late = "(select max_by(version_id, revision) from article_versions)"
    lake = checkout.folder / "lake"
    assert ask(lake, f"select count(*) from articles where version_id = {late}") == 0


def test_parquet_files_by_themselves_show_more_than_the_current_articles(
    checkout: Checkout,
) -> None:
    files = f"'{checkout.folder}/lake/articles/**/*.parquet'"
    lake = checkout.folder / "lake"
    assert duckdb.sql(f"from {files}").to_arrow_table().num_rows > ask(
        lake, "select count(*) from articles"
    )


def test_the_version_that_a_snapshot_names_has_the_articles_of_that_time(
    checkout: Checkout, seed_lake: SeedLake
) -> None:
    lake = checkout.folder / "lake"
    version = ask(lake, "select articles from snapshots order by taken_at limit 1")
    then = pl.scan_delta(lake / "articles", version=version).select(pl.len()).collect().item()
    assert then == articles_of_the_seeds(seed_lake)


def test_an_open_connection_keeps_its_snapshot_until_all_are_closed(checkout: Checkout) -> None:
    place = checkout.folder / "lake"
    catalog = place / "broadsheet.duckdb"
    count = "select count(*) from articles"
    held = duckdb.connect(catalog, read_only=True)
    before = held.execute(count).fetchall()
    another = an_article(url="https://news.example.org/another")
    commit_shard(open_lake(place), a_shard(another, name="00009"), pipeline_version="1")
    assert held.execute(count).fetchall() == before
    with duckdb.connect(catalog, read_only=True) as second:
        assert second.execute(count).fetchall() == before
    held.close()
    assert ask(place, count) == before[0][0] + 1


def test_a_copy_reads_the_originals_files_until_a_command_is_run_on_it(checkout: Checkout) -> None:
    original, copy = checkout.folder / "lake", checkout.folder / "copy"
    shutil.copytree(original, copy, symlinks=True)
    count = "select count(*) from articles"
    before = ask(copy, count)
    shutil.rmtree(original)
    with pytest.raises(duckdb.IOException):
        ask(copy, count)
    with open_catalog(open_lake(copy)):
        pass
    assert ask(copy, count) == before


def test_the_views_that_the_page_names_are_there(checkout: Checkout) -> None:
    named = re.search(r"^The views: (.*?)\.\s", QUERYING, re.MULTILINE | re.DOTALL)
    assert named
    for view in re.findall(r"`(\w+)`", named[1]):
        assert ask(checkout.folder / "lake", f"select count(*) from {view}") >= 0


def test_the_files_that_the_page_links_to_exist() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", QUERYING):
        assert (ROOT / "docs" / link).exists(), link
