"""An article's history on a terminal.

Titles and texts are strangers' words: what could steer a terminal or reorder a line is shown as its
code point, all other characters, of whatever script and direction, as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TextIO

from expectations.records import Article, ChangedBy
from tasks.find_article import SHORT_ID
from tasks.show import ArticleHistory, Change, VersionInHistory

LABEL_WIDTH = 12
LONGEST_PIECE = 300
SHORT_CHANGE = 80
MOST_DUPLICATES_SHOWN = 20

# Controls (escape sequences begin with one), line and paragraph separators, bidirectional
# embeddings, overrides and isolates (UAX #9), byte-order mark, surrogates. Not the joiners and
# direction marks U+200C to U+200F: Persian and Hebrew are spelled with them.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def write_history(history: ArticleHistory, out: TextIO) -> None:
    """Write an article's fields, evidence, duplicates and text, then its versions."""
    article = history.article.article
    shown = next(v for v in history.versions if v.row is history.article)
    out.writelines(f"{line}\n" for line in _fields(shown, len(history.versions)))
    out.writelines(f"{line}\n" for line in _rights(article))
    out.writelines(f"{line}\n" for line in _origin(shown))
    out.writelines(f"{line}\n" for line in _duplicates(history))
    out.write("\n")
    out.writelines(f"{safe(paragraph)}\n" for paragraph in article.content.text.split("\n"))
    for version in history.versions:
        out.write("\n")
        out.writelines(f"{line}\n" for line in _version(version))


def safe(value: object) -> str:
    """A value on one line without anything that could steer a terminal: ESC becomes [U+001B]."""
    text = " ".join(re.split(r"[\t\n\r]+", str(value)))
    return _UNSAFE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def _labelled(label: str, *values: object) -> Iterator[str]:
    """One line a value; the label stands before the first. Nothing for what is null or empty."""
    for value in values:
        if value not in (None, "", ()):
            yield f"{label:<{LABEL_WIDTH}} {safe(value)}"
            label = ""


def _fields(version: VersionInHistory, versions: int) -> Iterator[str]:
    article = version.row.article
    place, content, times, wire = article.place, article.content, article.times, article.wire
    yield from _labelled("article", article.article_id)
    state = "current" if version.is_current else "not the current one"
    yield from _labelled("version", f"{version.row.version.revision} of {versions}, {state}")
    yield from _labelled("title", content.title or "none")
    yield from _labelled("url", place.url)
    yield from _labelled(
        "canonical", place.canonical_url if place.canonical_url != place.url else None
    )
    yield from _labelled("publisher", place.publisher)
    yield from _labelled("source", place.source_id)
    yield from _labelled("authors", "; ".join(content.authors))
    yield from _labelled("section", content.section)
    yield from _labelled("tags", "; ".join(content.tags))
    yield from _labelled("description", content.description)
    yield from _labelled("image", content.image_url)
    yield from _labelled("language", _with(content.language, _score(content.language_score)))
    yield from _labelled(
        "length", f"{content.text_length:,} characters, {content.word_count:,} words"
    )
    yield from _labelled("published", *_published(article))
    yield from _labelled("modified", times.modified_at and _moment(times.modified_at))
    yield from _labelled("dateline", _joined(wire.dateline_place, wire.dateline_date))
    yield from _labelled("agency", wire.agency)


def _published(article: Article) -> Iterator[str]:
    times = article.times
    if times.published_at is None:
        yield "unknown"
    else:
        length = {"day": 10, "minute": 16}.get(times.published_at_precision or "", 19)
        precision = times.published_at_precision and f"to the {times.published_at_precision}"
        source = times.published_at_source and f"from {times.published_at_source}"
        yield _with(_moment(times.published_at, length), precision, source)
    if times.date_conflict:
        yield "conflict: the dates found differ by more than two days"


def _rights(article: Article) -> Iterator[str]:
    rights = article.rights
    if rights.license is None:
        yield from _labelled("license", "none stated")
    else:
        source = rights.license_source and f"from {rights.license_source}"
        scope = rights.license_scope and f"scope {rights.license_scope}"
        yield from _labelled("license", _with(rights.license, source, scope), rights.license_url)
    if rights.license_conflict:
        yield from _labelled("conflict", "the statements found disagree")
    yield from _labelled("evidence", rights.license_evidence)
    yield from _labelled("holder", rights.rights_holder)
    yield from _labelled("attribution", rights.attribution)
    yield from _labelled("reserved", ", ".join(rights.rights_reserved))


def _origin(version: VersionInHistory) -> Iterator[str]:
    row, article = version.row, version.row.article
    cleaning = article.cleaning
    yield from _labelled("removed", *(_removed(p.kind, p.text) for p in cleaning.removed))
    yield from _labelled("warnings", ", ".join(cleaning.warnings))
    yield from _labelled("extractor", f"{cleaning.extractor}, Broadsheet {row.pipeline_version}")
    yield from _labelled("raw", article.raw_ref)
    yield from _labelled("first seen", _moment(row.version.first_seen_at))


def _duplicates(history: ArticleHistory) -> Iterator[str]:
    ours = history.article.article.duplicates
    if ours.duplicate_of:
        similarity = None if ours.similarity is None else f"similarity {ours.similarity:.2f}"
        relation = _with(ours.duplicate_of[:SHORT_ID], ours.duplicate_relation, similarity)
        yield from _labelled("duplicate of", relation)
    yield from _labelled("cluster", ours.cluster_id)
    shown = history.duplicates[:MOST_DUPLICATES_SHOWN]
    lines = [
        _with(
            f"{duplicate.article_id[:SHORT_ID]} {duplicate.url or 'no URL'}",
            duplicate.relation,
            duplicate.publisher,
        )
        for duplicate in shown
    ]
    if more := history.duplicate_count - len(shown):
        lines.append(f"and {more:,} more")
    yield from _labelled("duplicates", *(lines or ["none"]))


def _version(version: VersionInHistory) -> Iterator[str]:
    row = version.row
    states = ["current"] if version.is_current else []
    if version.came_in_late:
        states.append("an older state that came in late")
    if row.changed_by == ChangedBy.PIPELINE:
        states.append("the same page, read differently")
    heading = ", ".join([row.version.version_id[:SHORT_ID], *states])
    yield from _labelled(f"version {row.version.revision}", heading)
    fetched_at, source = row.article.fetched_at, row.article.fetched_at_source
    if fetched_at:
        yield from _labelled("fetched", _with(_moment(fetched_at), source and f"from {source}"))
    yield from _labelled("ingested", f"{_moment(row.ingested_at)} by run {row.run_id}")
    for change in version.changes:
        yield from _labelled("changed", *_changed(change))
    if version.text_diff:
        yield from _labelled("changed", "text")
    for line in version.text_diff:
        yield f"{line.mark} {safe(line.text)}"


def _changed(change: Change) -> Iterator[str]:
    old, new = _shown(change.old), _shown(change.new)
    if len(old) + len(new) <= SHORT_CHANGE:
        yield f"{change.field}: {old} -> {new}"
    else:
        yield change.field
        yield f"- {old}"
        yield f"+ {new}"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, list):
        return "; ".join(map(_shown, value)) or "none"
    if isinstance(value, dict):
        return _removed(value["kind"], value["text"])
    return _cut(str(value))


def _removed(kind: str, text: str) -> str:
    return f"{kind}: {_cut(text)}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_PIECE else f"{text[:LONGEST_PIECE].rstrip()}…"


def _moment(time: datetime, length: int = 19) -> str:
    """A time in UTC as YYYY-MM-DD HH:MM:SS, or its first `length` characters."""
    text = time.astimezone(UTC).isoformat(sep=" ")[:length]
    return f"{text} UTC" if ":" in text else text


def _score(score: float | None) -> str | None:
    return None if score is None else f"{score:.2f}"


def _with(value: str | None, *notes: str | None) -> str:
    """A value with notes in parentheses, those that there are; empty without a value."""
    if value is None:
        return ""
    told = ", ".join(note for note in notes if note)
    return f"{value} ({told})" if told else value


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)
