"""Wire text: an agency's plain text taken apart into headline, byline, dateline and body."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from expectations.records import Removed, Wire
from tasks.text import paragraphs
from tasks.wire_rules import (
    AGENCIES,
    BYLINE_WORDS,
    END_MARKS,
    MONTHS,
    NAME_JOINERS,
    NAME_PARTICLES,
    PLACES,
)

NO_WIRE = Wire()
BYLINE = "byline"
END_MARK = "end-mark"

_DATELINE_CHARACTERS = 160
_MAX_HEADLINE_CHARACTERS = 150
_MAX_HEADLINE_WORDS = 25
_MAX_BYLINE_CHARACTERS = 100
_MAX_PLACE_WORDS = 5
_MAX_REGIONS = 3
_MAX_NAME_WORDS = 6
_TAIL_PARAGRAPHS = 4
_MAX_PARTICLE_CHARACTERS = 3


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
    body, marks = _without_end_marks(body)
    return WireText(
        title=title,
        authors=authors,
        wire=find_dateline(body[0]) if body else NO_WIRE,
        text="\n".join(body),
        removed=(*removed, *marks),
    )


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


def _is_end_mark(paragraph: str) -> bool:
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


# What closes a dateline. Dashes are the strongest sign, then the agency itself, then the stops.
_DASH = re.compile(r"\s*\.?\s*(?:--|[–—―]|(?<=[\s.)])-|-(?=\s))\s*(?=\S)")
_NOTHING = re.compile(r"(?<=[)/])[.:]?\s*(?=[^\W\d_a-zà-ÿ])")
_STOP = re.compile(r"\s*[:.;]\s+(?=\S)")
_MAX_SEPARATORS = 6

_MONTH = rf"(?:{'|'.join(MONTHS)})\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|\.|er|º)?"
_DATE = re.compile(
    rf"(?:{_MONTH}\s+{_DAY}|{_DAY}\s+(?:de\s+)?{_MONTH})(?:\s+(?:de\s+)?\d{{4}})?\.?$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_WEEKDAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?\.?", re.IGNORECASE
)
_HEAD = re.compile(
    r"(?P<place>[^()/]*(?:/[^()/]+){0,2})(?P<agency>\([^()]{2,60}\)|/[^()/]{2,40}/)?[.:]?"
)
_PLACE = re.compile(r"[^\W\d_](?=.)(?:[^\W\d_]|[ .'’/-])*")
# Call signs of stations of the United States and Canada, and acronyms such as HawaiiNewsNow.
_UNKNOWN_AGENCY = re.compile(
    r"[A-Z][A-Za-z.&-]*[A-Z][A-Za-z]*(?:[ /][\w.]{1,20}){0,2}|[a-z]{2,5}(?:/[a-z-]{2,10})?"
)
_CALL_SIGN = re.compile(r"[KWC][A-Z]{2,3}(?:[- ]?TV)?")
# Scripts without case, each with its own form: the agency's name stands inside the formula.
_FORMULAS = (
    re.compile(
        r"(?P<agency>[\u4e00-\u9fff]{1,4}(?:社|网|網))(?P<place>[\u4e00-\u9fff]{2,8}?)"
        r"(?P<date>\d{1,2}月\d{1,2}日)电"
    ),
    re.compile(r"【(?P<place>[^【】＝=\d]{1,15})[＝=](?P<reporter>[^【】]{1,20})】"),
    re.compile(r"\((?P<place>[가-힣·]{2,12})=(?P<agency>[가-힣]{2,8})\)"),
)


def find_dateline(text: str) -> Wire:
    """Parse the dateline that a text begins with; NO_WIRE if it begins with none.

    `CITY[/CITY][, REGION][, date] [(AGENCY[/desk])]`, then a dash, colon or stop, or an agency
    alone. Title case is believed only with an agency. A single name in capitals is believed only
    if it is a well-known place, as agencies' style guides ask for a region otherwise: kickers
    look the same. `dateline_place` is the city as written, without its region.
    """
    head = text[:_DATELINE_CHARACTERS].partition("\n")[0]
    for formula in _FORMULAS:
        if match := formula.match(head):
            groups = match.groupdict()
            return Wire(
                dateline_place=groups["place"],
                dateline_date=groups.get("date"),
                agency=groups.get("agency"),
            )
    for separator in (_DASH, _NOTHING, _STOP):
        for number, match in enumerate(separator.finditer(head)):
            if number == _MAX_SEPARATORS:
                break
            wire = _parse_dateline(head[: match.start()].strip(), separator)
            if wire is not None:
                return _with_place_behind(wire, head[match.end() :])
    return NO_WIRE


def _with_place_behind(wire: Wire, rest: str) -> Wire:
    """Add the place of the Italian order, "(ANSA) - ROMA, 19 NOV -"."""
    if wire.agency is None or wire.dateline_place or wire.dateline_date:
        return wire
    behind = find_dateline(rest)
    return wire if behind.agency else replace(behind, agency=wire.agency)


def _parse_dateline(head: str, separator: re.Pattern[str]) -> Wire | None:
    match = _HEAD.fullmatch(head)
    if match is None:
        return None
    place, regions, date = _split_place(match["place"])
    agency = match["agency"][1:-1].strip() if match["agency"] else None
    if len(regions) > _MAX_REGIONS or not all(map(_is_title, regions)):
        return None
    if place is not None and not _PLACE.fullmatch(place):
        return None
    if agency and _names_agency(agency):
        believed = place is None or _is_upper(place) or _is_title(place)
    elif separator is _NOTHING or place is None:
        believed = bool(agency and separator is _DASH and _CALL_SIGN.fullmatch(agency))
    elif agency:
        believed = bool(_UNKNOWN_AGENCY.fullmatch(agency)) and (
            _is_upper(place) or (agency.islower() and _is_title(place))
        )
        believed = believed and separator is _DASH
    else:
        known = all(fold_place(city) in PLACES for city in place.split("/"))
        placed = bool(date) or (separator is _DASH and bool(regions))
        believed = _is_upper(place) and (known or placed)
    return Wire(dateline_place=place, dateline_date=date, agency=agency) if believed else None


def _split_place(before: str) -> tuple[str | None, list[str], str | None]:
    """City, regions and date of what stands before the agency."""
    names: list[str] = []
    dates: list[str] = []
    for part in (part.strip() for part in before.split(",")):
        if dates and _YEAR.fullmatch(part):
            dates.append(part)
        elif date := _DATE.search(part):
            dates.append(date.group().rstrip("."))
            names.append(part[: date.start()].strip())
        elif not _WEEKDAY.fullmatch(part):
            names.append(part)
    names = [name for name in names if name]
    return (names[0] if names else None), names[1:], ", ".join(dates) or None


def _names_agency(agency: str) -> bool:
    name = agency.lower()
    return name in AGENCIES or name.partition("/")[0].strip() in AGENCIES


def _is_upper(place: str) -> bool:
    return place.isupper() and len(place.split()) <= _MAX_PLACE_WORDS


def _is_title(place: str) -> bool:
    """Whether it is written like a name: "Frankfurt am Main"; scripts without case always are."""
    words = place.split()
    return len(words) <= _MAX_PLACE_WORDS and all(
        not word[0].islower() or (number and len(word) <= _MAX_PARTICLE_CHARACTERS)
        for number, word in enumerate(words)
    )


def fold_place(place: str) -> str:
    """Fold a place's name to how `PLACES` lists it: lower case, no accents."""
    decomposed = unicodedata.normalize("NFD", place.strip().lower().replace("’", "'"))
    kept = "".join(
        c for c in decomposed if not "\u0300" <= c <= "\u0305" and c not in "\u0308\u030a\u0327"
    )
    return unicodedata.normalize("NFC", kept)
