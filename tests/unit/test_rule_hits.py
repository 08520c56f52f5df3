"""Rule hits: counted per source, judged by what was usual there."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tasks
from expectations.columns import declared_columns, to_table
from expectations.records import Article, Metric, Removed
from tasks import reservations
from tasks.catalog import publish
from tasks.extract import TEXT_EXTRACTOR
from tasks.hit_history import REACH, RUNS, read_earlier_hits
from tasks.lake import append
from tasks.opening import open_or_create_lake
from tasks.rule_hits import (
    ANY,
    LEAST_ARTICLES,
    LEAST_EARLIER_ARTICLES,
    MOST,
    RULES,
    SUDDEN,
    SourceHits,
    add_up,
    count_hits,
    hit_metrics,
    is_sudden,
    rules_hit,
)
from tasks.storage import Lake
from tests.builders import an_article

LICENSE_SOURCES = next(
    re.split(", | or ", declared.column.doc.partition(":")[0])
    for declared in declared_columns(Article)
    if declared.name == "license_source"
)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TASKS = Path(tasks.__file__).parent

BYLINE = Removed("byline", "By Sara Ahmadi")


def hits(article: Article) -> set[str]:
    """What fired, without what the builder's article always has."""
    return set(rules_hit(article)) - {"license.rel", "license.holder"}


@st.composite
def articles(draw: st.DrawFn) -> Article:
    kinds = draw(st.lists(st.sampled_from(["byline", "caption", "end-mark"]), max_size=4))
    return an_article(
        source_id=draw(st.sampled_from("abc")),
        removed=tuple(Removed(kind, "words") for kind in kinds),
        license_source=draw(st.sampled_from([None, "rel", "text"])),
        license_conflict=draw(st.booleans()),
        rights_holder=None,
    )


# What a hit is


def test_an_article_shows_which_rules_fired_each_once() -> None:
    assert hits(an_article()) == set()
    assert hits(an_article(removed=(BYLINE, BYLINE, Removed("end-mark", "-30-")))) == {
        "removed.byline",
        "removed.end-mark",
    }
    assert hits(an_article(license_conflict=True, rights_reserved=("noai",))) == {
        "license.conflict",
        "reserved.noai",
    }
    assert hits(an_article(dateline_place="TEHRAN", dateline_date="21 June", agency="MNA")) == {
        "wire.dateline",
        "wire.place",
        "wire.date",
        "wire.agency",
    }
    assert hits(an_article(agency="dpa")) == {"wire.dateline", "wire.agency"}
    assert hits(an_article(authors=("Reuters",))) == {"wire.signature"}
    assert hits(an_article(authors_source="text", title_source="text")) == {
        "wire.byline",
        "wire.headline",
    }
    assert hits(an_article(extractor=TEXT_EXTRACTOR)) == {"wire.plain-text"}
    assert rules_hit(an_article(license_source=None, rights_holder=None)) == frozenset()


def _kinds_in_code() -> set[str]:
    """Kinds of cuts: constants of the modules that make pieces, or that find what to cut."""
    kinds: set[str] = set()
    for path in TASKS.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        finds = path.parent.name == "body" and "\ndef cut_" in source
        if finds or path.stem.startswith("wire") or "Removed(" in source:
            name = ".".join(path.relative_to(TASKS.parent).with_suffix("").parts)
            constants = vars(importlib.import_module(name)).items()
            kinds |= {value for name, value in constants if name.isupper() and _is_kind(value)}
            kinds |= set(re.findall(r'Removed\(\s*"([^"]*)"', source))
    return kinds


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", value) is not None


def test_every_kind_of_cut_that_the_code_makes_is_a_rule_with_a_meaning() -> None:
    kinds = {rule.removeprefix("removed.") for rule in RULES if rule.startswith("removed.")}
    assert kinds == _kinds_in_code()


def test_every_source_of_a_license_and_every_reservation_is_a_rule() -> None:
    assert {f"license.{source}" for source in LICENSE_SOURCES} <= RULES.keys()
    signals = {
        *reservations.rights_reserved([("robots", "noai, noimageai, noml")]),
        *reservations.rights_reserved([("tdm-reservation", "1")]),
    }
    assert {f"reserved.{signal}" for signal in signals} == {
        rule for rule in RULES if rule.startswith("reserved.")
    }


def test_every_rule_that_is_listed_can_be_told_from_an_article() -> None:
    everything = an_article(
        removed=tuple(Removed(kind, "words") for kind in _kinds_in_code()),
        rights_reserved=("noai", "noimageai", "noml", "tdm-reservation"),
        extractor=TEXT_EXTRACTOR,
        license_conflict=True,
        dateline_place="TEHRAN",
        dateline_date="21 June",
        agency="MNA",
        authors=("MNA",),
        authors_source="text",
        title_source="text",
    )
    sources = {rule for s in LICENSE_SOURCES for rule in rules_hit(an_article(license_source=s))}
    assert rules_hit(everything) | sources == RULES.keys()
    assert all(re.fullmatch(r"[a-z]+\.[a-z-]+", rule) for rule in RULES)


# Counting


@given(st.lists(articles(), max_size=30))
def test_a_rule_never_hits_more_articles_than_there_are(found: list[Article]) -> None:
    counted = count_hits(found)
    assert sum(source.articles for source in counted) == len(found)
    for source in counted:
        assert all(0 < fired <= source.articles for fired in source.hits.values())
        assert all(fired <= source.hits[ANY] for fired in source.hits.values())


@given(
    st.lists(articles(), max_size=30).flatmap(
        lambda found: st.tuples(st.just(found), st.permutations(found), st.integers(0, len(found)))
    )
)
def test_shards_add_up_to_the_whole_in_any_order(
    case: tuple[list[Article], Sequence[Article], int],
) -> None:
    found, mixed, cut = case
    whole = count_hits(found)
    assert add_up([*count_hits(mixed[cut:]), *count_hits(mixed[:cut])]) == whole
    assert count_hits(mixed) == whole


# Judging


def of_source(fired: int, articles: int, rule: str = "removed.byline") -> SourceHits:
    return SourceHits("example", articles, {rule: fired, ANY: fired} if fired else {})


def judged(now: SourceHits, earlier: SourceHits | None) -> Metric:
    before = {} if earlier is None else {earlier.source_id: earlier}
    (metric,) = (
        metric
        for metric in hit_metrics("run", [now], before, NOW)
        if metric.metric == "hits.removed.byline"
    )
    return metric


def test_a_rule_that_was_rare_and_hits_most_articles_is_a_warning() -> None:
    metric = judged(of_source(40, 50), of_source(3, 1_000))
    assert (metric.value, metric.n, metric.baseline, metric.verdict) == (40, 50, 0.003, "warn")


def test_a_rule_that_had_never_hit_the_source_is_a_warning_when_it_hits_most_articles() -> None:
    metric = judged(of_source(11, 20), of_source(0, LEAST_EARLIER_ARTICLES))
    assert (metric.baseline, metric.verdict) == (0.0, "warn")


@pytest.mark.parametrize("usual", [0.3, 0.6, 0.99, 1.0])
def test_a_rule_that_is_a_source_s_habit_is_no_warning(usual: float) -> None:
    assert judged(of_source(50, 50), of_source(round(1_000 * usual), 1_000)).verdict == "ok"


def test_half_of_the_articles_is_not_most() -> None:
    assert judged(of_source(25, 50), of_source(0, 1_000)).verdict == "ok"


def test_a_source_s_first_run_is_not_judged() -> None:
    for earlier in (None, of_source(0, LEAST_EARLIER_ARTICLES - 1)):
        metric = judged(of_source(50, 50), earlier)
        assert (metric.baseline, metric.verdict) == (None, None)


def test_a_run_of_few_articles_is_not_judged_though_the_usual_is_known() -> None:
    few = LEAST_ARTICLES - 1
    metric = judged(of_source(few, few), of_source(0, 1_000))
    assert (metric.baseline, metric.verdict) == (0.0, None)


def test_only_what_fired_is_measured_and_the_articles_looked_at() -> None:
    metrics = hit_metrics("run", [of_source(0, 9)], {"example": of_source(50, 100)}, NOW)
    assert [(m.metric, m.value, m.n, m.verdict) for m in metrics] == [("hits.any", 0, 9, None)]


def _chance(at_least: int, articles: int, usual: float) -> float:
    return sum(
        comb(articles, n) * usual**n * (1 - usual) ** (articles - n)
        for n in range(at_least, articles + 1)
    )


@pytest.mark.parametrize("number", [*range(LEAST_ARTICLES, 60), 100, 301])
def test_chance_alone_seldom_warns(number: int) -> None:
    sudden = [fired for fired in range(number + 1) if is_sudden(fired / number, usual=0)]
    assert sudden == [fired for fired in range(number + 1) if fired / number > MOST]
    for fired in sudden:
        most_usual = fired / number / SUDDEN
        assert is_sudden(fired / number, most_usual)
        assert not is_sudden(fired / number, most_usual * 1.001)
        assert _chance(fired, number, most_usual) < 1 / 50_000


# Earlier runs


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


def measure(lake: Lake, run_id: str, *counted: SourceHits, at: datetime = NOW) -> None:
    """Write a run's metrics, with one that is not ours."""
    metrics = hit_metrics(run_id, counted, {}, at)
    other = Metric(
        run_id=run_id, source_id="example", metric="rule.x.failed", value=7, n=9, baseline=None,
        verdict="ok", at=at,
    )  # fmt: skip
    append(lake, "metrics", to_table(Metric, [*metrics, other]), app_id=run_id)


def test_what_was_usual_is_read_from_earlier_runs_of_the_source(lake: Lake) -> None:
    measure(lake, "run-1", of_source(10, 60), SourceHits("other", 5, {"removed.caption": 5}))
    measure(lake, "run-2", of_source(0, 40))
    measure(lake, "run-4", of_source(99, 99))
    publish(lake, "run-4")
    assert read_earlier_hits(lake, "run-3", ["example", "new"], now=NOW) == {
        "example": SourceHits("example", 100, {"removed.byline": 10, ANY: 10})
    }
    assert read_earlier_hits(lake, "run-1", ["example"], now=NOW) == {}


def test_a_lake_without_metrics_has_no_earlier_hits(lake: Lake) -> None:
    assert read_earlier_hits(lake, "run-1", ["example"], now=NOW) == {}


def test_runs_long_past_say_nothing_of_what_is_usual(lake: Lake) -> None:
    measure(lake, "run-000", of_source(7, 1_000), at=NOW - REACH - timedelta(days=1))
    rows = [
        metric
        for number in range(1, RUNS + 3)
        for metric in hit_metrics(f"run-{number:03}", [of_source(1, 10)], {}, NOW)
    ]
    append(lake, "metrics", to_table(Metric, rows), app_id="many")
    publish(lake, "run-999")
    (earlier,) = read_earlier_hits(lake, "run-999", ["example"], now=NOW).values()
    assert (earlier.articles, earlier.hits["removed.byline"]) == (10 * RUNS, RUNS)
