"""The head of wire text: headline and byline, and the agency's lines around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from tasks.date_line import DATE_LINE, is_date_line
from tasks.text import normalise, word_count
from tasks.wire_dateline import NO_WIRE, dateline_of, is_dateline_alone
from tasks.wire_marks import RULE, SLUG, head_mark, is_end_mark, is_rule
from tasks.wire_names import byline_authors, is_affiliation, is_agency, is_byline

HEADLINE = "headline"
BYLINE = "byline"

_MAX_HEADLINE_CHARACTERS = 150
_MAX_HEADLINE_WORDS = 25
# Of a headline that nothing else announces, and of the paragraph below it: "He ran" and the first
# line of a poem are none.
_LEAST_HEADLINE_WORDS = 3
_LEAST_LEAD_WORDS = 12
_LEAD_CHARACTERS = 1_000
_HEAD_PARAGRAPHS = 12
_MAX_TRANSMISSION_END = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text in the text's order; `kind` is None if the body keeps it."""

    kind: str | None
    text: str


# IPTC 7901: start of header, start of text, end of text.
_HEADER = re.compile(r"[\s\ufeff\x00-\x1f]{0,40}\x01[^\x01\x02\x03]{0,400}\x02")
_END = "\x03"


def split_transmission(text: str) -> tuple[tuple[Piece, ...], str, tuple[Piece, ...]]:
    """Take header and end of a transmission off, as its control characters bound them.

    Returns:
        Pieces of the header, the text between, pieces behind it.
    """
    header = _HEADER.match(text)
    start = header.end() if header else 0
    end = text.rfind(_END, start, len(text)) if header else -1
    if end < 0 or len(text) - end > _MAX_TRANSMISSION_END:
        end = len(text)
    if not normalise(text[start:end]):
        return (), text, ()
    return _slugs(text[:start]), text[start:end], _slugs(text[end:])


def _slugs(text: str) -> tuple[Piece, ...]:
    return tuple(Piece(SLUG, line) for line in normalise(text).splitlines())


def read_head(paragraphs: Sequence[str]) -> tuple[list[Piece], tuple[str, ...]]:
    """Read the paragraphs above the body, of which at least one is left.

    A byline may stand above the headline; slugs, advisories, corrections and the day anywhere.
    What stands between headline and byline is of the text: its piece has no kind.

    Returns:
        Pieces, as many as paragraphs were read, and the byline's authors.
    """
    head: list[Piece] = []
    authors: tuple[str, ...] = ()
    has_title = False
    for at, paragraph in enumerate(paragraphs[:_HEAD_PARAGRAPHS]):
        if at == len(paragraphs) - 1:
            break
        if kind := head_mark(paragraph) or _kind_below(paragraphs, at, head):
            head.append(Piece(kind, paragraph))
            if kind == BYLINE and is_agency(paragraph):
                authors += (paragraph,)
        elif not has_title and _is_headline(paragraphs, at, is_announced=bool(head)):
            head.append(Piece(HEADLINE, paragraph))
            has_title = True
        elif not authors and (authors := byline_authors(paragraph)):
            head.append(Piece(BYLINE, paragraph))
        elif _is_deck(paragraphs, at, head):
            head.append(Piece(None, paragraph))
        else:
            break
    return head, authors


def _is_deck(paragraphs: Sequence[str], at: int, head: Sequence[Piece]) -> bool:
    """Whether a paragraph stands between the headline and a byline with more text behind it."""
    is_below = bool(head) and head[-1].kind == HEADLINE
    return is_below and at + 2 < len(paragraphs) and is_byline(paragraphs[at + 1])


def _kind_below(paragraphs: Sequence[str], at: int, head: Sequence[Piece]) -> str | None:
    """The kind of a line below headline or byline: but a date, a rule, whom the author is with."""
    paragraph = paragraphs[at]
    if is_date_line(paragraph) and not is_dateline_alone(paragraphs[at : at + 2]):
        return DATE_LINE
    above = head[-1].kind if head else None
    if above == HEADLINE and is_rule(paragraph):
        return RULE
    is_signed = above == HEADLINE and is_agency(paragraph)
    return BYLINE if is_signed or (above == BYLINE and is_affiliation(paragraph)) else None


_SENTENCE_END = re.compile(r"[.。．;:,،؛…।۔][\"'”’»)\]]*$")


def _is_headline(paragraphs: Sequence[str], at: int, *, is_announced: bool) -> bool:
    """Whether a paragraph is clearly a headline: short, no sentence, and a longer text follows.

    Without an agency's line above it or a byline or dateline below it, it must have the length of
    headlines, and the paragraph below it that of paragraphs.
    """
    first = paragraphs[at]
    lead = _lead_behind(paragraphs, at)
    return (
        len(first) <= _MAX_HEADLINE_CHARACTERS
        and len(first.split()) <= _MAX_HEADLINE_WORDS
        and not _SENTENCE_END.search(first)
        and len(text_lead := " ".join(lead)) > len(first)
        and not is_end_mark(first)
        and not is_byline(first)
        and dateline_of([first]) == NO_WIRE
        and (
            is_announced
            or is_byline(paragraphs[at + 1])
            or dateline_of(lead) != NO_WIRE
            or (
                word_count(first) >= _LEAST_HEADLINE_WORDS
                and word_count(text_lead[:_LEAD_CHARACTERS]) >= _LEAST_LEAD_WORDS
                and not text_lead[0].islower()
            )
        )
    )


def _lead_behind(paragraphs: Sequence[str], at: int) -> list[str]:
    """The first paragraph of the text; two, if the first is but its dateline."""
    following = islice(paragraphs, at + 1, at + _HEAD_PARAGRAPHS)
    lead = list(islice((p for p in following if not _is_of_head(p)), 2))
    return lead if is_dateline_alone(lead) else lead[:1]


def _is_of_head(paragraph: str) -> bool:
    return bool(
        head_mark(paragraph)
        or is_byline(paragraph)
        or is_affiliation(paragraph)
        or is_rule(paragraph)
        or is_date_line(paragraph)
    )
