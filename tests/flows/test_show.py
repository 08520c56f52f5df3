"""`broadsheet show`, as a user runs it."""

import re
from pathlib import Path

from tasks.commit import commit_shard
from tasks.opening import open_or_create_lake
from tests.builders import a_shard, an_article
from tests.flows.conftest import SeedLake, ask, broadsheet


def test_an_article_is_shown_to_people_and_to_programs(seed_lake: SeedLake) -> None:
    (row,) = ask(
        seed_lake.root,
        "select article_id, title, canonical_url, text, published_at from articles "
        "where canonical_url is not null and published_at is not null and title is not null "
        "order by article_id limit 1",
    )
    asked = broadsheet("show", row["canonical_url"], "--lake", seed_lake.root)
    assert (asked.exit_code, asked.err) == (0, "")
    assert asked.out.startswith(f"article      {row['article_id']}\n")
    assert f"title        {row['title']}\n" in asked.out
    assert f"\n{row['text']}\n" in asked.out
    told = broadsheet("show", row["article_id"][:12], "--lake", seed_lake.root, "--json").json
    assert row.items() <= told["article"].items()
    assert [version["is_current"] for version in told["versions"]] == [True]


def test_an_article_that_is_not_there_is_one_line_and_exit_code_1(seed_lake: SeedLake) -> None:
    asked = broadsheet("show", "https://nowhere.example/a", "--lake", seed_lake.root)
    assert (asked.exit_code, asked.out) == (1, "")
    assert asked.err.startswith("broadsheet: no article in ")
    assert asked.err.count("\n") == 1


def test_what_is_no_id_and_no_url_is_a_mistake_of_use(seed_lake: SeedLake) -> None:
    asked = broadsheet("show", "hello", "--lake", seed_lake.root)
    assert asked.exit_code == 2
    assert "Traceback" not in asked.err


def test_a_title_that_holds_escape_sequences_cannot_steer_the_terminal_as_json_either(
    tmp_path: Path,
) -> None:
    article = an_article(title="Fares rise \x1b[31m\x9b2J\x7f")
    lake = open_or_create_lake(tmp_path / "lake")
    commit_shard(lake, a_shard(article), pipeline_version="1")
    for options in ((), ("--json",)):
        asked = broadsheet("show", article.place.url, "--lake", tmp_path / "lake", *options)
        assert asked.exit_code == 0, asked.err
        assert "Fares rise" in asked.out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", asked.out)
    assert asked.json["article"]["title"] == article.content.title
