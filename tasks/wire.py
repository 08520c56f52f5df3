"""Wire text: an agency's plain text taken apart into headline, byline, dateline and body."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.records import Removed, Wire
from tasks.date_line import DATE_LINE
from tasks.text import paragraphs
from tasks.wire_credits import reporters
from tasks.wire_dateline import NO_WIRE, dateline_of, find_dateline
from tasks.wire_head import HEADLINE, Piece, read_head, split_transmission
from tasks.wire_names import is_byline
from tasks.wire_tail import CREDIT, read_tail

__all__ = ["HEADLINE", "NO_WIRE", "Cut", "WireText", "find_dateline", "is_byline", "read_wire"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece that is not in the text: it stood behind the text's first `at` characters."""

    at: int
    removed: Removed


@dataclass(frozen=True, slots=True)
class WireText:
    """An article as an agency sends it. Text and cuts, each in place, are the input up to space.

    The headline is among the cuts.
    """

    title: str | None
    authors: tuple[str, ...]
    date_line: str | None
    wire: Wire
    text: str
    cuts: tuple[Cut, ...]

    @property
    def removed(self) -> tuple[Removed, ...]:
        """What was cut besides the headline, in the order of the input."""
        return tuple(cut.removed for cut in self.cuts if cut.removed.kind != HEADLINE)


def read_wire(text: str) -> WireText:
    """Take plain text apart: headline if there is one, byline, body, what agencies send along.

    The dateline is parsed and stays in the body as published. Hard-wrapped paragraphs are joined;
    the body comes normalised, one paragraph a line. Without a byline the authors are those whom a
    credit at the end names as reporters.
    """
    header, text, trailer = split_transmission(text)
    story = paragraphs(text)
    head, authors = read_head(story)
    tail = read_tail(story[len(head) :])
    body = [piece.text for piece in tail if piece.kind is None]
    if not authors:
        credits_ = (piece.text for piece in tail if piece.kind == CREDIT)
        authors = next((names for names in map(reporters, credits_) if names), ())
    return WireText(
        title=next((piece.text for piece in head if piece.kind == HEADLINE), None),
        authors=authors,
        date_line=next((piece.text for piece in head if piece.kind == DATE_LINE), None),
        wire=dateline_of(body),
        text="\n".join([*(piece.text for piece in head if piece.kind is None), *body]),
        cuts=_cuts((*header, *head, *tail, *trailer)),
    )


def _cuts(pieces: tuple[Piece, ...]) -> tuple[Cut, ...]:
    cuts: list[Cut] = []
    at = 0
    for piece in pieces:
        if piece.kind is None:
            at += len(piece.text) + (1 if at else 0)  # the end of the line before it
        else:
            cuts.append(Cut(at, Removed(piece.kind, piece.text)))
    return tuple(cuts)
