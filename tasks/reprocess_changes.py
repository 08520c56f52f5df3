"""What reprocessing has changed: the versions of a run against those that they supersede."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

from expectations.records import ChangedBy
from tasks.query import open_catalog, query_errors
from tasks.show_text import safe
from tasks.storage import Lake
from tasks.versions import EXTRACTED_FIELDS

EXAMPLES = 3
SHOWN_LENGTH = 60  # of a value on the terminal
EXAMPLE_LENGTH = 200
WITHOUT_EXAMPLES = frozenset({"text", "removed", "content_hash"})  # too long, or no words


@dataclass(frozen=True, slots=True)
class Example:
    """One article's field, as text of at most `EXAMPLE_LENGTH` characters; None if it is null."""

    article_id: str
    url: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field, the number of articles in which it has changed, and some of them."""

    field: str
    articles: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run has changed: articles that got a new version, and their fields, most first."""

    articles: int
    fields: tuple[FieldChange, ...]


def read_changes(lake: Lake, run_id: str) -> Changes:
    """Compare the versions that a run of `reprocess` wrote with those before them."""
    counts = ", ".join(
        f"count(*) filter ({_differs(name)}), {_examples(name)}" for name in EXTRACTED_FIELDS
    )
    with open_catalog(lake) as connection, query_errors(connection):
        row = connection.execute(
            f"""
            select count(*), {counts}
            from ({_versions("where run_id = $run_id and changed_by = $by")}) as new
            join ({_versions()}) as old
                on old.version_key = new.retires and old.version_id = new.supersedes
            """,
            {"run_id": run_id, "by": str(ChangedBy.PIPELINE)},
        ).fetchone()
    articles, *values = row or (0,)
    found = zip(EXTRACTED_FIELDS, values[::2], values[1::2], strict=True)
    changed = [
        FieldChange(name, count, tuple(Example(**example) for example in examples or ()))
        for name, count, examples in found
        if count
    ]
    return Changes(articles, tuple(sorted(changed, key=lambda change: -change.articles)))


def write_changes(changes: Changes, outside: int, out: TextIO) -> None:
    """Write the changes as a table for people, an example beside each field.

    Args:
        changes: What has changed.
        outside: Articles that could not be reprocessed.
        out: Where to write.
    """
    out.write(f"changed  {changes.articles:,} articles got a new version\n")
    width = max((len(change.field) for change in changes.fields), default=0)
    for change in changes.fields:
        example = next((_shown(example) for example in change.examples), "")
        out.write(
            f"         {change.field:<{width}}  {change.articles:>9,}  {example}".rstrip() + "\n"
        )
    if outside:
        out.write(
            f"left     {outside:,} articles whose pages are not in the lake's archive: ingest "
            "their files again\n"
        )


def _shown(example: Example) -> str:
    return f"{_short(example.before)} -> {_short(example.after)}"


def _short(value: str | None) -> str:
    if value is None:
        return "none"
    line = safe(value)
    return line if len(line) <= SHOWN_LENGTH else f"{line[: SHOWN_LENGTH - 1]}…"


def _versions(where: str = "") -> str:
    """Versions with their texts as digests: a join holds them in memory."""
    columns = [f'md5("{name}"::varchar) as "{name}"' for name in sorted(WITHOUT_EXAMPLES)]
    columns += [f'"{name}"' for name in EXTRACTED_FIELDS if name not in WITHOUT_EXAMPLES]
    listed = ", ".join(columns)
    return (
        "select article_id, version_key, version_id, retires, supersedes, "
        f"{listed} from article_versions {where}"
    )


def _differs(name: str) -> str:
    return f'new."{name}" is distinct from old."{name}"'


def _examples(name: str) -> str:
    if name in WITHOUT_EXAMPLES:
        return "null"
    before, after = (f'left({side}."{name}"::varchar, {EXAMPLE_LENGTH})' for side in ("old", "new"))
    example = (
        f"{{'article_id': new.article_id, 'url': new.url, 'before': {before}, 'after': {after}}}"
    )
    return f"arg_min({example}, new.version_id, {EXAMPLES}) filter ({_differs(name)})"
