"""Rule suites: YAML beside this module, and not-null rules from the schema, as typed rules.

Knows nothing of Great Expectations, so that reading the rules costs no import of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import yaml

from expectations.columns import arrow_schema
from expectations.records import Article, Severity

RULE_KEYS = {"name", "severity", "meaning", "expectation", "kwargs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one column must be like, as an expectation of Great Expectations."""

    name: str
    expectation: str
    kwargs: Mapping[str, object]
    severity: Severity
    meaning: str

    @property
    def column(self) -> str:
        """The column that the rule reads."""
        return str(self.kwargs["column"])


@cache
def article_rules() -> tuple[Rule, ...]:
    """Rules for one article: not-null rules of its schema, then articles.yaml."""
    return not_null_rules(arrow_schema(Article)) + load_suite("articles")


@cache
def load_suite(name: str) -> tuple[Rule, ...]:
    """Load the rules of `<name>.yaml` beside this module, in their order.

    Raises:
        FileNotFoundError: if there is no such suite.
        ValueError: if the suite is malformed; says where and how.
    """
    path = Path(__file__).with_name(f"{name}.yaml")
    return parse_suite(path.read_text(encoding="utf-8"), where=path.name)


def parse_suite(text: str, *, where: str) -> tuple[Rule, ...]:
    """Parse a suite; `where` names it in messages.

    Raises:
        ValueError: if the suite is malformed; says where and how.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{where} is not YAML: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("rules"), list):
        raise ValueError(f"{where} must be a mapping with a list named `rules`")  # noqa: TRY004 - a file's content, not an argument
    rules = tuple(
        _parse_rule(entry, where=f"{where}, rule {position}")
        for position, entry in enumerate(document["rules"], start=1)
    )
    names = [rule.name for rule in rules]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{where} names these rules twice: {', '.join(twice)}")
    return rules


def _parse_rule(entry: object, *, where: str) -> Rule:
    if not isinstance(entry, dict) or set(entry) != RULE_KEYS:
        raise ValueError(f"{where} must have exactly the keys {', '.join(sorted(RULE_KEYS))}")
    for key in ("name", "severity", "meaning", "expectation"):
        if not isinstance(entry[key], str) or not entry[key]:
            raise ValueError(f"{where}: `{key}` must be a text")
    if entry["severity"] not in set(Severity):
        raise ValueError(f"{where}: `severity` must be one of {', '.join(Severity)}")
    kwargs = entry["kwargs"]
    if not isinstance(kwargs, dict) or not isinstance(kwargs.get("column"), str):
        raise ValueError(f"{where}: `kwargs` must be a mapping that names a `column`")  # noqa: TRY004 - as above
    return Rule(**(entry | {"severity": Severity(entry["severity"])}))


def not_null_rules(schema: pa.Schema) -> tuple[Rule, ...]:
    """Derive a critical rule from each column that may not be null."""
    return tuple(
        Rule(
            name=f"{field.name}_not_null",
            expectation="expect_column_values_to_not_be_null",
            kwargs={"column": field.name},
            severity=Severity.CRITICAL,
            meaning=f"`{field.name}` has a value.",
        )
        for field in schema
        if not field.nullable
    )
