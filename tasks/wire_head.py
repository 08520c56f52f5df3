"""The head of wire text: headline and byline, and the agency's lines around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from tasks.text import normalise
from tasks.wire_dateline import NO_WIRE, find_dateline
from tasks.wire_marks import SLUG, head_mark, is_end_mark
from tasks.wire_names import byline_authors, is_byline

HEADLINE = "headline"
BYLINE = "byline"

_MAX_HEADLINE_CHARACTERS = 150
_MAX_HEADLINE_WORDS = 25
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

    A byline may stand above the headline; slugs, advisories and corrections anywhere.

    Returns:
        Pieces, as many as paragraphs were read, and the byline's authors.
    """
    head: list[Piece] = []
    authors: tuple[str, ...] = ()
    has_title = False
    for at, paragraph in enumerate(paragraphs[:_HEAD_PARAGRAPHS]):
        if at == len(paragraphs) - 1:
            break
        if kind := head_mark(paragraph):
            head.append(Piece(kind, paragraph))
        elif not has_title and _is_headline(paragraphs, at):
            head.append(Piece(HEADLINE, paragraph))
            has_title = True
        elif not authors and (authors := byline_authors(paragraph)):
            head.append(Piece(BYLINE, paragraph))
        else:
            break
    return head, authors


_SENTENCE_END = re.compile(r"[.。．;:,،؛…।۔][\"'”’»)\]]*$")


def _is_headline(paragraphs: Sequence[str], at: int) -> bool:
    """Whether a paragraph is clearly a headline: short, no sentence, and a longer text follows."""
    first = paragraphs[at]
    return (
        len(first) <= _MAX_HEADLINE_CHARACTERS
        and len(first.split()) <= _MAX_HEADLINE_WORDS
        and not _SENTENCE_END.search(first)
        and len(_text_behind(paragraphs, at)) > len(first)
        and not is_end_mark(first)
        and not is_byline(first)
        and find_dateline(first) == NO_WIRE
    )


def _text_behind(paragraphs: Sequence[str], at: int) -> str:
    following = islice(paragraphs, at + 1, at + _HEAD_PARAGRAPHS)
    return next((p for p in following if not head_mark(p) and not is_byline(p)), "")
