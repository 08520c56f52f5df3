"""Plain text: bytes to characters, characters to clean paragraphs, and what is counted on them.

Every article passes here, so each function is a few C-level passes over the text and linear in
its length, whatever the text.
"""

from __future__ import annotations

import codecs
import hashlib
import logging
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

INVALID_BYTES = "invalid_bytes"
NUL_CHARACTERS = "nul_characters"

MAX_INVALID_SHARE = 0.01
# Random bytes are 10 % control characters, text has none; NULs alone also pad honest text.
MAX_CONTROL_SHARE = 0.05
MAX_NUL_SHARE = 0.2

# A byte-order mark of UTF-32-LE begins with that of UTF-16-LE: the longer one first.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNICODE_CODECS = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})
# What pages and feeds use, by Python's codec names. A list of what is allowed, because Python
# also knows `unicode_escape`, `utf-7` or `idna`, which nobody's article is written in.
_LEGACY_NAMES = (
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp866 cp874 koi8-r koi8-u "
    "iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 "
    "iso8859-13 iso8859-14 iso8859-15 iso8859-16 mac-roman mac-cyrillic gb18030 big5 big5hkscs "
    "euc_jp iso2022_jp cp932 cp949 johab ptcp154"
)
_LEGACY_CODECS = frozenset(_LEGACY_NAMES.split())
# Labels stand for the larger set that pages really use (WHATWG Encoding Standard, section 4.2).
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-8-sig": "utf-8",
}
# What the detector may answer: the rarer sets differ too little from these to be told apart.
_DETECTED_NAMES = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp874 iso8859-2 koi8-r "
    "gb18030 big5 euc_jp iso2022_jp cp932 cp949"
)
_MULTIBYTE = frozenset({"gb18030", "big5", "big5hkscs", "euc_jp", "cp932", "cp949", "johab"})
# Ten characters that are all valid UTF-8 by chance: below 1e-8 even in EUC-KR, the likeliest.
_MIN_UTF8_EVIDENCE = 10
_SNIFFED_BYTES = 65_536

_CONTROL_BYTES = (
    bytes(b for b in range(32) if b not in b"\0\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f") + b"\x7f"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Characters, the encoding they were read by (IANA name), and doubts."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Bytes that are no text, and why not."""

    detail: str


def decode(body: bytes, charset: str | None) -> Decoded | Undecodable:
    """Decode a page's bytes.

    In this order: byte-order mark; UTF-8 where the bytes prove it (a wrong `charset` header over
    UTF-8 is far more common than a text in another encoding that happens to be valid UTF-8);
    the declared charset; UTF-16 without a mark; UTF-8 with damage; detection; windows-1252.

    Args:
        body: The bytes, content encoding undone.
        charset: Label of the Content-Type header or a meta element; unknown labels are ignored.

    Returns:
        The text without byte-order mark and NUL characters, or Undecodable for binary data.
        Never raises.
    """
    text, encoding, invalid = _characters(body, charset)
    if invalid > max(1, len(text) * MAX_INVALID_SHARE):
        return Undecodable(f"{invalid} of {len(text)} characters are invalid as {encoding}")
    as_bytes = (
        text.encode("utf-8", "replace") if encoding.startswith(("utf-16", "utf-32")) else body
    )
    controls = len(as_bytes) - len(as_bytes.translate(None, _CONTROL_BYTES))
    if controls > len(as_bytes) * MAX_CONTROL_SHARE:
        return Undecodable(f"{controls} control characters in {len(as_bytes)} bytes: not text")
    warnings = [INVALID_BYTES] if invalid else []
    if "\0" in text:
        warnings.append(NUL_CHARACTERS)
        text = text.strip("\0")
        nuls = text.count("\0")
        if not text or nuls > len(text) * MAX_NUL_SHARE:
            return Undecodable(f"{nuls} NUL characters among {len(text)}: not text")
        text = text.replace("\0", "")
    return Decoded(text, _iana_name(encoding), tuple(warnings))


def _characters(body: bytes, charset: str | None) -> tuple[str, str, int]:
    """Text, Python codec, and how many characters had to be replaced."""
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return _replaced(body[len(bom) :], codec)
    declared = _codec(charset)
    unmarked = None if declared in _UNICODE_CODECS else _utf16_codec(body)
    if unmarked and (text := _strict(body, unmarked)) is not None:
        return text, unmarked, 0
    utf8 = _strict(body, "utf-8")
    if utf8 is not None and (declared is None or _proves_utf8(utf8, declared)):
        return utf8, "utf-8", 0
    if declared is not None and (text := _strict(body, declared)) is not None:
        return text, declared, 0
    if utf8 is not None:
        return utf8, "utf-8", 0
    return _damaged(body, declared)


def _damaged(body: bytes, declared: str | None) -> tuple[str, str, int]:
    """Decode what is valid in no encoding that was named."""
    combined = _cesu(body)
    if combined is not None:
        return combined, "utf-8", combined.count("\ufffd")
    text, _, invalid = _replaced(body, "utf-8")
    valid_sequences = len(text) - invalid - sum(map(len, _ASCII_RUNS.findall(text)))
    if valid_sequences > invalid or _cut_off_at_the_end(body):
        return text, "utf-8", invalid
    if declared in _LEGACY_CODECS:
        text, _, invalid = _replaced(body, declared)
        if invalid <= len(text) * MAX_INVALID_SHARE:
            return text, declared, invalid
    return _replaced(body, _detected(body[:_SNIFFED_BYTES]) or "cp1252")


_ASCII_RUNS = re.compile(r"[\0-\x7f]+")


def _cut_off_at_the_end(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(body, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _cesu(body: bytes) -> str | None:
    """UTF-8 in which surrogates were encoded one by one (CESU-8): pairs become characters."""
    if b"\xed" not in body:
        return None
    text = _strict(body, "utf-8", errors="surrogatepass")
    return None if text is None else _paired(text)


def _paired(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _strict(body: bytes, codec: str, errors: str = "strict") -> str | None:
    try:
        return body.decode(codec, errors)
    except UnicodeDecodeError:
        return None


def _replaced(body: bytes, codec: str) -> tuple[str, str, int]:
    text = body.decode(codec, "replace")
    invalid = text.count("\ufffd") if _strict(body, codec) is None else 0
    return text, codec, invalid


def _proves_utf8(text: str, declared: str) -> bool:
    """Whether text that is valid UTF-8 is to be believed against another declared charset."""
    if declared in _UNICODE_CODECS:
        return declared == "utf-8" or "\0" not in text
    if text.isascii():
        return False
    if declared in _MULTIBYTE:
        return len(text) - sum(map(len, _ASCII_RUNS.findall(text))) >= _MIN_UTF8_EVIDENCE
    return True


def _utf16_codec(body: bytes) -> str | None:
    """UTF-16 without a mark, by its NULs: on one side of the byte pairs only, and often."""
    head = body[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    few, many = sorted((even, odd))
    if len(body) % 2 or many * 10 < len(head) or few * 10 > many:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _codec(charset: str | None) -> str | None:
    if not charset:
        return None
    try:
        name = codecs.lookup(charset.strip(" \t\n\"'").lower()).name
    except (LookupError, ValueError):
        return None
    name = _SUPERSETS.get(name, name)
    return name if name in _LEGACY_CODECS or name in _UNICODE_CODECS else None


def _detected(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # 30 ms to import, and needed for few pages

    logging.getLogger("charset_normalizer").setLevel(logging.WARNING)
    best = from_bytes(sample, cp_isolation=_DETECTED_NAMES.split()).best()
    codec = _codec(best.encoding) if best else None
    # Western and Central European bytes mostly look alike: then the commoner set is named.
    if codec == "cp1250" and _strict(sample, "cp1252") == str(best):
        return "cp1252"
    return codec


def _iana_name(codec: str) -> str:
    if codec.startswith("cp125"):
        return f"windows-{codec[2:]}"
    names = {"cp932": "shift_jis", "cp949": "euc-kr", "cp874": "windows-874", "cp866": "ibm866"}
    return names.get(codec, codec.replace("iso8859", "iso-8859").replace("_", "-"))


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
            text = _paired(text)
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
