"""The quality report: what it says, whom it withstands, where it lies."""

from __future__ import annotations

import re
import shlex
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree, html
from rich.markdown import Markdown

from expectations.records import Outcome, Severity
from tasks.errors import LakeError, UsageError
from tasks.report import (
    Summary,
    Verdict,
    build_report,
    charts,
    summarise,
    summary_markdown,
    write_report,
)
from tasks.report.display import duration, link_target, matching, percent, shown, sql_command
from tasks.report.outcomes import ReasonCount, RuleCount
from tasks.report.rule_hits import ARTICLES_FOR_NEVER
from tasks.report.summary import REASONS_SHOWN
from tasks.rule_hits import PLAIN_TEXT, RULES, RULES_OF_PAGES, RULES_OF_PLAIN_TEXT
from tests.report_lake import RUN, STARTED, ReportLake

HOSTILE = (
    "<svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "{{ 7 * 1001 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c\u2066x\u2069",
    "nul\x00byte",
    "a | b\n\n# c\n- [x](javascript:alert(1)) <b>`*_~!",
    "'; drop table runs; --",
    "$(touch owned) `id` \\",
    "وزیر اقتصاد: دفتر مشترک گشایش می‌یابد",
)


def text_of(page: str) -> str:
    """The words a reader sees, on one line."""
    return " ".join(html.fromstring(page).text_content().split())


def row_of(page: str, region: str, first: str) -> list[str]:
    """The cells of the table row that begins with `first`."""
    for row in html.fromstring(page).xpath(f'//*[@aria-label="{region}"]//tr'):
        cells = [" ".join(cell.text_content().split()) for cell in row.xpath("th|td")]
        if cells[0] == first:
            return cells
    raise AssertionError(f"no row {first!r} in {region!r}")


def regions(page: str, label: str) -> str:
    """The words of the parts of a page with this label; empty if there are none."""
    found = html.fromstring(page).xpath(f'//*[@aria-label="{label}"]')
    return " ".join(" ".join(region.text_content().split()) for region in found)


def good_lake() -> ReportLake:
    """A run of three new articles that broke no rule."""
    lake = ReportLake()
    lake.run()
    lake.count("new", 3)
    for _ in range(3):
        lake.add()
    lake.measure("rule.url_is_http.failed", 0, 3)
    lake.measure("gate.rejected_share", 1, source_id=None)
    return lake


def hostile_lake(*words: str) -> ReportLake:
    """A run in which everything that strangers can name has a hostile name."""
    lake = ReportLake()
    lake.run(status="failed", detail=words[0], sources=list(words))
    for word in words:
        lake.count("new", 2, source_id=word)
        lake.count("rejected", 7, source_id=word, stage="read", reason=word)
        lake.count("skipped", 1, source_id=word, stage="fetch", reason=word, example=word)
        lake.reject(word, source_id=word, url=word, detail=word, raw_ref=word)
        lake.reject("url_is_http", stage="validate", source_id=word, url=word, detail=word)
        lake.measure("rule.url_is_http.failed", 1, 3, source_id=word, verdict="fail")
        lake.measure(f"rule.{word}.failed", 1, 3, source_id=word, verdict="warn")
        lake.measure(f"gate.{word}", 0, source_id=word, verdict="fail")
        lake.measure(word, 1, source_id=word)
        lake.measure("hits.any", 40, 50, source_id=word, verdict=None)
        lake.measure(f"hits.{word}", 40, 50, source_id=word, baseline=0.0, verdict="warn")
        lake.add(
            **dict.fromkeys(("source_id", "title", "url", "license", "language"), word),
            raw_ref=word,
            warnings=(word,),
        )
    return lake


# Verdict


def failed_gate(lake: ReportLake) -> None:
    lake.runs[0]["status"] = "gate-failed"
    lake.measure("gate.something_passed", 0, source_id=None, verdict="fail")


def doubtful_gate(lake: ReportLake) -> None:
    lake.measure("gate.nothing_failed", 0, verdict="warn")
    lake.measure("gate.nothing_failed", 1, source_id="other", verdict="ok")


def gate_of_run_and_source(lake: ReportLake) -> None:
    lake.measure("gate.nothing_failed", 0, source_id=None, verdict="warn")
    lake.measure("gate.nothing_failed", 0, verdict="warn")


def unnamed_gate(lake: ReportLake) -> None:
    lake.runs[0]["status"] = "gate-failed"


def critical_rule(lake: ReportLake) -> None:
    lake.measure("rule.text_not_empty.failed", 2, 40, verdict="fail")


def lost_item(lake: ReportLake) -> None:
    lake.funnel[0]["items"] += 1


def failed_item(lake: ReportLake) -> None:
    lake.count("failed", 1, reason="worker_died")


def still_running(lake: ReportLake) -> None:
    lake.runs[0] |= {"status": "running", "ended_at": None}


def died(lake: ReportLake) -> None:
    lake.runs[0] |= {"status": "failed", "detail": "The disk is full."}


def info_only(lake: ReportLake) -> None:
    lake.measure("rule.url_is_http.failed", 1, 3, verdict="ok", source_id="other")


@pytest.mark.parametrize(
    ("happen", "verdict", "reason"),
    [
        (lambda _: None, Verdict.PASSED, ""),
        (info_only, Verdict.PASSED, ""),
        (critical_rule, Verdict.WARNINGS, "2 of 40 rows broke the critical rule text_not_empty."),
        (failed_item, Verdict.WARNINGS, "1 item failed on broken machinery."),
        (doubtful_gate, Verdict.WARNINGS, "example did not pass nothing_failed: No item was lost"),
        (gate_of_run_and_source, Verdict.WARNINGS, "The run did not pass nothing_failed"),
        (failed_gate, Verdict.GATE_FAILED, "The run did not pass something_passed: Of the items"),
        (unnamed_gate, Verdict.GATE_FAILED, "A gate failed; which one was not recorded."),
        (lost_item, Verdict.GATE_FAILED, "does not add up: 4 discovered, 3 accounted for."),
        (still_running, Verdict.UNFINISHED, "The run has no recorded end"),
        (died, Verdict.FAILED, "The disk is full."),
    ],
)
def test_the_verdict_is_the_worst_that_anything_gives_reason_for(
    happen: Callable[[ReportLake], None], verdict: Verdict, reason: str
) -> None:
    lake = good_lake()
    happen(lake)
    connection = lake.connect()

    summary = summarise(connection, RUN)
    page = build_report(connection, RUN)

    assert summary.verdict == verdict
    assert reason in " ".join(summary.reasons)
    assert bool(summary.reasons) == bool(reason)
    heading = html.fromstring(page).findtext(".//h1")
    assert heading is not None
    assert heading.lower() == verdict
    assert all(given in text_of(page) for given in summary.reasons)


def test_a_gate_that_the_run_did_not_pass_is_not_repeated_for_its_sources() -> None:
    lake = good_lake()
    gate_of_run_and_source(lake)
    assert len(summarise(lake.connect(), RUN).reasons) == 1


def test_many_sources_that_do_not_pass_a_gate_are_counted_in_one_sentence() -> None:
    lake = good_lake()
    for number in range(300):
        lake.measure("gate.nothing_failed", 0, source_id=f"s{number}", verdict="warn")
    (reason,) = summarise(lake.connect(), RUN).reasons
    assert reason.startswith("300 sources did not pass nothing_failed")
    words = text_of(build_report(lake.connect(), RUN))
    assert "And 290 more. To see them:" in words


def test_a_summary_counts_outcomes_reasons_and_broken_rules_of_its_run_alone() -> None:
    lake = good_lake()
    lake.count("rejected", 2, stage="decode", reason="binary")
    lake.count("skipped", 9, stage="read", reason="http_status")
    lake.count("new", 500, run_id="20251111T000000Z-old")
    lake.run("20251111T000000Z-old")
    lake.measure("rule.title_not_publisher.failed", 1, 3, verdict="warn")
    lake.measure("rule.title_not_publisher.failed", 2, 4, source_id="other", verdict="warn")

    summary = summarise(lake.connect(), RUN)

    assert {outcome: items for outcome, items in summary.outcomes.items() if items} == {
        Outcome.DISCOVERED: 14,
        Outcome.NEW: 3,
        Outcome.REJECTED: 2,
        Outcome.SKIPPED: 9,
    }
    assert [(lost.reason, lost.items) for lost in summary.top_reasons] == [
        ("binary", 2),
        ("http_status", 9),
    ]
    rule = summary.rules_failed[0]
    assert (rule.name, rule.failed, rule.checked, rule.failing_sources) == (
        "title_not_publisher",
        3,
        7,
        2,
    )
    assert summary.took == timedelta(seconds=12.5)


def test_a_run_that_does_not_exist_is_a_user_s_mistake_that_names_the_newest() -> None:
    with pytest.raises(UsageError, match=RUN):
        build_report(good_lake().connect(), "no-such-run")


def test_a_lake_without_runs_says_what_to_do_next() -> None:
    with pytest.raises(LakeError, match="broadsheet ingest"):
        build_report(ReportLake().connect(), RUN)


def test_a_database_that_is_no_lake_is_a_lake_error_of_one_line() -> None:
    with pytest.raises(LakeError) as caught:
        summarise(duckdb.connect(), RUN)
    assert "\n" not in str(caught.value)


# Content


def test_the_funnel_shows_every_source_and_where_it_does_not_add_up() -> None:
    lake = good_lake()
    lake.count("unchanged", 5, source_id="quiet")
    lake.count("updated", 2, source_id="leaky")
    lake.funnel[-1]["items"] = 1
    page = build_report(lake.connect(), RUN)

    table = "Items by source and outcome"
    assert row_of(page, table, "All sources") == [
        "All sources",
        "10",
        "3",
        "1",
        "5",
        "0",
        "0",
        "0",
        "-1",
    ]
    assert row_of(page, table, "quiet") == ["quiet", "5", "0", "0", "5", "0", "0", "0", "✓"]
    assert row_of(page, table, "leaky") == ["leaky", "2", "0", "1", "0", "0", "0", "0", "-1"]


def test_a_broken_rule_shows_its_counts_and_at_most_five_examples() -> None:
    lake = good_lake()
    lake.measure("rule.text_at_least_5_words.failed", 9, 12, verdict="fail")
    for number in range(9):
        lake.reject(
            "text_at_least_5_words",
            stage="validate",
            url=f"https://news.example.org/short/{number}",
            failed_rules=["text_not_empty", "text_at_least_5_words"],
            detail="word_count is 2",
        )
    page = build_report(lake.connect(), RUN)

    row = row_of(page, "Rules that rows broke", "text_at_least_5_words")
    assert row[1] == "critical"
    assert row[3:] == ["12", "3", "9", "75.0%", "1"]
    assert len(set(re.findall(r'href="(https://news.example.org/short/\d)"', page))) == 5
    assert page.count("word_count is 2") == 5


def test_a_warning_shows_articles_that_carry_it() -> None:
    lake = good_lake()
    lake.measure("rule.text_at_least_250_characters.failed", 1, 4, verdict="warn")
    lake.add(title="A short notice", warnings=("text_at_least_250_characters",))
    lake.add(title="Of another run", warnings=("text_at_least_250_characters",), run_id="older")
    words = text_of(build_report(lake.connect(), RUN))
    assert "A short notice" in words
    assert "Of another run" not in words


def test_an_article_that_was_kept_explains_a_warning_better_than_one_that_was_rejected() -> None:
    lake = good_lake()
    lake.measure("rule.title_expected.failed", 2, 4, verdict="warn")
    lake.reject(
        "text_at_least_5_words",
        stage="validate",
        failed_rules=["text_at_least_5_words", "title_expected"],
        detail="word_count is 2",
    )
    assert "word_count is 2" in text_of(build_report(lake.connect(), RUN))
    lake.add(url="https://news.example.org/untitled", warnings=("title_expected",))
    words = text_of(build_report(lake.connect(), RUN))
    assert "https://news.example.org/untitled" in words
    assert "word_count is 2" not in words


def test_a_doubt_that_is_no_rule_is_listed_too() -> None:
    lake = good_lake()
    lake.add(title="Doubtful", warnings=("title_from_heading",))
    page = build_report(lake.connect(), RUN)
    assert row_of(page, "Doubts noted on rows", "title_from_heading")[1] == "1"


def test_gates_of_the_run_are_all_listed_and_of_sources_only_those_not_passed() -> None:
    lake = good_lake()
    lake.measure("gate.nothing_failed", 1, source_id="fine", verdict="ok")
    lake.measure("gate.nothing_failed", 0, source_id="poor", verdict="warn")
    rows = html.fromstring(build_report(lake.connect(), RUN)).xpath('//*[@aria-label="Gates"]//tr')
    listed = [[" ".join(cell.text_content().split()) for cell in row] for row in rows[1:]]
    assert [(row[0], row[1], row[3]) for row in listed] == [
        ("rejected_share", "the run", "ok"),
        ("nothing_failed", "poor", "warning"),
    ]


def test_rule_hits_are_added_up_over_sources_for_the_run_and_over_the_lake() -> None:
    lake = good_lake()
    for source, looked_at, fired in (("example", 30, 6), ("other", 10, 4)):
        lake.measure("hits.any", fired, looked_at, source_id=source, verdict=None)
        lake.measure("hits.removed.byline", fired, looked_at, source_id=source, verdict=None)
    lake.measure("hits.any", 5, 60, run_id="older")
    lake.measure("hits.removed.byline", 5, 60, run_id="older")
    lake.measure("hits.removed.caption", 2, 60, run_id="older")
    page = build_report(lake.connect(), RUN)

    byline = row_of(page, "Rules that fired", "removed.byline")
    assert byline[2:] == ["10", "25.0%", "2", "15"]
    assert row_of(page, "Rules that did not fire", "removed.caption")[2] == "2"
    assert "the 40 articles that this run extracted and found valid, and on 100" in text_of(page)
    assert "hits." not in text_of(page).partition("Other metrics")[2]


def test_a_rule_that_suddenly_fires_is_a_warning_of_the_run_with_its_source_and_shares() -> None:
    lake = good_lake()
    lake.measure("hits.any", 40, 50, verdict=None)
    lake.measure("hits.removed.byline", 40, 50, baseline=0.01, verdict="warn")
    lake.measure("hits.removed.caption", 49, 50, baseline=0.99, verdict="ok")
    summary = summarise(lake.connect(), RUN)
    assert summary.verdict == Verdict.WARNINGS
    assert summary.reasons == (
        "removed.byline suddenly fires on 80.0% of the articles of example, before on 1.0%.",
    )
    page = build_report(lake.connect(), RUN)
    assert row_of(page, "Rules that suddenly fire", "removed.byline") == [
        "removed.byline", "example", "40", "50", "80.0%", "1.0%",
    ]  # fmt: skip
    assert "removed.caption" not in regions(page, "Rules that suddenly fire")


def test_many_rules_that_suddenly_fire_are_cut_and_counted() -> None:
    lake = good_lake()
    for number in range(70):
        lake.measure(
            "hits.removed.byline", 40, 50, source_id=f"s{number}", baseline=0.0, verdict="warn"
        )
    reasons = summarise(lake.connect(), RUN).reasons
    assert len(reasons) == REASONS_SHOWN + 1
    assert reasons[-1] == "65 more rules fire on most articles of a source."
    assert "And 40 more. To see them:" in text_of(build_report(lake.connect(), RUN))


def never_fired(*, pages: int, plain_texts: int) -> set[str]:
    """Rules that the report of a lake of so many articles names as never fired; two have."""
    lake, looked_at = good_lake(), pages + plain_texts
    lake.measure("hits.any", 1, 1, verdict=None)
    lake.measure("hits.removed.caption", 1, 1, verdict=None)
    lake.measure("hits.any", 9, looked_at - 1, run_id="older", verdict=None)
    lake.measure("hits.removed.end-mark", 9, looked_at - 1, run_id="older", verdict=None)
    if plain_texts:
        lake.measure("hits.wire.plain-text", plain_texts, looked_at, run_id="older", verdict=None)
    assert summarise(lake.connect(), RUN).verdict == Verdict.PASSED
    page = html.fromstring(build_report(lake.connect(), RUN))
    cells = page.xpath('//*[@aria-label="Rules that never fired"]//tbody//th')
    return {cell.text_content().strip() for cell in cells}


def test_a_rule_that_never_fired_is_named_once_it_had_articles_enough() -> None:
    enough, fired = ARTICLES_FOR_NEVER, {"removed.caption", "removed.end-mark", PLAIN_TEXT}
    assert never_fired(pages=enough - 1, plain_texts=0) == set()
    assert never_fired(pages=enough, plain_texts=enough) == RULES.keys() - fired
    # Neither agencies' marks are missed in a lake of pages, nor pages' boxes in one of wire text.
    assert (
        never_fired(pages=enough, plain_texts=0)
        == RULES.keys() - fired - RULES_OF_PLAIN_TEXT.keys()
    )
    assert never_fired(pages=1, plain_texts=enough) == RULES.keys() - fired - RULES_OF_PAGES.keys()
    assert never_fired(pages=1, plain_texts=enough - 1) == (
        RULES.keys() - fired - RULES_OF_PAGES.keys() - RULES_OF_PLAIN_TEXT.keys()
    )


def test_a_rule_that_this_version_does_not_know_keeps_its_hits() -> None:
    lake = good_lake()
    lake.measure("hits.any", 2, 3, verdict=None)
    lake.measure("hits.removed.of-old", 2, 3, verdict=None)
    row = row_of(build_report(lake.connect(), RUN), "Rules that fired", "removed.of-old")
    assert row[1] == "Not among this version's rules"


def test_a_rule_that_has_left_the_suite_keeps_its_counts() -> None:
    lake = good_lake()
    lake.measure("rule.a_rule_of_last_year.failed", 1, 3, verdict="warn")
    row = row_of(build_report(lake.connect(), RUN), "Rules that rows broke", "a_rule_of_last_year")
    assert row[2:6] == ["No longer in the suite", "3", "2", "1"]


def test_what_was_rejected_again_is_explained_by_the_run_that_rejected_it_first() -> None:
    lake = good_lake()
    lake.run("20251111T000000Z-old")
    lake.count("rejected", 1, stage="decode", reason="binary")
    lake.reject("binary", stage="decode", run_id="20251111T000000Z-old", detail="A PNG image")
    lake.reject("binary", stage="decode", run_id="20991111T000000Z-new", detail="Of the future")
    words = text_of(build_report(lake.connect(), RUN))
    assert "A PNG image" in words
    assert "first rejected in run 20251111T000000Z-old" in words
    assert "Of the future" not in words


def test_completeness_is_a_share_of_this_run_s_versions_by_source() -> None:
    lake = ReportLake()
    lake.run()
    lake.count("new", 4)
    lake.add(source_id="a", authors=(), published_at_precision="day", title="")
    lake.add(source_id="a", license=None, tags=("x",))
    lake.add(source_id="b", title=None)
    lake.add(source_id="a", title=None, run_id="older")
    page = build_report(lake.connect(), RUN)

    region = "Share of versions with each field, by source"
    names = row_of(page, region, "Source")
    shares = dict(zip(names, row_of(page, region, "a"), strict=True))
    assert shares["versions"] == "2"
    assert (shares["title"], shares["authors"], shares["license"]) == ("50%", "50%", "50%")
    assert (shares["date"], shares["time"], shares["image"]) == ("100%", "50%", "0%")
    everything = dict(zip(names, row_of(page, region, "All sources"), strict=True))
    assert (everything["versions"], everything["title"]) == ("3", "33%")


def test_mixes_months_and_lengths_are_drawn_with_their_numbers() -> None:
    lake = ReportLake()
    lake.run()
    lake.count("new", 3)
    # Half past midnight on the first in UTC is still the month before in New York.
    lake.add(
        license="CC-BY-4.0", language="fa", published_at=datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
    )
    lake.add(license="CC-BY-4.0", language="en", text_length=300)
    lake.add(license=None, language="en", published_at=None, text_length=99_000)
    charts_by_title = {
        svg.findtext("{*}title") or svg.findtext("title"): svg.findtext("desc")
        for svg in html.fromstring(build_report(lake.connect(), RUN)).iter("svg")
    }
    assert charts_by_title["Versions by license"] == "CC-BY-4.0: 2; says nothing: 1"
    assert charts_by_title["Versions by language"] == "en: 2; fa: 1"
    assert charts_by_title["Versions by month of publication"] == "2026-06: 2; no date: 1"
    lengths = charts_by_title["Versions by length of text"]
    assert "from 250: 2;" in lengths
    assert lengths.endswith("from 32k: 1")


def test_a_long_tail_is_one_bar_and_never_hides_what_has_no_label() -> None:
    lake = ReportLake()
    lake.run()
    lake.count("new", 42)
    for number in range(20):
        lake.add(license=f"License-{number:02}")
        lake.add(license=f"License-{number:02}")
    lake.add(license=None)
    lake.add(license="rare")
    page = build_report(lake.connect(), RUN)
    chart = re.search(r"Versions by license\. ([^\"]*)", page)
    assert chart
    assert chart[1].endswith("11 more: 21; says nothing: 1")


def test_a_run_that_changed_nothing_is_a_whole_page() -> None:
    lake = ReportLake()
    lake.run()
    lake.count("unchanged", 12)
    page = build_report(lake.connect(), RUN)
    assert "in the lake already, unchanged" in text_of(page)
    assert summarise(lake.connect(), RUN).verdict == Verdict.PASSED


def test_a_run_that_wrote_nothing_but_its_start_is_a_whole_page() -> None:
    lake = ReportLake()
    lake.run(status="running")
    assert "Unfinished" in text_of(build_report(lake.connect(), RUN))


def test_an_ingest_that_found_nothing_is_a_warning() -> None:
    lake = ReportLake()
    lake.run()
    assert summarise(lake.connect(), RUN).reasons == ("The run discovered nothing.",)


def test_the_same_lake_gives_the_same_page() -> None:
    lake = hostile_lake(*HOSTILE)
    assert build_report(lake.connect(), RUN) == build_report(lake.connect(), RUN)


# Strangers' words


def test_hostile_words_stay_words() -> None:
    page = build_report(hostile_lake(*HOSTILE).connect(), RUN)
    tree = html.fromstring(page)

    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "input", "base", "use"}
    assert (
        len(list(tree.iter("style")))
        == len(list(tree.iter("title"))) - len(list(tree.xpath("//svg//title")))
        == 1
    )
    assert not [name for element in tree.iter() for name in element.attrib if name[:2] == "on"]
    assert [link.get("href") for link in tree.iter("link")] == ["data:,"]
    assert all(a.get("href")[0] == "#" for a in tree.iter("a"))
    assert "7007" not in page
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)
    words = text_of(page)
    assert all(shown(word) in words for word in HOSTILE)


def test_no_style_comes_from_strangers() -> None:
    tree = html.fromstring(build_report(hostile_lake(*HOSTILE).connect(), RUN))
    styles = {element.get("style") for element in tree.iter() if element.get("style")}
    assert all(
        re.fullmatch(r"--share: \d\.\d\d|--tone: var\(--[a-z]+\)", style) for style in styles
    )
    assert all(set(rule.text) <= set(map(chr, range(128))) for rule in tree.iter("style"))


def test_the_page_forbids_scripts_and_outside_requests() -> None:
    page = build_report(good_lake().connect(), RUN)
    policy = html.fromstring(page).xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')
    forbidden = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert policy == [f"{forbidden}; base-uri 'none'; form-action 'none'"]
    assert "url(" not in page
    assert "@import" not in page


def test_a_web_address_is_a_link_that_tells_nothing() -> None:
    lake = good_lake()
    lake.count("rejected", 1, reason="binary")
    lake.reject("binary", url="https://news.example.org/a?b=1&c=2", stage="commit")
    (link,) = html.fromstring(build_report(lake.connect(), RUN)).xpath("//a[@rel]")
    assert link.get("href") == "https://news.example.org/a?b=1&c=2"
    assert link.get("rel") == "noopener noreferrer nofollow"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " https://example.org/",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "//example.org/",
        "https:///no-host",
        "https://bank.example@evil.example/",
        "https://example.org/\u202egnp.exe",
        "https://example.org\\@evil.example/",
        "http://[broken",
        "https://example.org/" + "a" * 2_000,
    ],
)
def test_what_is_no_plain_web_address_is_never_linked(url: str) -> None:
    assert link_target(url) is None


def test_the_page_stays_small_however_large_the_run_and_its_strings() -> None:
    lake = hostile_lake(*(f"{number} {'<' * 3_000}" for number in range(300)))
    lake.add(title="\u202e" * 1_000_000, url="https://example.org/" + "<" * 100_000)
    assert len(build_report(lake.connect(), RUN)) < 1_000_000


def test_every_command_on_the_page_runs_as_it_stands() -> None:
    lake = hostile_lake(*HOSTILE, *(f"source {number}" for number in range(60)))
    connection = lake.connect()
    commands = [
        code.text
        for code in html.fromstring(build_report(connection, RUN)).iter("code")
        if (code.text or "").startswith("broadsheet sql ")
    ]
    assert len(commands) > 10
    for command in commands:
        program, verb, query = shlex.split(command)
        assert (program, verb) == ("broadsheet", "sql")
        connection.execute(query).fetchall()


@given(st.text())
@example("'; drop table runs; --")
@example("$(touch owned)")
@example('" ; touch owned')
def test_a_command_pasted_into_a_shell_is_one_query_and_nothing_else(name: str) -> None:
    query = f"select 1 where {matching('rule = {}', name)}"
    command = sql_command(query)
    assert shlex.split(command) == ["broadsheet", "sql", query]
    assert command.isprintable()
    assert not set(query) & set('"$`\\!')
    assert query.count("'") in {0, 2}


def test_a_plain_name_is_quoted() -> None:
    assert matching("rule = {}", "text_not_empty") == "rule = 'text_not_empty'"
    assert matching("rule = {}", "') or true --") == "true"


@given(st.text(), st.integers(1, 50))
def test_what_is_shown_is_one_bounded_line_without_hidden_characters(
    text: str, length: int
) -> None:
    line = shown(text, length)
    assert len(line) <= length
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", line)


@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P"))))
def test_ordinary_words_are_shown_as_they_are(text: str) -> None:
    assert shown(text, len(text) + 1) == text


def test_joiners_that_persian_spells_with_are_kept() -> None:
    assert shown("می‌یابد") == "می‌یابد"


def summary_of(word: str) -> Summary:
    return Summary(
        run_id=word,
        flow=word,
        verdict=Verdict.FAILED,
        reasons=(word, word),
        outcomes=dict.fromkeys(Outcome, 1),
        source_count=1,
        rules_failed=(RuleCount(word, Severity.WARNING, word, 2, 1, 1, "warn"),),
        top_reasons=(ReasonCount(word, word, word, 1, 1, word),),
        took=None,
    )


def structure(markdown: str) -> list[str]:
    tokens = Markdown(markdown).parsed
    inline = [child.type for token in tokens for child in token.children or ()]
    return [token.type for token in tokens] + [kind for kind in inline if kind != "text"]


@given(st.one_of(st.text(min_size=1), st.text("\n-+*_#>|`<&![]():=~$\\ 1.x", min_size=1)))
@example("<b>x</b>")
@example("http://example.org www.example.org a@example.org")
@example("- # x")
@example("1. x")
@example("--- | ---")
def test_markdown_has_only_our_structure_whatever_the_names(word: str) -> None:
    if not shown(word):
        word = "x"  # nothing but spaces
    wild, tame = summary_markdown(summary_of(word)), summary_markdown(summary_of("word"))
    assert structure(wild) == structure(tame)
    assert not re.search(r"[<>\[\]`]|://|www\.", wild)


def test_markdown_reads_as_the_words_it_was_given() -> None:
    lake = good_lake()
    lake.measure("rule.<b>_x_</b> | `y`.failed", 1, 3, verdict="warn")
    tokens = Markdown(summary_markdown(summarise(lake.connect(), RUN))).parsed
    said = ["".join(c.content for c in token.children or ()) for token in tokens]
    assert "1 of 3 rows broke the warning rule <b>_x_</b> | `y`." in said
    assert "<b>_x_</b> | `y`" in said


# Numbers and charts


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 2))
def test_all_and_none_are_said_only_of_all_and_none(part: int, whole: int, digits: int) -> None:
    part = min(part, whole)
    said = float(percent(part, whole, digits).rstrip("%"))
    assert (said == 0) == (part == 0)
    assert (said == 100) == (part == whole)


def test_spans_of_time_are_said_in_the_unit_that_suits_them() -> None:
    spans = [timedelta(seconds=s) for s in (0.04, 12.5, 59.96, 61, 3_599.7, 7_325)]
    assert [duration(span) for span in spans] == [
        "0.0 s",
        "12.5 s",
        "1 min 00 s",
        "1 min 01 s",
        "1 h 00 min",
        "2 h 02 min",
    ]


labels = st.text(max_size=60)
counts = st.integers(0, 10**7)


@given(st.lists(st.tuples(labels, counts), max_size=8))
def test_charts_are_well_formed_labelled_and_never_wider_than_the_page(
    rows: list[tuple[str, int]],
) -> None:
    segments = tuple(charts.Segment("new", label, items) for label, items in rows)
    for drawn in (
        charts.bars("Bars", rows, whole=sum(items for _, items in rows)),
        charts.histogram("Histogram", rows),
        charts.stacked_bars("Stacks", [charts.Stack("one", segments)]),
    ):
        svg = etree.fromstring(str(drawn))
        space = "{http://www.w3.org/2000/svg}"
        assert svg.get("role") == "img"
        assert svg.findtext(f"{space}title")
        for rect in svg.iter(f"{space}rect"):
            left, width = (float(rect.get(name).rstrip("%")) for name in ("x", "width"))
            assert 0 <= left <= left + width <= 100.1


def test_even_one_in_a_million_is_seen() -> None:
    segments = (charts.Segment("new", "new", 999_999), charts.Segment("failed", "failed", 1))
    drawn = charts.stacked_bars("Funnel", [charts.Stack("all", segments)])
    width = re.search(r'class="tone-failed"[^>]* width="([\d.]+)%"', drawn)
    assert width
    assert float(width[1]) > 0.4


# Files


def test_a_report_lies_under_its_run_and_latest_leads_to_it(tmp_path: Path) -> None:
    connection = good_lake().connect()
    index = write_report(connection, tmp_path / "reports", RUN)
    assert index == tmp_path / "reports" / RUN / "index.html"
    assert index.read_text(encoding="utf-8") == build_report(connection, RUN)
    latest = tmp_path / "reports" / "latest"
    assert latest.readlink() == Path(RUN)
    assert (latest / "index.html").samefile(index)
    assert index.stat().st_mode & stat.S_IRGRP
    assert {path.name for path in tmp_path.rglob("*")} == {"reports", "latest", RUN, "index.html"}


def test_building_an_old_report_again_does_not_make_it_the_latest(tmp_path: Path) -> None:
    lake = good_lake()
    lake.run("20251111T000000Z-old")
    connection = lake.connect()
    write_report(connection, tmp_path, RUN)
    write_report(connection, tmp_path, "20251111T000000Z-old")
    assert (tmp_path / "latest").readlink() == Path(RUN)


def test_where_latest_cannot_be_a_link_it_is_a_copy(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()  # a link cannot replace a folder
    index = write_report(good_lake().connect(), tmp_path, RUN)
    assert (tmp_path / "latest" / "index.html").read_bytes() == index.read_bytes()
    assert [path.name for path in (tmp_path / "latest").iterdir()] == ["index.html"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_that_cannot_be_written_is_a_lake_error(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("not a folder")
    with pytest.raises(LakeError, match="cannot be written"):
        write_report(good_lake().connect(), tmp_path / "reports", RUN)


@pytest.mark.parametrize("name", ["../../escape", "/escape", "..", ".hidden", "latest"])
def test_a_run_whose_name_is_a_path_writes_nothing(tmp_path: Path, name: str) -> None:
    lake = ReportLake()
    lake.run(name)
    reports = tmp_path / "lake" / "reports"
    with pytest.raises(LakeError, match="damaged"):
        write_report(lake.connect(), reports, name)
    assert list(tmp_path.iterdir()) == []


def test_the_suite_s_severities_reach_the_page() -> None:
    lake = good_lake()
    lake.measure("rule.text_not_empty.failed", 1, 3, verdict="fail", at=STARTED)
    (rule,) = summarise(lake.connect(), RUN).rules_failed
    assert rule.severity is Severity.CRITICAL
    assert rule.meaning
