"""Suites: rules read from YAML and derived from the schema."""

import pyarrow as pa
import pytest

from expectations.columns import arrow_schema
from expectations.records import Article, Severity
from expectations.suites import article_rules, load_suite, not_null_rules, parse_suite

RULE = """
  - name: text_not_empty
    severity: critical
    meaning: There is a body.
    expectation: expect_column_values_to_be_between
    kwargs: {column: text_length, min_value: 1}
"""


def test_a_rule_is_read_with_its_column_arguments_and_severity() -> None:
    (rule,) = parse_suite(f"rules:{RULE}", where="here")
    assert rule.name == "text_not_empty"
    assert rule.severity is Severity.CRITICAL
    assert rule.column == "text_length"
    assert rule.kwargs == {"column": "text_length", "min_value": 1}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "here must be a mapping with a list named `rules`"),
        ("rules: {}", "here must be a mapping with a list named `rules`"),
        ("rules: [", "here is not YAML"),
        ("rules: [1]", "here, rule 1 must have exactly the keys"),
        (f"rules:{RULE}    mostly: 0.9\n", "here, rule 1 must have exactly the keys"),
        (
            f"rules:{RULE}".replace("    meaning: There is a body.\n", ""),
            "rule 1 must have exactly",
        ),
        (f"rules:{RULE}".replace("There is a body.", "''"), "`meaning` must be a text"),
        (f"rules:{RULE}".replace("text_not_empty", "7"), "`name` must be a text"),
        (f"rules:{RULE}".replace("critical", "fatal"), "one of critical, warning, info"),
        (f"rules:{RULE}".replace("column: text_length,", ""), "that names a `column`"),
        (f"rules:{RULE}{RULE}", "here names these rules twice: text_not_empty"),
    ],
)
def test_a_malformed_suite_is_refused_with_its_place_and_fault(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_suite(text, where="here")


def test_a_column_that_may_be_null_gets_no_not_null_rule() -> None:
    schema = pa.schema(
        [pa.field("always", pa.int64(), nullable=False), pa.field("sometimes", pa.int64())]
    )
    assert [rule.name for rule in not_null_rules(schema)] == ["always_not_null"]


def test_each_rule_of_a_suite_has_a_name_of_its_own() -> None:
    for rules in (article_rules(), load_suite("table")):
        names = [rule.name for rule in rules]
        assert len(set(names)) == len(names)


def test_no_suite_repeats_a_not_null_rule_of_the_schema() -> None:
    required = {field.name for field in arrow_schema(Article) if not field.nullable}
    written = load_suite("articles")
    assert not [
        rule.name
        for rule in written
        if rule.expectation == "expect_column_values_to_not_be_null" and rule.column in required
    ]
