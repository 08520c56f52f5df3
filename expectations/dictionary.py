"""The data dictionary, written from the records and suites it describes.

``python -m expectations.dictionary`` writes docs/data-dictionary.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from expectations.columns import DeclaredColumn, declared_columns
from expectations.records import ArticleVersion, FunnelCount, Metric, Quarantined, Run, Snapshot
from expectations.suites import Rule, article_rules, load_suite

DICTIONARY = Path(__file__).parents[1] / "docs" / "data-dictionary.md"

INTRODUCTION = """\
# Data dictionary

Written by `python -m expectations.dictionary` from `expectations/records/` and the suites beside
it; edit those.

Times are UTC with microseconds. Lists may be empty and are never null.
"""

TABLES = (
    ("article_versions", "One row per version of an article.", ArticleVersion),
    ("rejections", "One row per record that did not pass: the quarantine.", Quarantined),
    ("runs", "The newest state of each run.", Run),
    ("funnel", "Items per run, source and outcome.", FunnelCount),
    ("metrics", "Measures per run and source.", Metric),
    ("snapshots", "One row per published state of the lake; `sql --as-of` reads them.", Snapshot),
)

RULES_OF_ARTICLES = """\
## Rules for articles

An article that breaks a critical rule goes to `rejections`. One that breaks a warning stays, and
the rule's name joins its `warnings`. Columns not listed above are computed for the rules in
`tasks/validate.py`.
"""

RULES_OF_RUNS = """\
## Gates of a run

Judged on the whole run, where a critical one that fails makes the command exit with 3, and on each
source, where each is a warning. Shares are of the items tried (discovered less skipped).
"""


def data_dictionary() -> str:
    """Write the dictionary as Markdown: each stored table's columns, then each rule."""
    parts = [INTRODUCTION]
    for name, meaning, record_type in TABLES:
        parts.append(f"## `{name}`\n\n{meaning}\n")
        columns = declared_columns(record_type)
        if record_type is ArticleVersion:
            parts.extend(_grouped(columns))
        else:
            parts.append(_column_table(columns))
    parts += [RULES_OF_ARTICLES, _rule_table(article_rules())]
    parts += [RULES_OF_RUNS, _rule_table(load_suite("table"))]
    return "\n".join(parts)


def _grouped(columns: Sequence[DeclaredColumn]) -> Iterable[str]:
    groups: dict[str, list[DeclaredColumn]] = {}
    for column in columns:
        groups.setdefault(_group_title(column), []).append(column)
    for title, members in groups.items():
        yield f"### {title}\n\n{_column_table(members)}"


def _group_title(column: DeclaredColumn) -> str:
    # A record that is nested, but has no title ("Place: where it stands"), is no group.
    if column.group is None or column.group.endswith("."):
        return "The row itself"
    return column.group


def _column_table(columns: Iterable[DeclaredColumn]) -> str:
    return _markdown_table(
        ("column", "type", "may be null", "meaning"),
        (
            (f"`{c.name}`", _type_name(c.column.type), "yes" if c.nullable else "", c.column.doc)
            for c in columns
        ),
    )


def _rule_table(rules: Iterable[Rule]) -> str:
    return _markdown_table(
        ("rule", "severity", "column", "meaning"),
        ((f"`{r.name}`", r.severity, f"`{r.column}`", r.meaning) for r in rules),
    )


def _type_name(stored: pa.DataType) -> str:
    if pa.types.is_list(stored):
        return f"list of {_type_name(stored.value_type)}"
    if pa.types.is_struct(stored):
        return "{" + ", ".join(f"{field.name}: {field.type}" for field in stored) + "}"
    return "timestamp" if pa.types.is_timestamp(stored) else str(stored)


def _markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


if __name__ == "__main__":
    DICTIONARY.parent.mkdir(exist_ok=True)
    DICTIONARY.write_text(data_dictionary(), encoding="utf-8")
