"""Text as license wording is looked for in: what only looks different is made the same.

Dashes, full-width letters, digits of other scripts and Cyrillic or Greek letters within Latin words
become ASCII; soft hyphens and characters of no width go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DASHES = "‐‑‒–—−－"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"
_DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
_ALIKE = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_SPACES, " "),
    **{digit: str(at % 10) for at, digit in enumerate(_DIGITS)},
    # Full-width ASCII, without the stops: those end sentences.
    **{chr(at): chr(at - 0xFEE0) for at in range(0xFF01, 0xFF5F) if chr(at) not in "！？，：；"},
    "٫": ".",
    "’": "'",
    "ʼ": "'",
}

# Letters that look like Latin ones (Unicode's confusables), as in "СС ВY" written with С and В.
_CONFUSING = "АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
_CONFUSABLE = str.maketrans(_CONFUSING, "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXo")
_WORD = re.compile(r"\w{2,60}")
_MIXED = re.compile(r"[A-Za-z][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z]")
_CONFUSED_CODE = re.compile(
    r"(?<!\w)[CСс]{2}(?=[\s-]{0,2}(?:[BВ][YУ]|0)(?!\w))(?:[\s-]{0,2}[BВ][YУ])?"
)

# A joiner belongs to the spelling of Persian and Arabic words.
_JOINERS = "\u200c\u200d"
_NO_WIDTH = (
    "\u00ad\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\ufeff"
)
_INVISIBLE = re.compile(f"[{_NO_WIDTH}]|(?<![\u0600-\u06ff])[{_JOINERS}]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_MAY_GO = frozenset(_NO_WIDTH + _JOINERS)
_MAY_CONFUSE = frozenset(_CONFUSING)
_MAY_CHANGE = frozenset(_ALIKE) | _MAY_GO | _MAY_CONFUSE


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and for each of its characters the place in the text as it was.

    `places` is None where no character went.
    """

    text: str
    places: Sequence[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from start to end stand in the text as it was."""
        if self.places is None or start >= end:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a text; time and memory grow with its length only."""
    if text.isascii():
        return Folded(text, None)
    characters = set("".join(_NOT_ASCII.findall(text)))  # most texts hold none that matter
    if characters.isdisjoint(_MAY_CHANGE):
        return Folded(text, None)
    for character in characters & _ALIKE.keys():
        text = text.replace(character, _ALIKE[character])
    places = None
    if not characters.isdisjoint(_MAY_GO):
        gone = {match.start() for match in _INVISIBLE.finditer(text)}
        places = [at for at in range(len(text)) if at not in gone]
        text = _INVISIBLE.sub("", text)
    if not characters.isdisjoint(_MAY_CONFUSE):
        text = _CONFUSED_CODE.sub(_as_latin, text)
        if _MIXED.search(text):
            text = _WORD.sub(_as_latin_if_mixed, text)
    return Folded(text, places)


def _as_latin(match: re.Match[str]) -> str:
    return match[0].translate(_CONFUSABLE)


def _as_latin_if_mixed(match: re.Match[str]) -> str:
    return match[0].translate(_CONFUSABLE) if _MIXED.search(match[0]) else match[0]
