"""Wire text: an agency's plain text taken apart into headline, byline, dateline and body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from expectations.records import Removed, Wire
from tasks.text import paragraphs
from tasks.wire_dateline import NO_WIRE, find_dateline
from tasks.wire_rules import (
    BYLINE_WORDS,
    CONTACT_OPENINGS,
    END_MARKS,
    NAME_JOINERS,
    NAME_PARTICLES,
)

__all__ = ["NO_WIRE", "WireText", "find_dateline", "is_byline", "read_wire"]

BYLINE = "byline"
END_MARK = "end-mark"
CONTACT = "contact"

_MAX_HEADLINE_CHARACTERS = 150
_MAX_HEADLINE_WORDS = 25
_MAX_BYLINE_CHARACTERS = 100
_MAX_NAME_WORDS = 6
_TAIL_PARAGRAPHS = 4
_MAX_CONTACT_CHARACTERS = 250


@dataclass(frozen=True, slots=True)
class WireText:
    """An article as an agency sends it. Title, removed and text rebuild the input up to space."""

    title: str | None
    authors: tuple[str, ...]
    wire: Wire
    text: str
    removed: tuple[Removed, ...]


def read_wire(text: str) -> WireText:
    """Take plain text apart: headline if there is one, byline, body without end marks.

    The dateline is parsed and stays in the body as published. Hard-wrapped paragraphs are joined;
    the body comes normalised, one paragraph a line.
    """
    body = paragraphs(text)
    title = body.pop(0) if _has_headline(body) else None
    removed: list[Removed] = []
    authors: tuple[str, ...] = ()
    # A byline may stand above a headline.
    if len(body) > 1 and (authors := _byline_authors(body[0])):
        removed.append(Removed(BYLINE, body.pop(0)))
        if title is None and _has_headline(body):
            title = body.pop(0)
    body, contacts = _without_contacts(body)
    body, marks = _without_end_marks(body)
    return WireText(
        title=title,
        authors=authors,
        wire=find_dateline(body[0]) if body else NO_WIRE,
        text="\n".join(body),
        removed=(*removed, *contacts, *marks),
    )


_CONTACT = re.compile(rf"(?:{'|'.join(map(re.escape, CONTACT_OPENINGS))})\s?[:：].*", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]@[\w-]{1,63}\.\w|\d[\d ()/.-]{5,20}\d")


def _without_contacts(body: list[str]) -> tuple[list[str], list[Removed]]:
    """Cut lines near the end that say whom journalists may ask: named so, and with an address."""
    kept, tail = body[:-_TAIL_PARAGRAPHS], body[-_TAIL_PARAGRAPHS:]
    contacts: list[Removed] = []
    for paragraph in tail:
        is_short = len(paragraph) <= _MAX_CONTACT_CHARACTERS
        if kept and is_short and _CONTACT.fullmatch(paragraph) and _ADDRESS.search(paragraph):
            contacts.append(Removed(CONTACT, paragraph))
        else:
            kept.append(paragraph)
    return kept, contacts


def _without_end_marks(body: list[str]) -> tuple[list[str], list[Removed]]:
    """Cut marks behind the last sentence and alone near the end, where a footer may follow them."""
    kept, tail = body[:-_TAIL_PARAGRAPHS], body[-_TAIL_PARAGRAPHS:]
    marks: list[Removed] = []
    for paragraph in tail:
        if kept and _is_end_mark(paragraph):
            marks.append(Removed(END_MARK, paragraph))
            continue
        text, glued = _cut_glued_mark(paragraph)
        kept.append(text)
        marks += glued
    return kept, marks


_SENTENCE_END = re.compile(r"[.。．;:,،؛…।۔][\"'”’»)\]]*$")


def _has_headline(body: list[str]) -> bool:
    """Whether the first paragraph is clearly a headline, and more than another one follows."""
    if len(body) < 2:  # noqa: PLR2004 - a headline and what it heads
        return False
    first, following = body[0], body[1]
    if _byline_authors(following) and len(body) > 2:  # noqa: PLR2004 - and a byline between
        following = body[2]
    return (
        len(first) <= _MAX_HEADLINE_CHARACTERS
        and len(first.split()) <= _MAX_HEADLINE_WORDS
        and not _SENTENCE_END.search(first)
        and len(following) > len(first)
        and not _is_end_mark(first)
        and not _byline_authors(first)
        and find_dateline(first) == NO_WIRE
    )


_BYLINE = re.compile(
    rf"(?:{'|'.join(map(re.escape, BYLINE_WORDS))})\s+(?P<names>\S.*)", re.IGNORECASE
)
_NAME_JOINT = re.compile(rf"\s*[,;]\s*|\s+(?:{'|'.join(map(re.escape, NAME_JOINERS))})\s+")


def is_byline(line: str) -> bool:
    """Whether a line names its authors and nothing else: "By Jane Doe, Example News"."""
    return bool(_byline_authors(line))


def _byline_authors(paragraph: str) -> tuple[str, ...]:
    """Names of a line such as "By Jane Doe and John Roe, Example News"; empty if it is none."""
    if len(paragraph) > _MAX_BYLINE_CHARACTERS:
        return ()
    match = _BYLINE.fullmatch(paragraph)
    if match is None:
        return ()
    names = [name for name in _NAME_JOINT.split(match["names"].rstrip(" .")) if name]
    return tuple(names) if names and all(map(_is_name, names)) else ()


def _is_name(name: str) -> bool:
    words = name.split()
    return len(words) <= _MAX_NAME_WORDS and all(
        word[0].isupper() or word.lower() in NAME_PARTICLES or not _is_cased(word) for word in words
    )


def _is_cased(word: str) -> bool:
    return word.lower() != word.upper()


_RULE = re.compile(r"[=_*~#+–—-]{3,200}")


def _is_end_mark(paragraph: str) -> bool:
    if _RULE.fullmatch(paragraph):
        return True
    return len(paragraph) <= 12 and paragraph.replace(" ", "").lower() in END_MARKS  # noqa: PLR2004


_GLUED_MARK = re.compile(
    r"(?<=[.!?\"”»)。])\s+(?P<mark>[-–—]{1,2}\s?30\s?[-–—]{1,2}|#\s?#\s?#|\((?:more|MORE|ends?|END"
    r"S?|Ends?)\)|ENDS?|[-–]\s?ENDS?\s?[-–])$"
)


def _cut_glued_mark(paragraph: str) -> tuple[str, list[Removed]]:
    """Cut an end mark that stands behind the last sentence."""
    tail_at = max(0, len(paragraph) - 40)
    match = _GLUED_MARK.search(paragraph, tail_at)
    if match is None:
        return paragraph, []
    return paragraph[: match.start()], [Removed(END_MARK, match["mark"])]
