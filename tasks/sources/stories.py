"""A text file with several stories: where each begins.

Two kinds of signs are believed. What nothing but a wire or an archive writes: transmission headers
(IPTC 7901: SOH before each story), "Story 2 of 14". And what also stands within one article (rules,
form feeds, end marks, slugs): these part stories only where the next part begins with a dateline or
a byline, as a section behind a rule does not. Behind a mere rule or form feed, a headline or byline
must stand above the dateline, or an agency in it: sections may begin with a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from tasks.wire import NO_WIRE, find_dateline, is_byline
from tasks.wire_marks import ADVISORY, SLUG, head_mark, is_page_mark

# A story has hundreds of bytes; only hostile files of 20 MB come near these.
MAX_STORIES = 100_000
_MAX_RULES = 100_000
_MAX_IDLE_SLUGS = 10_000  # with no story below
_BLANK = " \t\n\f\x01\x02\x03\x04\x16\ufeff"
_OPENING_LINES = 6
_OPENING_CHARACTERS = 1_500
_MAX_HEADLINE_CHARACTERS = 200
# Of a story's text, behind its byline or dateline: more than the lines between these two have.
_LEAST_STORY = 200
_SENTENCE_ENDS = (".", ";", ":", ",", "。", "؛", "،", "।", "۔")
_ABOVE = frozenset((SLUG, ADVISORY))

_TRANSMISSION = re.compile("\x01")
_NUMBERED = re.compile(
    r"^[^\S\n]{0,20}(?P<sign>[-=*#\[(]{0,5}) ?(?:story|document|item|dokument|documento|документ"
    r"|(?P<law>article|artikel|artículo|artigo|articolo))"
    r"[^\S\n]{1,5}(?P<number>\d{1,6})[^\S\n]{1,5}(?:of|von|de|di|sur|из|/)"
    r"[^\S\n]{1,5}(?P<total>\d{1,6}) ?[-=*#\])]{0,5}[^\S\n]{0,20}$",
    re.IGNORECASE | re.MULTILINE,
)
# A line of nothing but signs, a form feed, an end mark.
_RULE = re.compile(
    r"\f+|^[^\S\n]{0,20}(?:(?P<end>#{3}|# # #|[-–—]{1,3} ?30 ?[-–—]{1,3}"
    r"|[-–—(]{0,3} ?(?:ends?|ende|fin|fim|fine|конец|完) ?[-–—)]{0,3})"
    r"|[=_*~#+–—-]{3,200}|[*#](?: [*#]){2,40})[^\S\n]{0,20}$",
    re.IGNORECASE | re.MULTILINE,
)


def story_starts(text: str) -> list[int]:
    r"""Find where the stories of a text begin.

    Line ends are `\n`.

    Returns:
        Positions in order, the first 0: one alone if the text is one story. A mark of the end
        belongs to the story before it, a header to the one after it. No story is blank.
    """
    for starts in (_transmissions(text), _numbered(text), _parted(text), _slugged(text)):
        whole = _without_blanks(text, starts)
        if len(whole) > 1:
            return whole
    return [0]


def _transmissions(text: str) -> Iterator[int]:
    return (match.start() for match in _TRANSMISSION.finditer(text))


# How many parts must look like stories.
_LEAST_SHARE = 0.8


def _numbered(text: str) -> list[int]:
    """Headers that count on, all with the same total, if what stands below them are stories.

    Laws have parts and numbers, too: what does not begin with the first, or is called an article
    without a sign around it, must open with datelines or bylines; other parts with headlines.
    """
    headers: list[re.Match[str]] = []
    last, total = 0, ""
    for match in _NUMBERED.finditer(text):
        number = int(match["number"])
        if number > last and total in ("", match["total"]) and number <= int(match["total"]):
            last, total = number, match["total"]
            headers.append(match)
            if len(headers) == MAX_STORIES:
                break
    if not headers:
        return []
    first = headers[0]
    is_sure = int(first["number"]) == 1 and (bool(first["sign"]) or not first["law"])
    looks_right = _opens_with_headline if is_sure else _opens_story
    stories = sum(looks_right(text, header.end()) for header in headers)
    return [header.start() for header in headers] if stories >= _LEAST_SHARE * len(headers) else []


def _opens_with_headline(text: str, start: int) -> bool:
    """Whether a line that may be a headline, or a dateline or byline, comes first."""
    line = text[start : start + _OPENING_CHARACTERS].lstrip(_BLANK).partition("\n")[0].strip()
    is_headline = 0 < len(line) <= _MAX_HEADLINE_CHARACTERS and not line.endswith(_SENTENCE_ENDS)
    return is_headline or _opens_story(text, start)


def _parted(text: str) -> Iterator[int]:
    """Ends of rules behind which a story begins; the first story must look like one, too."""
    if not _opens_story(text, 0):
        return
    end = 0
    is_ended = False  # a mark of the end stands here, or right above the rules here
    for match in islice(_RULE.finditer(text), _MAX_RULES):
        is_ended = match["end"] is not None or (
            is_ended and not text[end : match.start()].strip(_BLANK)
        )
        end = match.end()
        opening = _find_opening(text, end)
        if opening is not None and (is_ended or _is_sure(text, end, opening)):
            yield end


def _is_sure(text: str, start: int, opening: int) -> bool:
    """Whether a line stands above a dateline, a byline opens the story, or an agency is named."""
    if text[start:opening].strip(_BLANK):
        return True
    line = text[opening : opening + _OPENING_CHARACTERS].partition("\n")[0].strip()
    return is_byline(line) or find_dateline(line).agency is not None


_SHORT_LINE = re.compile(r"^[^\n]{2,160}$", re.MULTILINE)


def _slugged(text: str) -> Iterator[int]:
    """Slugs and advisories above a story, where the one before it has begun and gone on."""
    opening = _find_opening(text, 0)
    if opening is None:
        return
    yield 0
    idle = 0
    for match in _SHORT_LINE.finditer(text):
        start = match.start()
        if start < opening + _LEAST_STORY or head_mark(match.group().strip()) not in _ABOVE:
            continue
        following = _find_opening(text, match.end())
        if following is not None and not _is_behind_page_mark(text, start):
            yield start
            opening = following
            continue
        idle += 1
        if idle == _MAX_IDLE_SLUGS:
            break


def _is_behind_page_mark(text: str, start: int) -> bool:
    """Whether a slug is but the header of the next page of the same story."""
    return is_page_mark(text[max(0, start - 60) : start].strip(_BLANK).rpartition("\n")[2].strip())


def _opens_story(text: str, start: int) -> bool:
    return _find_opening(text, start) is not None


def _find_opening(text: str, start: int) -> int | None:
    """Where a dateline or byline stands, at most a headline and a few short lines further on."""
    end = start + _OPENING_CHARACTERS
    at = start + len(text[start:end]) - len(text[start:end].lstrip(_BLANK))
    if _RULE.match(text, at, end):
        return None
    lines = 0
    for line in text[at:end].split("\n"):
        if stripped := line.strip():
            lines += 1
            if lines > _OPENING_LINES or _RULE.fullmatch(stripped):
                return None
            if is_byline(stripped) or find_dateline(stripped) != NO_WIRE:
                return at
            if len(stripped) > _MAX_HEADLINE_CHARACTERS:
                return None
        at += len(line) + 1
    return None


def _without_blanks(text: str, starts: Iterable[int]) -> list[int]:
    """Starts without those of blank stories; what stands before the first is part of it."""
    kept: list[int] = []
    blank_to = 0  # nothing is printed between the last start and here
    for start in starts:
        is_blank = not text[blank_to:start].strip(_BLANK)
        blank_to = start
        if kept and is_blank:
            continue
        if len(kept) == MAX_STORIES:
            break
        kept.append(start)
    if kept and not text[kept[-1] :].strip(_BLANK):
        kept.pop()
    if not kept:
        return [0]
    # A rule or an end mark parts the first story, without a start of its own, from the second.
    if text[: kept[0]].strip() and _opens_story(text, 0):
        return [0, *kept]
    return [0, *kept[1:]]


def split_stories(body: bytes, codec: str) -> list[tuple[int, bytes]]:
    """Split a file's bytes into stories: the offset of each, and its bytes.

    The stories joined are the body. One alone if there is one story, or if offsets in characters
    cannot be turned into offsets in bytes (as in ISO 2022, which shifts between alphabets).

    Args:
        body: The file.
        codec: Python's name of its encoding.
    """
    errors = "replace" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"
    try:
        text = body.decode(codec, errors)
        starts = story_starts(text.replace("\r\n", "\n\n").replace("\r", "\n"))
        if len(starts) == 1:
            return [(0, body)]
        sizes = [
            len(text[start:end].encode(codec, errors))
            for start, end in pairwise([*starts, len(text)])
        ]
    except (UnicodeError, LookupError):
        return [(0, body)]
    if sum(sizes) != len(body):
        return [(0, body)]
    stories = []
    offset = 0
    for size in sizes:
        stories.append((offset, body[offset : offset + size]))
        offset += size
    return stories
