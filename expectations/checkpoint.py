"""Run a suite on a table with Great Expectations: which rows break which rule.

The only module that imports Great Expectations and pandas. Importing it costs seconds, so its
callers import it late.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import great_expectations as gx
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
)

from expectations.records import Severity
from expectations.suites import Rule

# It logs what is reported here as a failed rule.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)

RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
OBSERVED_VALUES = 3
OBSERVED_CHARACTERS = 100

# All calls share one execution engine, which knows its frame by a name that is always the same.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule found in one table."""

    rule: Rule
    checked: int
    """Rows that the rule was run on."""
    failed_rows: tuple[int, ...]
    """Positions of the rows that break it, ascending; all rows if it could not be run."""
    observed: str
    """The first values that broke it, or why it could not be run; empty if it passed."""
    error: bool = False
    """Whether it could not be run."""

    @property
    def severity(self) -> Severity:
        """The rule's severity."""
        return self.rule.severity


def run_suite(table: pa.Table, rules: Sequence[Rule]) -> list[RuleResult]:
    """Run each rule on each row; one result per rule, in the rules' order.

    A rule that cannot be run fails every row. NaN breaks any range.

    Raises:
        ValueError: if a rule is named twice, or its expectation is unknown or lacks an argument.
    """
    if len({rule.name for rule in rules}) < len(rules):
        raise ValueError("two rules of one name cannot be told apart in the results")
    if table.num_rows == 0 or not rules:
        return [RuleResult(rule=rule, checked=0, failed_rows=(), observed="") for rule in rules]
    suite = _expectation_suite(rules)
    frame = _frame(table, rules)
    with _one_at_a_time:
        batch = _batch_definition().get_batch(batch_parameters={"dataframe": frame})
        validated = batch.validate(suite, result_format=RESULT_FORMAT)
    by_name = {result.expectation_config.meta["rule"]: result for result in validated.results}
    return [_rule_result(rule, by_name.get(rule.name), table.num_rows) for rule in rules]


@cache
def _batch_definition() -> Any:  # noqa: ANN401 - Great Expectations is loosely typed
    # Spelled out, for get_context() alone takes up a gx/ folder or a cloud token it happens to
    # find, and makes a temporary folder for its documentation.
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars={"globally": False},
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("rows")


def _expectation_suite(rules: Sequence[Rule]) -> gx.ExpectationSuite:
    expectations = [
        {
            "type": rule.expectation,
            "kwargs": dict(rule.kwargs),
            "severity": rule.severity.value,
            "meta": {"rule": rule.name},
        }
        for rule in rules
    ]
    try:
        suite = gx.ExpectationSuite(name="rules", expectations=expectations)
    except (gx.exceptions.GreatExpectationsError, ValueError, TypeError) as error:
        raise ValueError(f"Great Expectations refuses the suite: {error}") from error
    # Great Expectations leaves out an expectation that it does not know, and only logs it.
    kept = {expectation.meta["rule"] for expectation in suite.expectations}
    if unknown := [rule for rule in rules if rule.name not in kept]:
        names = ", ".join(f"{rule.expectation} (rule {rule.name})" for rule in unknown)
        raise ValueError(f"Great Expectations does not know {names}")
    return suite


def _frame(table: pa.Table, rules: Sequence[Rule]) -> pd.DataFrame:
    """Only the columns that some rule reads; a missing one makes its rule fail."""
    wanted = {rule.column for rule in rules}
    columns = {name: _nan_as_infinity(table[name]) for name in table.column_names if name in wanted}
    if not columns:
        # A frame without columns would have no rows either.
        columns["row"] = pa.array(range(table.num_rows))
    return pa.table(columns).to_pandas()


def _nan_as_infinity(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Replace NaN, which pandas would take for a null, and nulls pass."""
    if not pa.types.is_floating(column.type):
        return column
    return pc.if_else(pc.is_nan(column), pa.scalar(float("inf"), column.type), column)


def _rule_result(rule: Rule, result: Any, rows: int) -> RuleResult:  # noqa: ANN401 - from GX
    """Read a result so that a rule passes only where it provably ran."""
    everything = tuple(range(rows))
    reason = "no result" if result is None else _exception_message(result.exception_info)
    if reason is not None:
        return RuleResult(
            rule=rule,
            checked=rows,
            failed_rows=everything,
            observed=f"the rule could not be run: {_shorten(reason)}",
            error=True,
        )
    failed = result.result.get("unexpected_index_list")
    if failed is None or (not failed and not result.success):
        # An aggregate, such as a mean, speaks of no row.
        observed = "" if result.success else _shorten(repr(result.result.get("observed_value")))
        failed_rows = () if result.success else everything
        return RuleResult(rule=rule, checked=rows, failed_rows=failed_rows, observed=observed)
    values = result.result["unexpected_list"][:OBSERVED_VALUES]
    return RuleResult(
        rule=rule,
        checked=rows,
        failed_rows=tuple(sorted(failed)),
        observed=", ".join(_shorten(str(value)) for value in values),
    )


def _exception_message(info: Mapping[str, Any]) -> str | None:
    """Message of the exception that a rule raised; None if it raised none.

    Great Expectations gives either one description, or several by the id of the metric.
    """
    descriptions = [info] if "raised_exception" in info else list(info.values())
    for description in descriptions:
        if description["raised_exception"]:
            return str(description["exception_message"])
    return None


def _shorten(text: str) -> str:
    if len(text) <= OBSERVED_CHARACTERS:
        return text
    return text[: OBSERVED_CHARACTERS - 1] + "…"
