"""Validation: rules on articles, gates on runs, and how they behave on hostile input."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.checkpoint import run_suite
from expectations.columns import arrow_schema
from expectations.records import Article, Rejection, Severity, Stage
from expectations.suites import Rule, article_rules, load_suite
from tasks.validate import (
    RECORD_BYTES,
    GateResult,
    SourceCounts,
    Validated,
    judge_run,
    validate,
)
from tests.builders import an_article

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PERSIAN = "نشست مشترک اتاق‌های بازرگانی دو کشور روز یکشنبه برگزار شد. " * 8

BREAKING: dict[str, dict[str, Any]] = {
    "article_id_well_formed": {"article_id": "0" * 64 + "\n"},
    "content_hash_well_formed": {"content_hash": "A" * 64},
    "url_is_http": {"url": "javascript:alert(1)", "canonical_url": "https://example.org/"},
    "canonical_url_is_http": {"canonical_url": "/relative"},
    "text_not_empty": {"text": ""},
    "text_at_least_5_words": {"text": "Four words are few."},
    "text_free_of_control_characters": {"text": "One two three four five\0six."},
    "text_decoded": {"text": "One two three four five\ufffd."},
    "strings_valid_unicode": {"section": "Econ\ud800omy"},
    "text_at_least_250_characters": {"text": "One two three four five."},
    "title_at_most_1000_characters": {"title": "t" * 1001},
    "title_expected": {"title": None},
    "title_not_uppercase": {"title": "MINISTERS MEET IN Rome"},
    "title_not_publisher": {"title": " EXAMPLE news", "publisher": "Example News"},
    "author_expected": {"authors": ()},
    "language_score_between_0_and_1": {"language_score": 1.01},
    "language_expected": {"language": None},
    "language_is_iso_639_1": {"language": "en-GB"},
    "published_at_expected": {"published_at": None},
    "published_at_not_in_future": {"published_at": NOW + timedelta(days=1, minutes=1)},
    "published_at_not_before_1990": {"published_at": datetime(1970, 1, 1, tzinfo=UTC)},
    "license_is_spdx": {"license": "Creative Commons"},
    "license_expected": {"license": None},
}


def rule(name: str, **kwargs: Any) -> Rule:
    return Rule(
        name=name,
        expectation=kwargs.pop("expectation", "expect_column_values_to_be_between"),
        kwargs=kwargs,
        severity=Severity.CRITICAL,
        meaning="For a test.",
    )


def broken_rules(validated: Validated) -> set[str]:
    return {count.rule for count in validated.outcomes if count.failed}


# Rules


def test_an_article_that_breaks_no_rule_passes_unchanged() -> None:
    article = an_article()
    validated = validate([article], now=NOW)
    assert validated.passed == (article,)
    assert validated.rejections == ()
    assert broken_rules(validated) == set()


def test_each_rule_written_in_the_suite_has_an_example_that_breaks_it() -> None:
    assert set(BREAKING) == {rule.name for rule in load_suite("articles")}


def test_each_example_breaks_its_rule() -> None:
    articles = [an_article(source_id=name, **changes) for name, changes in BREAKING.items()]
    validated = validate(articles, now=NOW)
    severities = {rule.name: rule.severity for rule in article_rules()}
    for count in validated.outcomes:
        if count.source_id == count.rule:
            assert (count.checked, count.failed) == (1, 1), count.rule
    critical = [name for name in BREAKING if severities[name] is Severity.CRITICAL]
    assert [rejection.source_id for rejection in validated.rejections] == critical
    for rejection in validated.rejections:
        assert rejection.source_id in rejection.failed_rules
    for article in validated.passed:
        assert article.cleaning.warnings == (article.place.source_id,)


def test_unusual_but_sound_articles_break_no_rule() -> None:
    cases: list[dict[str, Any]] = [
        {"text": PERSIAN, "title": "نشست مشترک", "language": "fa"},
        {
            "text": "两国商会周日举行会议。" * 30,
            "title": "会议",
            "word_count": 270,
            "language": "zh",
        },
        {"title": "IAEA: Q&A"},
        {"title": "t" * 1000},
        {"url": None, "host": None},
        {"url": "HTTPS://example.org/%00?q=ü", "canonical_url": "https://example.org/"},
        {"language_score": None},
        {"language_score": 0.0},
        {"published_at": NOW + timedelta(hours=23)},
        {"published_at": datetime(1990, 1, 1, tzinfo=UTC)},
        {"license": "LicenseRef-CC-BY-2.0-DE"},
        {"license": "GPL-2.0+"},
        {"text": "One two three four five. " * 20 + "\ufffd\t\r\n\x85"},
    ]
    articles = [an_article(source_id=str(case), **case) for case in cases]
    validated = validate(articles, now=NOW)
    assert [(count.source_id, count.rule) for count in validated.outcomes if count.failed] == []
    assert len(validated.passed) == len(cases)


def test_each_column_that_may_not_be_null_is_guarded() -> None:
    required = [field.name for field in arrow_schema(Article) if not field.nullable]
    validated = validate([an_article(**{column: None}) for column in required], now=NOW)
    assert len(validated.rejections) == len(required) > 0
    for column, rejection in zip(required, validated.rejections, strict=True):
        assert rejection.rule == f"{column}_not_null"
        assert f"{column} is missing" in rejection.detail


def test_a_score_that_is_no_probability_is_rejected_and_its_record_is_still_json() -> None:
    scores = [float("nan"), float("inf"), float("-inf"), -0.1]
    validated = validate([an_article(language_score=score) for score in scores], now=NOW)
    assert len(validated.rejections) == len(scores)
    for rejection in validated.rejections:
        assert rejection.rule == "language_score_between_0_and_1"
        json.loads(rejection.record, parse_constant=pytest.fail)


def test_warnings_are_added_once_to_those_the_article_has() -> None:
    article = an_article(title=None, warnings=("doubt", "title_expected"), authors=())
    (passed,) = validate([article], now=NOW).passed
    assert passed.cleaning.warnings == ("doubt", "title_expected", "author_expected")


# Rejections


def test_a_rejection_names_the_first_critical_rule_all_rules_and_the_values() -> None:
    article = an_article(text="", title=None, url="ftp://example.org/a", canonical_url=None)
    (rejection,) = validate([article], now=NOW).rejections
    assert rejection.stage is Stage.VALIDATE
    assert rejection.severity is Severity.CRITICAL
    assert rejection.rule == "url_is_http"
    assert rejection.failed_rules == (
        "url_is_http",
        "text_not_empty",
        "text_at_least_5_words",
        "text_at_least_250_characters",
        "title_expected",
    )
    assert rejection.detail == (
        "url is 'ftp://example.org/a' (url_is_http); text_length is 0 (text_not_empty); "
        "word_count is 0 (text_at_least_5_words)"
    )
    assert (rejection.url, rejection.raw_ref) == ("ftp://example.org/a", "example.warc.gz#0")


def test_a_rejection_keeps_the_whole_record_as_json() -> None:
    (rejection,) = validate([an_article(text="Too few words.", tags=("a",))], now=NOW).rejections
    record = json.loads(rejection.record)
    assert set(record) == set(arrow_schema(Article).names)
    assert record["text"] == "Too few words."
    assert record["published_at"] == "2026-06-21T08:30:00+00:00"
    assert record["tags"] == ["a"]


def test_a_huge_record_is_kept_cut_and_says_so() -> None:
    long_fields = dict.fromkeys(("title", "section", "publisher", "attribution"), "\x01" * 99_999)
    cases: list[dict[str, Any]] = [
        {"text": PERSIAN * 3_000},
        {"text": "\0" * 90_000},
        {"tags": ("tag",) * 200_000},
        long_fields,
    ]
    validated = validate([an_article(license="?", **case) for case in cases], now=NOW)
    assert len(validated.rejections) == len(cases)
    for rejection in validated.rejections:
        assert len(rejection.record.encode()) <= RECORD_BYTES
        assert len(rejection.detail) < 2_000
        assert json.loads(rejection.record)["record_cut"] is True


def test_lone_surrogates_anywhere_are_rejected_and_can_still_be_stored() -> None:
    article = an_article(text="a\ud800b " * 100, authors=("\udfff",), url="https://e.org/\udc80")
    (rejection,) = validate([article], now=NOW).rejections
    assert rejection.rule == "text_decoded"
    assert "lone_surrogates is 103 (strings_valid_unicode)" in rejection.detail
    for stored in (rejection.record, rejection.detail, rejection.url or ""):
        stored.encode()


def test_a_shard_without_articles_gives_nothing() -> None:
    assert validate([], now=NOW) == Validated(passed=(), rejections=(), outcomes=())


# Nothing is lost

any_text = st.text(st.characters(exclude_categories=()), max_size=60)
odd_text = st.one_of(
    any_text,
    any_text.map(lambda text: text * 200),
    st.sampled_from(["", "\0", "\ud800", "=1+1", "<svg onload=x>", "NaN", "None", "a\nb", "🏴"]),
)
maybe_text = st.none() | odd_text
odd_articles = st.builds(
    an_article,
    article_id=odd_text | st.just("0" * 64),
    source_id=st.sampled_from(["a", "b", "source\0", "🗞"]),
    url=maybe_text | st.just("https://example.org/"),
    title=maybe_text,
    publisher=maybe_text,
    authors=st.lists(odd_text, max_size=3).map(tuple),
    tags=st.lists(odd_text, max_size=3).map(tuple),
    language=maybe_text,
    language_score=st.none() | st.floats(),
    text=odd_text,
    text_length=st.none() | st.integers(-(2**63), 2**63 - 1),
    word_count=st.integers(0, 9),
    published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    license=maybe_text,
    warnings=st.lists(any_text, max_size=2).map(tuple),
)


def stored(rejection: Rejection) -> tuple[str | None, ...]:
    return (rejection.url, rejection.rule, rejection.detail, rejection.raw_ref, rejection.record)


@settings(max_examples=10)
@given(st.lists(odd_articles | st.builds(an_article), max_size=25))
def test_no_article_is_lost_whatever_its_values(articles: list[Article]) -> None:
    numbered = [replace(article, raw_ref=str(number)) for number, article in enumerate(articles)]
    validated = validate(numbered, now=NOW)
    left = [int(article.raw_ref) for article in validated.passed]
    right = [int(rejection.raw_ref or -1) for rejection in validated.rejections]
    assert left == sorted(left)
    assert right == sorted(right)
    assert sorted(left + right) == list(range(len(articles)))
    for rejection in validated.rejections:
        pa.array(stored(rejection), pa.string())
        json.loads(rejection.record, parse_constant=pytest.fail)
    sources = [article.place.source_id for article in articles]
    assert len(validated.outcomes) == len(set(sources)) * len(article_rules())
    for count in validated.outcomes:
        assert 0 <= count.failed <= count.checked == sources.count(count.source_id)


# The checkpoint


def test_a_rule_that_cannot_be_run_fails_every_row_and_spares_the_other_rules() -> None:
    table = pa.table({"words": pa.array([1, 2, None]), "name": ["a", "b", "c"]})
    missing, mistyped, sound = run_suite(
        table,
        [
            rule("missing", column="nowhere", min_value=0),
            rule("mistyped", column="name", min_value=0),
            rule("sound", column="words", min_value=2),
        ],
    )
    for result in (missing, mistyped):
        assert result.error
        assert result.failed_rows == (0, 1, 2)
        assert result.observed.startswith("the rule could not be run: ")
    assert not sound.error
    assert sound.failed_rows == (0,)


def test_a_rule_on_whole_columns_fails_all_rows_or_none() -> None:
    table = pa.table({"words": [1, 2, 3]})
    expectation = "expect_column_mean_to_be_between"
    passing, failing = run_suite(
        table,
        [
            rule("passing", expectation=expectation, column="words", max_value=2),
            rule("failing", expectation=expectation, column="words", max_value=1),
        ],
    )
    assert passing.failed_rows == ()
    assert failing.failed_rows == (0, 1, 2)


def test_a_table_with_none_of_the_rules_columns_fails_every_row() -> None:
    (result,) = run_suite(pa.table({"a": [1, 2]}), [rule("missing", column="b", min_value=0)])
    assert result.failed_rows == (0, 1)


def test_an_unknown_expectation_is_an_error_not_a_pass() -> None:
    with pytest.raises(ValueError, match="expect_the_unexpected"):
        run_suite(
            pa.table({"a": [1]}), [rule("odd", expectation="expect_the_unexpected", column="a")]
        )


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two rules of one name"):
        run_suite(pa.table({"a": [1]}), [rule("same", column="a"), rule("same", column="a")])


def test_observed_values_are_few_and_short() -> None:
    table = pa.table({"title": ["x" * 10_000] * 50})
    regex = "expect_column_values_to_match_regex"
    (result,) = run_suite(table, [rule("y", expectation=regex, column="title", regex="^y")])
    assert len(result.failed_rows) == 50
    assert 0 < len(result.observed) < 400


def test_the_text_never_enters_an_observation() -> None:
    results = validate([an_article(text="secret " * 3 + "\0")], now=NOW)
    (rejection,) = results.rejections
    assert "secret" in rejection.record
    assert "secret" not in rejection.detail


def test_suites_run_at_once_do_not_mix_their_tables() -> None:
    def failed(first: int) -> tuple[int, ...]:
        table = pa.table({"n": list(range(first, first + 20))})
        (result,) = run_suite(table, [rule("small", column="n", max_value=19)])
        return result.failed_rows

    firsts = list(range(21)) * 2
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(failed, firsts)) == [
            tuple(range(20 - first, 20)) for first in firsts
        ]


QUIET_RUN = """
import sys
attempts = []
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        attempts.append((event, args))
sys.addaudithook(watch)

from datetime import UTC, datetime
from tasks.validate import SourceCounts, judge_run, validate
assert not {"great_expectations", "pandas", "prefect"} & set(sys.modules), "imported too early"

from tests.builders import an_article
articles = [an_article(), an_article(title=None), an_article(text="", language_score=2.0)]
validated = validate(articles, now=datetime(2026, 11, 23, tzinfo=UTC))
assert (len(validated.passed), len(validated.rejections)) == (2, 1)

from expectations.checkpoint import run_suite
from expectations.suites import article_rules
import pyarrow as pa
assert all(result.error for result in run_suite(pa.table({"a": [1]}), article_rules()))

nothing = dict.fromkeys(["rejected", "skipped", "failed", "not_due"], 0)
judge_run([SourceCounts(source_id="a", discovered=1, passed=1, **nothing)])
assert not attempts, attempts
"""


def test_validation_is_lazy_quiet_offline_and_leaves_no_file(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", QUIET_RUN],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


# Gates


def counts(source_id: str = "a", **items: int) -> SourceCounts:
    names = ("discovered", "passed", "rejected", "skipped", "failed", "not_due")
    return SourceCounts(source_id=source_id, **(dict.fromkeys(names, 0) | items))


def failed_gates(*sources: SourceCounts) -> set[tuple[str, str | None, Severity]]:
    gates = judge_run(sources)
    return {(gate.gate, gate.source_id, gate.severity) for gate in gates if not gate.passed}


def test_a_good_run_passes_each_gate_for_itself_and_each_source() -> None:
    gates = judge_run([counts("a", discovered=30, passed=30), counts("b", discovered=1, passed=1)])
    assert all(gate.passed for gate in gates)
    assert len(gates) == 3 * len(load_suite("table"))
    assert gates[0] == GateResult(
        gate="something_passed",
        source_id=None,
        severity=Severity.CRITICAL,
        passed=True,
        detail="passed_share is 1",
    )


def test_a_run_in_which_nothing_passed_fails() -> None:
    assert failed_gates(counts(discovered=1, rejected=1)) == {
        ("something_passed", None, Severity.CRITICAL),
        ("something_passed", "a", Severity.WARNING),
    }


def test_a_run_that_skipped_all_or_found_nothing_passes() -> None:
    assert failed_gates(counts(discovered=40, skipped=40)) == set()
    assert failed_gates(counts()) == set()
    assert failed_gates() == set()


def test_a_second_try_that_fails_again_while_all_else_is_not_due_is_a_warning() -> None:
    quiet = counts(discovered=2, skipped=1, not_due=1, failed=1)
    assert {name for name, *_ in failed_gates(quiet)} == {"nothing_failed"}
    only_bad = counts(discovered=2, skipped=1, failed=1)
    assert ("something_passed", None, Severity.CRITICAL) in failed_gates(only_bad)


def test_one_bad_source_among_good_ones_is_a_warning() -> None:
    good = counts("good", discovered=1000, passed=1000)
    bad = counts("bad", discovered=20, rejected=20)
    assert failed_gates(good, bad) == {
        ("something_passed", "bad", Severity.WARNING),
        ("rejected_share_at_most_half", "bad", Severity.WARNING),
        ("rejected_share_at_most_tenth", "bad", Severity.WARNING),
    }


def test_a_share_of_rejections_is_judged_from_twenty_tried_items_on() -> None:
    few = counts(discovered=100, skipped=81, passed=8, rejected=11)
    enough = counts(discovered=100, skipped=80, passed=9, rejected=11)
    half = counts(discovered=20, passed=10, rejected=10)
    run_wide = ("rejected_share_at_most_half", None, Severity.CRITICAL)
    assert failed_gates(few) == set()
    assert run_wide in failed_gates(enough)
    assert run_wide not in failed_gates(half)
    details = {gate.gate: gate.detail for gate in judge_run([few])}
    assert details["rejected_share_at_most_half"] == "too few items to judge"


def test_an_item_lost_to_broken_machinery_is_a_warning() -> None:
    assert failed_gates(counts(discovered=9, passed=8, failed=1)) == {
        ("nothing_failed", None, Severity.WARNING),
        ("nothing_failed", "a", Severity.WARNING),
    }
