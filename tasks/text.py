"""Plain text: characters to clean paragraphs, and what is counted on them.

Every article passes here, so each function is a few C-level passes over the text and linear in
its length, whatever the text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from itertools import pairwise

from tasks.decoding import (
    INVALID_BYTES,
    NUL_CHARACTERS,
    Decoded,
    Undecodable,
    decode,
    pair_surrogates,
)

__all__ = [
    "INVALID_BYTES",
    "NUL_CHARACTERS",
    "Decoded",
    "Undecodable",
    "content_hash",
    "decode",
    "normalise",
    "paragraphs",
    "word_count",
]

# Invisible characters that carry nothing: controls that do not end a line, soft hyphen,
# zero-width space, word joiner and invisible operators, annotation anchors, byte-order mark,
# non-characters. Bidirectional embeddings, overrides and isolates go too: cut out of their
# paragraph they stay open and reorder what follows (Unicode TR 36, 2.7). Kept: ZWNJ and ZWJ
# (Persian, Indic, emoji), and the marks LRM, RLM and ALM, without which the punctuation of a
# paragraph in mixed directions reads wrongly.
_JUNK = re.compile(
    "[\0-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff]+"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Sorting a run of combining marks is quadratic in CPython's NFC: 32,000 take half a second. Runs
# are cut at 30, as in the Stream-Safe Text Format (UAX #15, section 13); no script needs more.
_MARK_RUN = re.compile(r"[^\w\s\0-\x7f]{31,}")
_MAX_MARKS = 30


def normalise(text: str) -> str:
    """Clean a text: Unicode NFC, one paragraph a line, single spaces, no invisible junk.

    Every line end (also U+2028, U+2029, NEL, VT, FF) ends a paragraph, blank lines go, and every
    kind of space becomes one U+0020. Surrogate pairs become characters, lone ones U+FFFD.
    Idempotent. For hard-wrapped text call `paragraphs` instead.
    """
    return "\n".join(_clean_lines(_clean_characters(text)))


def _clean_characters(text: str) -> str:
    if not text.isascii():
        if _SURROGATE.search(text):
            text = pair_surrogates(text)
        text = _MARK_RUN.sub(_limit_marks, _JUNK.sub("", text))
        return unicodedata.normalize("NFC", text)
    return _JUNK.sub("", text)


def _limit_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run.group():
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _clean_lines(text: str) -> list[str]:
    return [line for line in (" ".join(raw.split()) for raw in text.splitlines()) if line]


# Wire services and mail wrap at 60 to 80 columns; a page of one paragraph a line has longer ones.
_MIN_WIDTH = 30
_MAX_WIDTH = 100
# How much short of the width a wrapped line may end besides the word that did not fit.
_RAGGED = 0.85
_WRAPPED_SHARE = 0.6


def paragraphs(text: str) -> list[str]:
    """Split plain text into normalised paragraphs, undoing hard wrapping.

    A line break inside a block (lines between blank ones) is taken for wrapping if the next word
    would not have fitted on the line; if few breaks look so, each line is a paragraph.
    """
    blocks = _blocks(_clean_characters(text))
    lengths = sorted(len(line) for block in blocks for line in block)
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    if not _MIN_WIDTH <= width <= _MAX_WIDTH:
        return [line for block in blocks for line in block]
    fit = width * _RAGGED
    breaks = [_is_full(a, b, fit) for block in blocks for a, b in pairwise(block)]
    if sum(breaks) < max(1, len(breaks) * _WRAPPED_SHARE):
        return [line for block in blocks for line in block]
    return [paragraph for block in blocks for paragraph in _unwrapped(block, fit)]


def _blocks(text: str) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _is_full(line: str, following: str, fit: float) -> bool:
    word = 1 if _UNSPACED.match(following) else len(following.partition(" ")[0])
    return len(line) + 1 + word > fit


def _unwrapped(block: list[str], fit: float) -> list[str]:
    """Join a block's wrapped lines; a line that had room left ends a paragraph."""
    result: list[str] = []
    parts = [block[0]]
    for line, following in pairwise(block):
        if not _is_full(line, following, fit):
            result.append("".join(parts))
            parts = [following]
            continue
        cjk = _UNSPACED.match(line[-1]) and _UNSPACED.match(following)
        parts += ["" if cjk else " ", following]
    result.append("".join(parts))
    return result


# Scripts that put no space between words: Han, Hiragana, Katakana, Thai, Lao, Burmese, Khmer.
_UNSPACED = re.compile(
    "[\u3005-\u3007\u3041-\u3096\u309d-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f"
    "\u1780-\u17d3]"
)
_WORD = re.compile(r"\w\S*")


def word_count(text: str) -> int:
    """Count words: runs between spaces that hold a letter or digit.

    Characters of scripts without spaces (Han, Kana, Thai, Lao, Burmese, Khmer) count as one
    each; Hangul is counted by spaces.
    """
    if text.isascii():
        return len(_WORD.findall(text))
    rest, characters = _UNSPACED.subn(" ", text)
    return characters + len(_WORD.findall(rest))


class _Folding(dict[int, int | None]):
    """Table for `str.translate`, filled on demand: keeps letters, marks and digits."""

    def __missing__(self, code_point: int) -> int | None:
        kept = code_point if unicodedata.category(chr(code_point))[0] in "LMN" else None
        self[code_point] = kept
        return kept


_FOLDING = _Folding()
_ASCII_FOLDED_AWAY = bytes(b for b in range(128) if not chr(b).isalnum())


def content_hash(text: str) -> str:
    """SHA-256 hex of the text with compatibility forms, case, space and punctuation folded."""
    if text.isascii():
        folded = text.lower().encode().translate(None, _ASCII_FOLDED_AWAY)
    else:
        compatible = unicodedata.normalize("NFKC", _MARK_RUN.sub(_limit_marks, text)).casefold()
        folded = unicodedata.normalize("NFC", compatible).translate(_FOLDING).encode()
    return hashlib.sha256(folded).hexdigest()
