"""The end of wire text: credits, notes to editors, contacts, corrections; and page marks."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import takewhile

from tasks.licensing import statements_in_text
from tasks.wire_credits import glued_credit, is_credit
from tasks.wire_head import Piece
from tasks.wire_marks import (
    CORRECTION,
    SLUG,
    glued_end_mark,
    glued_page_mark,
    is_correction,
    is_end_mark,
    is_page_header,
    is_page_mark,
    one_of,
)
from tasks.wire_phrases import CONTACT_OPENINGS, NOTE_HEADINGS, PAGE_MARKS

END_MARK = "end-mark"
CONTACT = "contact"
CREDIT = "credit"
EDITOR_NOTE = "editor-note"

_TAIL_PARAGRAPHS = 4
# Only hostile texts have more of these.
_MAX_TAIL_LINES = 60
_MAX_PAGES = 1_000
_MAX_CONTACT_CHARACTERS = 250
_MAX_NOTE_CHARACTERS = 600
_MAX_NOTES_CHARACTERS = 4_000
_MAX_HEADING_CHARACTERS = 60
_MAX_GLUED = 4
_ENDS_OF_PAGE_MARKS = tuple({mark[-1] for mark in PAGE_MARKS})

_CONTACT = re.compile(rf"(?:{one_of(CONTACT_OPENINGS)})\s?[:：].*", re.IGNORECASE)
_CONTACT_HEADING = re.compile(
    rf"[*#\s]{{0,4}}(?:{one_of(CONTACT_OPENINGS)})\s?[:：]?", re.IGNORECASE
)
_MOST_CONTACT_LINES = 12
_LONGEST_CONTACT_LINE = 100
_WORDS_OF_A_SENTENCE = 5  # "Example Corp." is none
# Of the reporter: a sentence, or what Reuters puts in double parentheses.
_REACHED = re.compile(
    r"(?:.{2,80} can be reached (?:at|by)|(?:contact|e-?mail) (?:the )?(?:\w+ ){1,4}at)\b.{3,120}|"
    r"\(\(.{3,200}\)\)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.+-]@[\w-]{1,63}\.\w|\d[\d ()/.-]{5,20}\d")
_NOTE_HEADING = re.compile(
    rf"[#*\s]{{0,12}}(?:{one_of(NOTE_HEADINGS)})\s?[:：]?[#*\s]{{0,12}}",
    re.IGNORECASE,
)
# Above a list of addresses; among prose they are an article's own. What such a list consists of.
_LIST_HEADING = re.compile(
    r"#{1,3}\s?(?:internet|orte?|kontakte?|service):?|internet:", re.IGNORECASE
)
_LIST_ITEM = re.compile(r"[-*•–]\s?\S|\[[^\[\]]{1,200}\]\(|https?://|www\.", re.IGNORECASE)
_LABELLED_NOTE = re.compile(
    rf"[(\[*]?(?:{one_of(NOTE_HEADINGS)})\s?[:：].*|internet: (?:https?://|www\.)\S+", re.IGNORECASE
)
# The end of a text of dpa: the initials of those who worked on it.
_SIGN_OFF = re.compile(r"dpa(?:/[a-z]{2,4})?(?: [a-z]{2,4}| [a-z]\d){2,7}")


def read_tail(body: Sequence[str]) -> list[Piece]:
    """Tell what the body keeps from what an agency sends behind or between its paragraphs.

    The first paragraph is never cut whole. Lines of the agency's are looked for where no more than
    three paragraphs of the text follow them, marks of a page's end everywhere. A piece that is kept
    may be several paragraphs, one a line.
    """
    end = notes_at = _find_notes(body)
    contacts = _contact_lines(body[:end])
    tail: list[Piece] = []  # backwards
    kept = 0
    while end > 0 and kept < _TAIL_PARAGRAPHS and notes_at - end < _MAX_TAIL_LINES:
        end -= 1
        if end > 0 and (kind := _kind_at(body, end, contacts)):
            tail.append(Piece(kind, body[end]))
        else:
            kept += 1
            tail += reversed(_without_glued(body[end]))
    return [*_without_page_marks(body[:end]), *reversed(tail), *map(_note, body[notes_at:])]


def _kind_at(body: Sequence[str], at: int, contacts: Container[int]) -> str | None:
    if at in contacts:
        return CONTACT
    return _tail_kind(body[at]) or _page_header_kind(body, at)


def _contact_lines(body: Sequence[str]) -> set[int]:
    """Numbers of the lines of blocks "Media contact:", with names and addresses below."""
    found: set[int] = set()
    for at in range(max(1, len(body) - _MAX_TAIL_LINES), len(body)):
        if at in found or not _is_contact_heading(body[at]):
            continue
        below = range(at + 1, min(len(body), at + 1 + _MOST_CONTACT_LINES))
        block = list(takewhile(lambda line: _is_contact_line(body[line]), below))
        last = max((line for line in block if _ADDRESS.search(body[line])), default=None)
        if last is not None:
            found.update(range(at, last + 1))
    return found


def _is_contact_heading(line: str) -> bool:
    return len(line) <= _MAX_HEADING_CHARACTERS and _CONTACT_HEADING.fullmatch(line) is not None


def _is_contact_line(line: str) -> bool:
    """Whether a line is short and no sentence, and nothing that is told by itself."""
    is_short = len(line) <= _LONGEST_CONTACT_LINE
    is_sentence = line.endswith((".", "!", "?")) and len(line.split()) >= _WORDS_OF_A_SENTENCE
    is_address = _ADDRESS.search(line) is not None
    return is_short and (is_address or not is_sentence) and _tail_kind(line) in {None, CONTACT}


def _tail_kind(paragraph: str) -> str | None:
    """The kind of a paragraph near the end that is not the text's own."""
    plain = paragraph.replace("’", "'")
    if is_end_mark(paragraph):
        return END_MARK
    if is_credit(paragraph) or _SIGN_OFF.fullmatch(paragraph):
        return CREDIT
    if is_correction(paragraph):
        return CORRECTION
    if len(paragraph) <= _MAX_CONTACT_CHARACTERS and _CONTACT.fullmatch(paragraph):
        return CONTACT if _ADDRESS.search(paragraph) else None
    if _REACHED.fullmatch(paragraph) and _ADDRESS.search(paragraph):
        return CONTACT
    is_note = len(paragraph) <= _MAX_NOTE_CHARACTERS and _LABELLED_NOTE.fullmatch(plain)
    return EDITOR_NOTE if is_note and not statements_in_text(paragraph) else None


def _page_header_kind(body: Sequence[str], at: int) -> str | None:
    above = body[at - 1]
    is_behind_mark = is_page_mark(above) or glued_page_mark(above) is not None
    return SLUG if is_behind_mark and is_page_header(body[at]) else None


def _find_notes(body: Sequence[str]) -> int:
    """Where notes to editors begin, which go to the end; the length of the body if there are none.

    A heading of its own, and behind it no more text than before it, and little at all: a part of
    an article that should be about such notes cannot take the article with it.
    """
    notes_at = len(body)
    behind = 0
    before = sum(map(len, body))
    behind_is_list = True
    for at in range(len(body) - 1, 0, -1):
        behind += len(body[at])
        before -= len(body[at])
        if behind > before or behind > _MAX_NOTES_CHARACTERS:
            break
        is_list = behind_is_list and len(body[at]) <= _MAX_HEADING_CHARACTERS
        is_list = is_list and _LIST_HEADING.fullmatch(body[at]) is not None
        if is_list or _is_note_heading(body[at]):
            notes_at = at
        behind_is_list = behind_is_list and (is_list or _is_listed(body[at]))
    return notes_at


def _is_note_heading(paragraph: str) -> bool:
    is_short = len(paragraph) <= _MAX_HEADING_CHARACTERS
    return is_short and _NOTE_HEADING.fullmatch(paragraph.replace("’", "'")) is not None


def _is_listed(paragraph: str) -> bool:
    """Whether a paragraph may stand in or behind a list of addresses."""
    if _LIST_ITEM.match(paragraph) or _tail_kind(paragraph):
        return True
    return bool(statements_in_text(paragraph))


def _note(paragraph: str) -> Piece:
    """A paragraph among notes; a license or copyright footer is left for who reads it."""
    kind = _tail_kind(paragraph)
    if kind is None and not statements_in_text(paragraph):
        kind = EDITOR_NOTE
    return Piece(kind, paragraph)


def _without_glued(paragraph: str) -> list[Piece]:
    """Part a paragraph from marks and credits behind its last sentence."""
    cuts: list[Piece] = []
    for _ in range(_MAX_GLUED):
        if (start := glued_end_mark(paragraph)) is not None:
            kind = END_MARK
        elif (start := glued_credit(paragraph)) is not None:
            kind = CREDIT
        else:
            break
        cuts.insert(0, Piece(kind, paragraph[start:]))
        paragraph = paragraph[:start].rstrip()
    return [Piece(None, paragraph), *cuts]


def _without_page_marks(body: Sequence[str]) -> Iterator[Piece]:
    """Part paragraphs from the marks of pages' ends, and the headers of the pages behind.

    Paragraphs between two marks are one piece.
    """
    kept: list[str] = []
    cuts = 0
    is_behind_mark = False
    for at, paragraph in enumerate(body):
        if cuts == _MAX_PAGES:
            kept += body[at:]
            break
        cut = _read_page_break(paragraph, is_first=at == 0, is_behind_mark=is_behind_mark)
        is_behind_mark = cut is not None
        if cut is None:
            kept.append(paragraph)
            continue
        cuts += 1
        if len(cut.text) < len(paragraph):
            kept.append(paragraph[: -len(cut.text)].rstrip())
        if kept:
            yield Piece(None, "\n".join(kept))
            kept = []
        yield cut
    if kept:
        yield Piece(None, "\n".join(kept))


def _read_page_break(paragraph: str, *, is_first: bool, is_behind_mark: bool) -> Piece | None:
    """The mark that a paragraph is or ends with, or the header that it is; None if it is text."""
    if is_behind_mark and is_page_header(paragraph):
        return Piece(SLUG, paragraph)
    if not paragraph.endswith(_ENDS_OF_PAGE_MARKS):  # a cheap look, as a text may have a million
        return None
    if not is_first and is_page_mark(paragraph):
        return Piece(END_MARK, paragraph)
    start = glued_page_mark(paragraph)
    return None if start is None else Piece(END_MARK, paragraph[start:])
