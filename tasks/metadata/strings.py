"""Strings as they come from pages: cleaned for storing, folded for comparing."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

# Controls, lone surrogates, the byte order mark, the replacement character, soft hyphens and the
# zero-width space say nothing. ZWJ and ZWNJ stay: Persian and Indic words are spelt with them.
# Bidi marks and isolates stay: they are part of right-to-left headlines.
_NOISE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffd\ud800-\udfff]"
)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_NOT_WORD = re.compile(r"[\W_]+")

# A single value of more characters than this is cut before any work is done on it.
_MAX_RAW_CHARS = 20_000


def clean(raw: str | None, *, max_chars: int) -> str | None:
    """Make a page's value fit to store: entities and tags undone, NFC, spaces folded.

    Returns:
        Plain text, or None if nothing is left or it is longer than `max_chars`: a headline of
        a thousand characters is something else.
    """
    if not raw:
        return None
    text = raw[:_MAX_RAW_CHARS]
    if "&" in text:
        # Twice: JSON-LD and meta tags often carry `&amp;quot;`, escaped by two layers of a CMS.
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable() or "\ufffd" in text:  # the one printable noise
        text = _NOISE.sub("", text)
    text = " ".join(text.split())
    return text if 0 < len(text) <= max_chars else None


@lru_cache(maxsize=256)  # a page's titles and names are compared with each other again and again
def fold(text: str) -> str:
    """Fold a text to what two spellings of it share: no case, width, space or punctuation."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _NOT_WORD.sub("", text.casefold())


def agree(a: str | None, b: str | None) -> bool:
    """Tell whether two texts are one but for case, space and punctuation."""
    return a is not None and b is not None and fold(a) == fold(b)


def distinct(texts: list[str], *, at_most: int) -> tuple[str, ...]:
    """First spelling of each text, in order, up to a number."""
    seen: dict[str, str] = {}
    for text in texts:
        seen.setdefault(fold(text) or text, text)
        if len(seen) == at_most:
            break
    return tuple(seen.values())
