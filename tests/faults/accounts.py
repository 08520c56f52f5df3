"""What a lake must hold after a series of shards, reckoned without a lake, and what it holds."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import duckdb

from expectations.records import Skip
from tasks.commit import Shard
from tests.builders import a_rejection, a_shard, an_article

START = datetime(2026, 1, 1, tzinfo=UTC)
Counts = dict[str, int]
Name = tuple[str, str]  # of a shard: run and number


class VersionRow(NamedTuple):
    """A row of `article_versions`, as far as it is checked."""

    title: str
    revision: int
    version_id: str
    supersedes: str | None
    first_seen_at: datetime
    text_length: int
    characters: int


@dataclass
class Account:
    """The rows of a lake that matter, in a form that can be compared.

    `versions` holds the titles of each article's revisions in order, `current` the shown one.
    """

    versions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    rejected: frozenset[str] = frozenset()
    funnel: dict[Name, Counts] = field(default_factory=dict)

    def then(self, shard: Shard) -> Account:
        """The account after one more shard, whose articles were all fetched after those before."""
        versions, counts = dict(self.versions), Counter[str]()
        for article in shard.articles:
            url, title = str(article.place.url), str(article.content.title)
            titles = versions.get(url, ())
            if titles and titles[-1] == title:
                counts["unchanged"] += 1
                continue
            counts["updated" if titles else "new"] += 1
            versions[url] = (*titles, title)
        counts += Counter(rejected=len(shard.rejections), skipped=len(shard.skips))
        counts["discovered"] = sum(shard.discovered.values())
        return Account(
            versions,
            {url: titles[-1] for url, titles in versions.items()},
            self.rejected | {str(rejection.raw_ref) for rejection in shard.rejections},
            {**self.funnel, (shard.run_id, shard.name): dict(counts)},
        )

    def rows(self) -> Account:
        """The same without the funnel."""
        return Account(self.versions, self.current, self.rejected)


def read_account(views: duckdb.DuckDBPyConnection) -> Account:
    """Read a lake's account through its catalog.

    Raises:
        AssertionError: if it has a flaw that no snapshot may have, however many processes work or
            were killed.
    """
    views.execute("set threads = 1")  # small files: more would cost more
    by_article: dict[str, list[VersionRow]] = defaultdict(list)
    for row in views.execute(
        "select url, title, revision, version_id, supersedes, first_seen_at, text_length, "
        "length(text) from article_versions order by revision"
    ).fetchall():
        by_article[row[0]].append(VersionRow(*row[1:]))
    current = views.execute("select url, title, version_id from articles").fetchall()
    shown = {url: title for url, title, _ in current}
    assert len(shown) == len(current), "two versions of an article are current"
    assert set(shown) == set(by_article), "no version of an article is current"
    for url, versions in by_article.items():
        check_versions(url, versions)
    names = {version.version_id for versions in by_article.values() for version in versions}
    assert names >= {name for _, _, name in current}
    rejected = [ref for (ref,) in views.execute("select raw_ref from rejections").fetchall()]
    assert len(set(rejected)) == len(rejected), "a rejection is there twice"
    return Account(
        {url: tuple(v.title for v in versions) for url, versions in by_article.items()},
        shown,
        frozenset(rejected),
        _funnel(views),
    )


def check_versions(url: str, versions: Sequence[VersionRow]) -> None:
    """See that an article's versions, by their revisions, are without holes and forks."""
    assert [v.revision for v in versions] == list(range(1, len(versions) + 1)), url
    names = [v.version_id for v in versions]
    parents = [v.supersedes for v in versions if v.supersedes]
    assert len(set(names)) == len(names), url
    assert len(set(parents)) == len(parents), f"{url}: two versions supersede the same"
    assert set(parents) <= set(names), url
    assert len({v.first_seen_at for v in versions}) == 1, url
    assert all(v.text_length == v.characters for v in versions), url


def _funnel(views: duckdb.DuckDBPyConnection) -> dict[Name, Counts]:
    funnel: dict[Name, Counts] = defaultdict(dict)
    for run_id, shard, outcome, items in views.execute(
        "select run_id, shard, outcome, sum(items)::int from funnel_counts group by all"
    ).fetchall():
        funnel[run_id, shard][outcome] = items
    for name, counts in funnel.items():
        assert sum(counts.values()) == 2 * counts["discovered"], (name, counts)
    return dict(funnel)


def some_shard(chance: random.Random, *, run_id: str, name: str, hour: int) -> Shard:
    """A shard that overlaps with others: articles known, revised, put back, rejections known.

    One article and one rejection are new, so that it has something to write to each table.
    """
    fetched_at = START + timedelta(hours=hour)
    articles = [
        an_article(
            url=f"https://news.example/{number}",
            title=title,
            published_at=None if title == "B" else START,  # another partition
            fetched_at=fetched_at,
        )
        for number, title in zip(
            [*chance.sample(range(24), 6), 24 + hour], chance.choices("ABC", k=7), strict=True
        )
    ]
    refs = [chance.randrange(12), 12 + hour]
    return a_shard(
        *articles,
        *(a_rejection(raw_ref=f"a.jsonl#{ref}") for ref in refs),
        Skip(source_id="example", reason="media_type"),
        run_id=run_id,
        name=name,
    )


def unchanged(counts: Counts) -> Counts:
    """A shard's outcomes if all its articles were in the lake already."""
    articles = sum(counts.get(outcome, 0) for outcome in ("new", "updated", "unchanged"))
    others = {o: n for o, n in counts.items() if o not in {"new", "updated", "unchanged"}}
    return {**others, "unchanged": articles}


def in_order(start: Account, shards: Sequence[Shard]) -> list[Account]:
    """The account before, between and after shards."""
    accounts = [start]
    for shard in shards:
        accounts.append(accounts[-1].then(shard))
    return accounts
